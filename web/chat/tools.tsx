/** The row under the head: large type, reading aloud, going on in WeChat, and leaving a computer others use too. */
import { useState } from 'preact/hooks';
import { leave } from './session.ts';
import { canSpeak } from './speech.ts';
import { WORDS } from './words.ts';

interface Props {
  readonly isElder: boolean;
  readonly onElder: (isOn: boolean) => void;
  readonly isReading: boolean;
  readonly onReading: (isOn: boolean) => void;
  readonly hasWechat: boolean;
}

export function Tools({ isElder, onElder, isReading, onReading, hasWechat }: Props) {
  const [open, show] = useState<'wechat' | 'leave'>();
  const toggle = (what: 'wechat' | 'leave') => show(open === what ? undefined : what);
  return (
    <nav class="bar" aria-label={WORDS.tools}>
      <button type="button" class="plain" aria-pressed={isElder} onClick={() => onElder(!isElder)}>
        {isElder ? WORDS.elderOff : WORDS.elder}
      </button>
      {isElder && canSpeak && (
        <button type="button" class="plain" aria-pressed={isReading} onClick={() => onReading(!isReading)}>
          {isReading ? WORDS.readingOff : WORDS.reading}
        </button>
      )}
      {hasWechat && (
        <button
          type="button"
          class="plain"
          aria-expanded={open === 'wechat'}
          onClick={() => toggle('wechat')}
        >
          {WORDS.wechat}
        </button>
      )}
      <button type="button" class="plain" aria-expanded={open === 'leave'} onClick={() => toggle('leave')}>
        {WORDS.leave}
      </button>
      {open === 'wechat' && <Wechat />}
      {open === 'leave' && <Leave onStay={() => show(undefined)} />}
    </nav>
  );
}

function Wechat() {
  return (
    <div class="panel">
      <img src="/api/chat/wechat.svg" width="200" height="200" alt={WORDS.wechatCode} />
      <p>{WORDS.wechatHint}</p>
    </div>
  );
}

function Leave({ onStay }: { onStay: () => void }) {
  const [hasFailed, fail] = useState(false);
  async function go(): Promise<void> {
    if (await leave()) location.reload();
    else fail(true);
  }
  return (
    <div class="panel">
      <p>{WORDS.leaveSure}</p>
      {hasFailed && (
        <p class="unsent" role="alert">
          {WORDS.leaveFailed}
        </p>
      )}
      <div class="tools">
        <button type="button" class="button main" onClick={() => void go()}>
          {WORDS.leaveYes}
        </button>
        <button type="button" class="button" onClick={onStay}>
          {WORDS.leaveNo}
        </button>
      </div>
    </div>
  );
}
