/** Words of both sides, oldest first; what is longest moves within itself, also by keyboard. */
import { useEffect, useRef } from 'preact/hooks';
import { Time } from './parts.tsx';
import { SPEAKERS } from './words.ts';

export interface Line {
  readonly who: 'citizen' | 'bot' | 'staff';
  readonly text: string;
  readonly at: string;
}

export function TalkLines({ lines }: { lines: readonly Line[] }) {
  const box = useRef<HTMLElement>(null);
  const count = lines.length;
  // What was said last is what one wants to see.
  useEffect(() => {
    if (box.current !== null && count > 0) box.current.scrollTop = box.current.scrollHeight;
  }, [count]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section ref={box} class="scroll talkbox" aria-label="说过的话" tabIndex={0}>
      <ol class="talk">
        {lines.map((line, index) => (
          <li key={index} class={line.who}>
            <span class="said">
              <b>{SPEAKERS[line.who]}</b> <Time at={line.at} />
            </span>
            <p>{line.text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
