/** The secure page: asks what its link opens, shows it, and ends on a screen that leads back to the talk. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useElder } from '../shared/elder.ts';
import { MyData } from './my-data.tsx';
import { Order } from './order.tsx';
import { Relative } from './relative.tsx';
import { Terms } from './terms.tsx';
import { Verify } from './verify.tsx';
import { type Answer, load, type OpenView, type ShutView, type View, type Words } from './wire.ts';
import { WORDS } from './words.ts';

type Shown =
  | View
  | 'loading'
  | 'unreachable'
  | { readonly state: 'done'; readonly end: string; readonly name: string; readonly words: Words };

export function App() {
  const [shown, show] = useState<Shown>('loading');

  async function open(): Promise<void> {
    show((await load()) ?? 'unreachable');
  }
  useEffect(() => {
    void open();
    // The back button may bring a page out of the browser's memory after its link was used.
    const back = (event: PageTransitionEvent) => {
      if (event.persisted) void open();
    };
    addEventListener('pageshow', back);
    return () => removeEventListener('pageshow', back);
  }, []);

  function answered(answer: Answer): void {
    if (typeof shown === 'string') return;
    const { words } = shown;
    if (answer.ok && answer.next === 'done' && shown.state === 'open') {
      const end = `${shown.purpose}.done${answer.summary.isNo === true ? '_no' : ''}`;
      show({ state: 'done', end, name: answer.summary.name, words });
    } else if (!answer.ok && answer.state !== 'open') {
      show({ state: answer.state, words });
    }
  }

  if (shown === 'loading') return <Frame>{<p class="lead">{WORDS.loading}</p>}</Frame>;
  if (shown === 'unreachable') return <Frame>{<Unreachable onAgain={() => void open()} />}</Frame>;
  const { words } = shown;
  if (shown.state === 'done') {
    const lead = words[`${shown.end}_lead`]?.replace('{name}', shown.name);
    return (
      <Frame words={words}>
        <End good title={words[shown.end]} lead={lead} words={words} />
      </Frame>
    );
  }
  if (shown.state !== 'open') return <Frame words={words}>{<Shut view={shown} />}</Frame>;
  return (
    <Frame words={words} provider={shown.provider} isOpen>
      <Page view={shown} onAnswer={answered} />
    </Frame>
  );
}

function Page({ view, onAnswer }: { view: OpenView; onAnswer: (answer: Answer) => void }) {
  switch (view.purpose) {
    case 'verify':
      return <Verify view={view} onAnswer={onAnswer} />;
    case 'relative':
      return <Relative view={view} onAnswer={onAnswer} />;
    case 'order':
      return <Order view={view} onAnswer={onAnswer} />;
    case 'my_data':
      return <MyData view={view} onAnswer={onAnswer} />;
    default:
      return <Terms view={view} onAnswer={onAnswer} />;
  }
}

interface FrameProps {
  readonly words?: Words;
  readonly provider?: string;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

function Frame({ words, provider, isOpen, children }: FrameProps) {
  const [isElder, setElder] = useElder();
  return (
    <>
      <header class="head">
        <span>{words?.service ?? ''}</span>
        <button type="button" class="plain" aria-pressed={isElder} onClick={() => setElder(!isElder)}>
          {isElder ? WORDS.elderOff : WORDS.elder}
        </button>
      </header>
      <main>
        {provider === 'demo' && <p class="demo">{words?.demo}</p>}
        {children}
        {isOpen && (
          <div class="notes">
            <p>{words?.privacy}</p>
            <p>{words?.expires}</p>
          </div>
        )}
      </main>
    </>
  );
}

function Shut({ view: { state, words } }: { view: ShutView }) {
  return (
    <End
      good={state === 'used'}
      title={words[`link.${state}`]}
      lead={words[`link.${state}_lead`]}
      words={words}
    />
  );
}

interface EndProps {
  readonly good: boolean;
  readonly title: string | undefined;
  readonly lead: string | undefined;
  readonly words: Words;
}

function End({ good, title, lead, words }: EndProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="end">
      <svg viewBox="0 0 48 48" width="72" height="72" aria-hidden="true" class={good ? 'good' : 'halt'}>
        <circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="3" />
        <path
          d={good ? 'M15 25l6 6 12-14' : 'M24 13v14M24 33v2'}
          fill="none"
          stroke="currentColor"
          stroke-width="4"
          stroke-linecap="round"
        />
      </svg>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p class="lead">{lead}</p>
      <button type="button" class="button main wide" onClick={() => window.close()}>
        {words.back_to_chat}
      </button>
      <p class="hint">{words.close_by_hand}</p>
    </div>
  );
}

function Unreachable({ onAgain }: { onAgain: () => void }) {
  return (
    <div class="end">
      <h1>{WORDS.unreachable}</h1>
      <p class="lead">{WORDS.unreachableLead}</p>
      <button type="button" class="button main wide" onClick={onAgain}>
        {WORDS.again}
      </button>
    </div>
  );
}
