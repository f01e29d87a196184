/** The help desk put together: its words from the replies, its rules from the checks the dialogue makes. */
import type { Advice } from './contracts/advice.ts';
import type { Clock, Random } from './contracts/clock.ts';
import type { Desk } from './contracts/desk.ts';
import type { Signals } from './contracts/signals.ts';
import type { Store } from './contracts/store.ts';
import { createAdvice } from './desk/advice.ts';
import type { Thinking } from './desk/advice-deps.ts';
import { createDesk } from './desk/desk.ts';
import { runCheck } from './dialog/checks.ts';
import { render } from './dialog/render.ts';
import { fillTemplate } from './dialog/template.ts';
import type { JsonObject } from './domain/json.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import { dayAt } from './knowledge/working-time.ts';
import type { Library } from './library.ts';

/** The check a flow makes before its act; flows that are not here leave it to the office. */
const CHECK_OF: { readonly [flow: string]: string } = {
  bind: 'bind',
  'set-payer-order': 'order',
  'pay-premium': 'premium',
  allocate: 'allocate',
  'set-quota': 'quota',
};

/** Replies that say why a check refused, by the flow that asks. */
const WHY_OF: { readonly [flow: string]: string } = {
  bind: 'bind.excluded',
  'set-payer-order': 'order.excluded',
  'pay-premium': 'premium.excluded',
  allocate: 'allocate.excluded',
  'set-quota': 'quota.excluded',
};

export interface HelpDeskParts {
  readonly store: Store;
  readonly knowledge: () => Knowledge;
  readonly clock: Clock;
  readonly random: Random;
  /** To and from the other processes on this store. */
  readonly signals: Signals;
}

const TOPIC = 'desk';

/** The text of a reply with its holes filled; empty when nobody wrote it. */
function wordsOf(knowledge: () => Knowledge) {
  return (id: string, params: JsonObject = {}): string => {
    const books = knowledge();
    return fillTemplate(books.replies.get(id)?.text.trim() ?? '', params, books);
  };
}

/** What the adviser thinks with; without a store it can still think about words it is given. */
export function thinkingWith(library: () => Library): Thinking {
  const knowledge = () => library().knowledge;
  return {
    knowledge,
    understander: () => library().understander,
    words: wordsOf(knowledge),
    say: (reply) => render(reply, knowledge()),
  };
}

export function openAdvice({
  library,
  ...parts
}: Pick<HelpDeskParts, 'store' | 'clock' | 'random'> & { readonly library: () => Library }): Advice {
  return createAdvice({ ...parts, ...thinkingWith(library) });
}

export function openHelpDesk({ store, knowledge, clock, random, signals }: HelpDeskParts): Desk {
  const words = wordsOf(knowledge);
  const desk = createDesk({
    store,
    knowledge,
    clock,
    random,
    words,
    ruleCheck(flow, params) {
      const check = CHECK_OF[flow];
      if (check === undefined) return undefined;
      const asked =
        flow === 'bind' && params.sameProvince === undefined ? { ...params, sameProvince: 'yes' } : params;
      // Before the relation is known, a binding cannot be judged.
      if (flow === 'bind' && typeof params.relation !== 'string') return undefined;
      const { ok, params: found } = runCheck(check, knowledge(), asked, dayAt(clock.now()));
      const why = words(`${WHY_OF[flow] ?? ''}.${String(found.reason)}`, found);
      return { isAllowed: ok, why: why || String(found.reason ?? '') };
    },
  });
  return { ...desk, onChange: heardEverywhere(store, signals) };
}

/** A change made in another process rings too; see `contracts/signals.ts` for what a nudge is worth. */
function heardEverywhere(store: Store, signals: Signals): Desk['onChange'] {
  const listeners = new Set<() => void>();
  const ring = (): void => {
    for (const listener of listeners) listener();
  };
  store.onCaseChange(() => {
    ring();
    signals.send(TOPIC);
  });
  signals.hear((topic) => {
    if (topic === TOPIC) ring();
  });
  return (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
}

export interface DeskClock {
  /** Does what is due now, after anything that is still being done. */
  wake(): void;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The clock of the desk: looks at once when a case changed, and otherwise whenever it is woken. What is due
 * stands in the rows, so nothing is lost between two looks.
 */
export function startDeskClock(desk: Desk, onFailure: (error: unknown) => void): DeskClock {
  let running: Promise<void> | undefined;
  let isStale = false;
  let isOver = false;
  const run = async (): Promise<void> => {
    do {
      isStale = false;
      await desk.sweep().catch(onFailure);
    } while (isStale && !isOver);
    running = undefined;
  };
  const wake = (): void => {
    if (isOver) return;
    isStale = true;
    running ??= run();
  };
  const unsubscribe = desk.onChange(wake);
  return {
    wake,
    settled: async () => running,
    async stop() {
      isOver = true;
      unsubscribe();
      await running;
    },
  };
}
