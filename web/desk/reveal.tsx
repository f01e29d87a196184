/** Name and number of the citizen: for a reason in words, written down before it is shown, and gone after its time. */
import { useEffect, useState } from 'preact/hooks';
import type { CaseView } from '../../src/contracts/desk.ts';
import { Input } from './parts.tsx';
import { type Me, newKey, post, type Revealed } from './wire.ts';
import { DOCUMENTS, troubleWords } from './words.ts';

export function Reveal({ view, me, onDone }: { view: CaseView; me: Me; onDone: () => void }) {
  const [reason, write] = useState('');
  const [shown, show] = useState<Revealed>();
  const [said, say] = useState<string>();
  const [key, renew] = useState(newKey);
  const mayAsk =
    view.isVerified && view.closedAt === undefined && (view.owner?.id === me.id || me.roles.includes('lead'));

  useEffect(() => {
    if (shown === undefined) return;
    const left = Date.parse(shown.reveal.expiresAt) - Date.now();
    const timer = setTimeout(
      () => {
        show(undefined);
        say('查看时间已过。');
      },
      Math.max(0, left),
    );
    return () => clearTimeout(timer);
  }, [shown]);

  if (!mayAsk) return null;

  async function ask(event: Event): Promise<void> {
    event.preventDefault();
    const answer = await post<Revealed>(`/cases/${encodeURIComponent(view.id)}/reveal`, { key, reason });
    renew(newKey());
    if (!answer.ok) return say(troubleWords(answer));
    write('');
    say(undefined);
    show(answer.value);
    onDone();
  }

  return (
    <section aria-label="身份信息" class="panel">
      <h2>身份信息</h2>
      <div role="status">
        {shown !== undefined && (
          <dl class="facts secret">
            <div>
              <dt>姓名</dt>
              <dd>{shown.record.name}</dd>
            </div>
            <div>
              <dt>{DOCUMENTS[shown.record.documentType] ?? '证件'}号码</dt>
              <dd>{shown.record.documentNumber}</dd>
            </div>
          </dl>
        )}
        {said}
      </div>
      {shown === undefined ? (
        <form onSubmit={(event) => void ask(event)}>
          <Input label="为什么要看（会记入审计，市民也看得到）" value={reason} onInput={write} />
          <button type="submit" class="button">
            查看 10 分钟
          </button>
        </form>
      ) : (
        <button type="button" class="button" onClick={() => show(undefined)}>
          收起
        </button>
      )}
    </section>
  );
}
