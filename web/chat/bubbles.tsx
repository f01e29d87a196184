/** One line of the talk, with its sources and its way to a secure page. */
import { Prose } from './prose.tsx';
import { Receipt } from './receipt.tsx';
import { canSpeak, useReading } from './speech.ts';
import type { Pending } from './talk.ts';
import type { Line } from './wire.ts';
import { WORDS } from './words.ts';

export function BotLine({ line, isElder }: { line: Line; isElder: boolean }) {
  return (
    <li class="line bot" data-reply={line.reply} data-position={line.position}>
      <div class="bubble">
        <span class="unseen">{WORDS.bot}</span>
        {isElder && line.sources ? <Folded text={line.text} /> : <Prose text={line.text} />}
        {line.secure && <SecureButton url={line.secure.url} />}
        {line.sources && <Basis sources={line.sources} />}
        {line.receipt !== undefined && <Receipt line={line} />}
        {isElder && canSpeak && <ReadAloud text={line.text} />}
      </div>
    </li>
  );
}

/**
 * An answer begins with its conclusion; the rest is unfolded by whoever wants it. Summaries before a yes are
 * questions and no answers with sources alone: they end in one, and are never folded.
 */
function Folded({ text }: { text: string }) {
  const [first = '', ...rest] = text.split(/\n/u);
  if (rest.length < 3 || /[？?]\s*$/u.test(text)) return <Prose text={text} />;
  return (
    <>
      <Prose text={first} />
      <details class="more">
        <summary>{WORDS.more}</summary>
        <Prose text={rest.join('\n').trim()} />
      </details>
    </>
  );
}

function ReadAloud({ text }: { text: string }) {
  const [isReading, toggle] = useReading(text);
  return (
    <button type="button" class="plain" aria-pressed={isReading} onClick={toggle}>
      {isReading ? WORDS.readStop : WORDS.read}
    </button>
  );
}

export function OwnLine({ text, position }: { text: string; position: number }) {
  return (
    <li class="line own" data-position={position}>
      <div class="bubble">
        <span class="unseen">{WORDS.you}</span>
        {text}
      </div>
    </li>
  );
}

export function PendingLine({ pending, onAgain }: { pending: Pending; onAgain: () => void }) {
  const hasFailed = pending.state === 'failed';
  return (
    <li class={`line own pending ${pending.state}`}>
      <div class="bubble">
        <span class="unseen">{WORDS.you}</span>
        {pending.text}
      </div>
      {hasFailed && (
        <p class="unsent">
          {WORDS.failed}{' '}
          <button type="button" class="plain" onClick={onAgain}>
            {WORDS.again}
          </button>
        </p>
      )}
    </li>
  );
}

function SecureButton({ url }: { url: string }) {
  if (!isWebAddress(url)) return null;
  return (
    <p class="secure">
      <a class="button main" href={url} target="_blank" rel="noopener noreferrer">
        <Lock />
        {WORDS.openSecure}
        <span class="unseen">{WORDS.newWindow}</span>
      </a>
      <small>{WORDS.openSecureHint}</small>
    </p>
  );
}

function Basis({ sources }: { sources: NonNullable<Line['sources']> }) {
  const newest =
    sources
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? '';
  return (
    <details class="basis">
      <summary>{WORDS.basis(sources.length, newest)}</summary>
      <ul>
        {sources.map(({ title, publisher, date, url }) => (
          <li>
            {url !== undefined && isWebAddress(url) ? (
              <a href={url} target="_blank" rel="noopener noreferrer">
                {title}
              </a>
            ) : (
              title
            )}
            <br />
            <small>
              {publisher}，{date}
            </small>
          </li>
        ))}
      </ul>
    </details>
  );
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url, location.href) && /^https?:$/u.test(new URL(url, location.href).protocol);
}

function Lock() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path
        fill="currentColor"
        d="M10 1.500a4.500 4.500 0 0 0-4.500 4.500v2.500H5A1.500 1.500 0 0 0 3.500 10v7A1.500 1.500 0 0 0 5 18.500h10a1.500 1.500 0 0 0 1.500-1.500v-7A1.500 1.500 0 0 0 15 8.500h-.5V6A4.500 4.500 0 0 0 10 1.500zm-2.500 7V6a2.500 2.500 0 0 1 5 0v2.500z"
      />
    </svg>
  );
}
