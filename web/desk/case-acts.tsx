/** What can be done with a case. One form is open at a time; a press that is repeated with the same key does nothing. */
import { useState } from 'preact/hooks';
import type { CaseView, Rehearsal, StaffRef } from '../../src/contracts/desk.ts';
import { Input, Select, useAsked } from './parts.tsx';
import { ProposalForm } from './proposal-form.tsx';
import { ReplyForm } from './reply-form.tsx';
import { type Me, newKey, post, type Trouble } from './wire.ts';
import { ASKABLE, PRIORITIES, troubleWords } from './words.ts';

interface ActsProps {
  readonly view: CaseView;
  readonly causes: readonly { readonly id: string; readonly title: string }[];
  readonly me: Me;
  readonly onDone: () => void;
}

type Form =
  | 'reply'
  | 'note'
  | 'ask-for'
  | 'close'
  | 'snooze'
  | 'priority'
  | 'transfer'
  | 'start-act'
  | 'reopen'
  | 'propose';

const LABELS: Record<string, string> = {
  claim: '认领',
  reply: '答复',
  note: '备注',
  'ask-for': '请市民补充',
  'start-act': '请市民确认办理',
  'give-back': '交还机器人',
  snooze: '稍后再看',
  priority: '改优先级',
  transfer: '转交',
  release: '放回队列',
  close: '办结',
  reopen: '重新打开',
  propose: '建议收进知识',
  acknowledge: '知道了，没送到的我来跟',
};
const DONE = '已办好。';

export function Acts({ view, causes, me, onDone }: ActsProps) {
  const [form, open] = useState<Form>();
  const [said, say] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [key, renew] = useState(newKey);
  const isMine = view.owner?.id === me.id;
  const isLead = me.roles.includes('lead');
  const isClosed = view.closedAt !== undefined;
  const mayWork = !isClosed && (isMine || (isLead && view.owner !== undefined));

  async function act(name: string, fields: object = {}): Promise<Trouble | undefined> {
    if (isBusy) return;
    setBusy(true);
    const answer = await post<Rehearsal>(`/cases/${encodeURIComponent(view.id)}/acts/${name}`, {
      key,
      ...fields,
    });
    setBusy(false);
    if (!answer.ok) {
      say(troubleWords(answer));
      // Somebody was faster: the page shows how it is now.
      if (['owned', 'closed', 'not_closed', 'unclaimed'].includes(answer.reason)) onDone();
      return answer;
    }
    renew(newKey());
    say(answer.value.ok && 'lines' in answer.value ? rehearsed(answer.value) : DONE);
    if (name !== 'dry-run') open(undefined);
    onDone();
  }

  const plain = (name: string, fields?: object, isMain = false) => (
    <button
      type="button"
      class={isMain ? 'button main' : 'button'}
      aria-disabled={isBusy}
      onClick={() => void act(name, fields)}
    >
      {LABELS[name]}
    </button>
  );
  const opener = (name: Form, isMain = false) => (
    <button
      type="button"
      class={isMain ? 'button main' : 'button'}
      aria-expanded={form === name}
      onClick={() => {
        say(undefined);
        open(form === name ? undefined : name);
      }}
    >
      {LABELS[name]}
    </button>
  );

  return (
    <section aria-label="办理" class="panel acts">
      <h2>办理</h2>
      <div class="buttons">
        {!isClosed && view.owner === undefined && plain('claim', undefined, true)}
        {!isClosed && isMine && view.floor !== 'clerk' && plain('claim')}
        {mayWork && opener('reply', true)}
        {opener('note')}
        {mayWork && opener('ask-for')}
        {mayWork && view.acts.length > 0 && opener('start-act')}
        {mayWork && plain('give-back')}
        {mayWork && opener('snooze')}
        {!isClosed && opener('priority')}
        {mayWork && opener('transfer')}
        {mayWork && plain('release')}
        {mayWork && opener('close')}
        {opener('propose')}
        {isClosed && opener('reopen', true)}
        {view.hasFailedReply && plain('acknowledge')}
      </div>
      <p role="status" class={said === undefined || said === DONE ? 'quiet' : 'error'}>
        {said}
      </p>
      {form === 'reply' && <ReplyForm id={view.id} onSubmit={(fields) => act('reply', fields)} />}
      {form === 'note' && (
        <TextForm
          label="备注（只有同事看得到）"
          submit="记下"
          needed
          onSubmit={(text) => act('note', { text })}
        />
      )}
      {form === 'reopen' && (
        <TextForm
          label="为什么重新打开（可不填）"
          submit="重新打开"
          onSubmit={(note) => act('reopen', { note })}
        />
      )}
      {form === 'propose' && (
        <ProposalForm path={`/cases/${encodeURIComponent(view.id)}/proposals`} onDone={onDone} />
      )}
      {form === 'ask-for' && <AskForm onSubmit={(fields) => void act('ask-for', fields)} />}
      {form === 'close' && <CloseForm causes={causes} onSubmit={(fields) => void act('close', fields)} />}
      {form === 'snooze' && <SnoozeForm onSubmit={(until) => void act('snooze', { until })} />}
      {form === 'priority' && (
        <PriorityForm now={view.priority} onSubmit={(priority) => void act('priority', { priority })} />
      )}
      {form === 'transfer' && <TransferForm me={me} onSubmit={(fields) => void act('transfer', fields)} />}
      {form === 'start-act' && (
        <StartForm
          acts={view.acts}
          onTry={(flow) => void act('dry-run', { flow })}
          onSubmit={(flow) => void act('start-act', { flow })}
        />
      )}
    </section>
  );
}

function rehearsed(rehearsal: Extract<Rehearsal, { readonly ok: true }>): string {
  const lines = rehearsal.lines.map(({ label, isPossible }) => `${isPossible ? '可以' : '不行'}：${label}`);
  return `试算${rehearsal.isPossible ? '可以办' : '办不了'}。${lines.join('；')}`;
}

interface TextFormProps {
  readonly label: string;
  readonly submit: string;
  readonly needed?: boolean;
  readonly onSubmit: (text: string) => Promise<Trouble | undefined>;
}

function TextForm({ label, submit, needed, onSubmit }: TextFormProps) {
  const [text, write] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(text);
      }}
    >
      <label class="field">
        <span>{label}</span>
        <textarea
          rows={4}
          value={text}
          maxLength={3000}
          required={needed === true}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button main">
        {submit}
      </button>
    </form>
  );
}

function AskForm({ onSubmit }: { onSubmit: (fields: object) => void }) {
  const [what, choose] = useState('region');
  const [detail, write] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit({ what, ...(detail === '' ? {} : { detail }) });
      }}
    >
      <Select label="问什么" value={what} options={ASKABLE} onChange={choose} />
      <label class="field">
        <span>{what === 'material' ? '需要哪些材料' : '补充一句（可不填）'}</span>
        <textarea
          rows={2}
          value={detail}
          required={what === 'material'}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button main">
        发给市民
      </button>
    </form>
  );
}

function CloseForm({
  causes,
  onSubmit,
}: {
  causes: ActsProps['causes'];
  onSubmit: (fields: object) => void;
}) {
  const [trueCause, choose] = useState('');
  const [note, write] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit({ ...(trueCause === '' ? {} : { trueCause }), ...(note === '' ? {} : { note }) });
      }}
    >
      <Select
        label="真正的原因"
        value={trueCause}
        options={Object.fromEntries(causes.map(({ id, title }) => [id, title]))}
        none="没有查明"
        onChange={choose}
      />
      <label class="field">
        <span>说明（可不填，只有同事看得到）</span>
        <textarea rows={2} value={note} onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button main">
        办结，请市民评价
      </button>
    </form>
  );
}

function SnoozeForm({ onSubmit }: { onSubmit: (until: string) => void }) {
  const [until, set] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // What is typed is the office's clock, wherever the browser stands.
        onSubmit(`${until}:00+08:00`);
      }}
    >
      <Input label="到什么时候（北京时间）" type="datetime-local" value={until} onInput={set} />
      <button type="submit" class="button main">
        到时再提醒
      </button>
    </form>
  );
}

function PriorityForm({ now, onSubmit }: { now: string; onSubmit: (priority: string) => void }) {
  const [priority, choose] = useState(now);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(priority);
      }}
    >
      <Select label="优先级" value={priority} options={PRIORITIES} onChange={choose} />
      <button type="submit" class="button main">
        改
      </button>
    </form>
  );
}

function TransferForm({ me, onSubmit }: { me: Me; onSubmit: (fields: object) => void }) {
  const { value } = useAsked<{ readonly staff: readonly StaffRef[] }>('/cases/staff');
  const [to, choose] = useState('');
  const [note, write] = useState('');
  const others = (value?.staff ?? []).filter(({ id }) => id !== me.id);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit({ to, ...(note === '' ? {} : { note }) });
      }}
    >
      <Select
        label="转给谁"
        value={to}
        options={Object.fromEntries(others.map(({ id, displayName }) => [id, displayName]))}
        none="请选择"
        onChange={choose}
      />
      <label class="field">
        <span>交代一句（可不填）</span>
        <textarea rows={2} value={note} onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button main">
        转交
      </button>
    </form>
  );
}

interface StartProps {
  readonly acts: CaseView['acts'];
  readonly onTry: (flow: string) => void;
  readonly onSubmit: (flow: string) => void;
}

function StartForm({ acts, onTry, onSubmit }: StartProps) {
  const [flow, choose] = useState(acts[0]?.flow ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(flow);
      }}
    >
      <Select
        label="办什么"
        value={flow}
        options={Object.fromEntries(acts.map(({ flow: id, label }) => [id, label]))}
        onChange={choose}
      />
      <p class="quiet">坐席不代办：市民在对话里自己确认后才会提交。</p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => onTry(flow)}>
          先试算
        </button>
        <button type="submit" class="button main">
          发给市民确认
        </button>
      </div>
    </form>
  );
}
