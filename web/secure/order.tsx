/** Who pays first: a list put in order by dragging, or by buttons for keyboards and hands that tremble. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorText, Summary, useSubmit } from './field.tsx';
import type { Answer, OrderView } from './wire.ts';

export function Order({ view, onAnswer }: { view: OrderView; onAnswer: (answer: Answer) => void }) {
  const { words, payers } = view;
  const [order, setOrder] = useState<readonly number[]>(payers.map((_, index) => index));
  const [told, tell] = useState('');
  const { errors, isBusy, send } = useSubmit(words, onAnswer);

  function move(payer: number, to: number): void {
    if (to < 0 || to >= order.length || order.indexOf(payer) === to) return;
    const others = order.filter((other) => other !== payer);
    setOrder([...others.slice(0, to), payer, ...others.slice(to)]);
    const moved = words['order.moved']?.replace('{name}', payers[payer]?.name ?? '');
    tell(moved?.replace('{place}', String(to + 1)) ?? '');
  }
  const { list, dragged, drag } = useDragging(order, move);

  function submit(event: Event): void {
    event.preventDefault();
    void send({ order: order.join(',') });
  }

  return (
    <form onSubmit={submit} noValidate>
      <h1>{words['order.title']}</h1>
      <p class="lead">{words['order.lead']}</p>
      <Summary words={words} errors={errors} />
      <ErrorText name="order" errors={errors} />
      <ol ref={list} class="order" aria-label={words['order.list']}>
        {order.map((payer, place) => (
          <Row
            key={payer}
            view={view}
            payer={payer}
            place={place}
            isDragged={dragged === payer}
            onGrip={() => drag(payer)}
            onMove={(to) => move(payer, to)}
          />
        ))}
      </ol>
      <p class="unseen" role="status">
        {told}
      </p>
      <button type="submit" class="button main wide" aria-disabled={isBusy}>
        {isBusy ? words.submitting : words['order.submit']}
      </button>
    </form>
  );
}

interface RowProps {
  readonly view: OrderView;
  readonly payer: number;
  readonly place: number;
  readonly isDragged: boolean;
  readonly onGrip: () => void;
  readonly onMove: (to: number) => void;
}

function Row({ view: { payers, words }, payer, place, isDragged, onGrip, onMove }: RowProps) {
  const { name = '', relation = '' } = payers[payer] ?? {};
  return (
    <li class={isDragged ? 'dragged' : undefined}>
      <span
        class="grip"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.preventDefault();
          onGrip();
        }}
      >
        <svg viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
          <path fill="currentColor" d="M3 5h14v2H3zm0 4h14v2H3zm0 4h14v2H3z" />
        </svg>
      </span>
      <span class="who">
        <small>{words['order.place']?.replace('{place}', String(place + 1))}</small>
        <strong>{name}</strong>
        <small>{relation}</small>
      </span>
      <span class="moves">
        <Step words={words['order.up']} name={name} isAtEnd={place === 0} onStep={() => onMove(place - 1)} />
        <Step
          words={words['order.down']}
          name={name}
          isAtEnd={place === payers.length - 1}
          onStep={() => onMove(place + 1)}
        />
      </span>
    </li>
  );
}

interface StepProps {
  readonly words: string | undefined;
  readonly name: string;
  readonly isAtEnd: boolean;
  readonly onStep: () => void;
}

// Never `disabled`: a button that vanished under the finger would take the focus with it.
function Step({ words, name, isAtEnd, onStep }: StepProps) {
  return (
    <button type="button" class="button" aria-disabled={isAtEnd} onClick={onStep}>
      {words}
      <span class="unseen">{name}</span>
    </button>
  );
}

/**
 * Drags by pointer events, alike for finger, pen and mouse: the row goes where the pointer is. Heard on the window,
 * since a row that is moved in the page loses hold of its pointer.
 */
function useDragging(order: readonly number[], move: (payer: number, to: number) => void) {
  const list = useRef<HTMLOListElement>(null);
  const [dragged, drag] = useState<number>();

  useEffect(() => {
    if (dragged === undefined) return;
    const follow = ({ clientY }: PointerEvent) => {
      const rows = [...(list.current?.children ?? [])];
      const to = rows.findIndex((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return clientY >= top && clientY <= bottom;
      });
      if (to >= 0) move(dragged, to);
    };
    const end = () => drag(undefined);
    addEventListener('pointermove', follow);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
    return () => {
      removeEventListener('pointermove', follow);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
    };
  }, [dragged, order]);
  return { list, dragged, drag };
}
