/** The chat page: head, talk, offered answers, composer. */
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { useElder } from '../shared/elder.ts';
import { keep, recall } from '../shared/memory.ts';
import { BotLine, OwnLine, PendingLine } from './bubbles.tsx';
import { Composer } from './composer.tsx';
import { isFramed, putAway } from './frame.ts';
import { hush, speak } from './speech.ts';
import { choicesNow, next, progressNow, START, shownText, type Talk } from './talk.ts';
import { Tools } from './tools.tsx';
import { listen, type Message, newId, post } from './wire.ts';
import { WORDS } from './words.ts';

/** An answer takes a moment; after this long, dots that go on would only mislead. */
const PATIENCE_MS = 12_000;

export function App() {
  const [talk, tell] = useReducer(next, START);
  const log = useRef<HTMLDivElement>(null);

  const [isElder, setElder] = useElder();
  const [isReading, setReading] = useReadAloud(talk);
  const [hasWechat, setWechat] = useState(false);

  useEffect(
    () =>
      listen({
        line: (line) => tell({ kind: 'line', line }),
        state: (link) => tell({ kind: 'link', link }),
        opened: ({ wechat }) => setWechat(wechat),
      }),
    [],
  );
  useEffect(() => {
    if (!talk.isAwaiting) return;
    const timer = setTimeout(() => tell({ kind: 'gave_up_waiting' }), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [talk.isAwaiting, talk.lines.length]);
  useFollowing(log, talk, isElder);

  async function send(message: Message, text: string): Promise<void> {
    tell({ kind: 'send', message, text });
    const posted = await post(message);
    if (posted === 'ok') tell({ kind: 'posted', id: message.id });
    else tell({ kind: 'unsent', id: message.id, notice: NOTICES[posted] });
  }
  const say = (text: string) => void send({ id: newId(), text }, text);
  const choices = choicesNow(talk);

  return (
    <>
      <header class="head">
        <div>
          <h1>{WORDS.title}</h1>
          <p>{WORDS.subtitle}</p>
        </div>
        <button type="button" class="button" onClick={() => say(WORDS.person)}>
          {WORDS.person}
        </button>
        {isFramed && (
          <button type="button" class="button" onClick={putAway}>
            {WORDS.close}
          </button>
        )}
      </header>
      <Tools
        isElder={isElder}
        onElder={setElder}
        isReading={isReading}
        onReading={setReading}
        hasWechat={hasWechat}
      />
      <Progress talk={talk} />
      <Status talk={talk} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <main ref={log} class="talk" tabIndex={0} aria-label={WORDS.talk}>
        <div role="log" aria-live="polite" aria-busy={talk.link === 'connecting'}>
          <ul class="lines">
            {talk.lines.map((line, index) =>
              line.who === 'bot' ? (
                <BotLine key={line.position} line={line} isElder={isElder} />
              ) : (
                <OwnLine key={line.position} position={line.position} text={shownText(talk.lines, index)} />
              ),
            )}
            {talk.pending.map((pending) => (
              <PendingLine
                key={pending.message.id}
                pending={pending}
                onAgain={() => void send(pending.message, pending.text)}
              />
            ))}
          </ul>
        </div>
        {talk.isAwaiting && <Typing />}
        {choices.length > 0 && (
          <ul class="choices" aria-label={WORDS.choices}>
            {choices.map(({ value, label }) => (
              <li key={value}>
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    void send({ id: newId(), choose: value }, label);
                    // The buttons go away; whoever uses a keyboard must not be thrown to the top.
                    log.current?.focus({ preventScroll: true });
                  }}
                >
                  {label}
                </button>
              </li>
            ))}
          </ul>
        )}
      </main>
      <footer class="foot">
        <Composer onSend={say} />
        <p class="advice">{WORDS.privacy}</p>
      </footer>
    </>
  );
}

const NOTICES = { slow_down: 'tooFast', too_long: 'tooLong', later: 'later', failed: undefined } as const;

function Status({ talk }: { talk: Talk }) {
  const words =
    talk.notice !== undefined ? WORDS[talk.notice] : talk.link === 'online' ? '' : WORDS[talk.link];
  return (
    <div class="status" role="status">
      {words}
    </div>
  );
}

function Progress({ talk }: { talk: Talk }) {
  const progress = progressNow(talk);
  if (progress === undefined) return null;
  const words = WORDS.progress(progress.step, progress.of);
  return (
    <section class="steps" aria-labelledby="steps">
      <span id="steps">{words}</span>
      <progress max={progress.of} value={progress.step} aria-labelledby="steps" />
    </section>
  );
}

/** Reads new lines aloud when that was chosen; not those of a talk that is merely shown again. */
function useReadAloud(talk: Talk): readonly [boolean, (isOn: boolean) => void] {
  const [isOn, set] = useState(recall('reading') === 'yes');
  const seen = useRef(0);
  useEffect(() => {
    const fresh = talk.lines.slice(seen.current).filter(({ who }) => who === 'bot');
    seen.current = talk.lines.length;
    if (isOn && talk.hasSpoken && fresh.length > 0) speak(fresh.map(({ text }) => text).join('\n'));
  }, [talk.lines.length]);
  return [
    isOn,
    (next) => {
      keep('reading', next ? 'yes' : undefined);
      if (!next) hush();
      set(next);
    },
  ];
}

function Typing() {
  return (
    <div class="typing">
      <span class="unseen">{WORDS.typing}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Keeps the newest words in sight; a long answer is shown from its beginning. */
function useFollowing(log: { current: HTMLElement | null }, talk: Talk, isElder: boolean): void {
  const seen = useRef(0);
  useLayoutEffect(() => {
    const view = log.current;
    if (view === null) return;
    const fresh = talk.lines.slice(seen.current).find(({ who }) => who === 'bot');
    const isFirst = seen.current === 0;
    seen.current = talk.lines.length;
    view.scrollTop = view.scrollHeight;
    const element =
      fresh && !isFirst && view.querySelector<HTMLElement>(`[data-position="${fresh.position}"]`);
    if (element && view.scrollTop > element.offsetTop - 12) view.scrollTop = element.offsetTop - 12;
  }, [talk.lines.length, talk.pending.length, talk.isAwaiting, isElder]);
}
