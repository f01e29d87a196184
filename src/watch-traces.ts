/** Which spans a row belongs to, and telling them when they are over. See `tracing.ts`. */
import type { Due, TurnCommit } from './contracts/store.ts';
import type { ChannelId } from './domain/conversation.ts';
import { hashed, type OpenSpan, type SpanParent, type Tracer } from './tracing.ts';
import { createMemory } from './watch-memory.ts';

/** Taken up, and not committed yet. */
export interface Taken {
  readonly due: Due;
  readonly takenMs: number;
  /** From the arrival of the oldest message to now, by the clock of the house. */
  readonly waitedMs: number;
}

/** Epoch milliseconds that never go back. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export interface Committing {
  readonly parent: SpanParent;
  committed(thoughtMs: number, committedMs: number): void;
}

export interface Traces {
  /**
   * Before the commit: a task it begins may be taken up before the commit is told. Of a commit that changes nothing no end
   * is told, and nothing is sent.
   */
  committing(commit: TurnCommit, seen: Taken): Committing | undefined;
  delivered(
    parent: SpanParent | undefined,
    times: { readonly from: number; readonly to: number },
    facts: { readonly channel: ChannelId },
  ): void;
  task(id: string, run: () => Promise<void>): Promise<void>;
  opened(id: string, facts: { readonly name: string; readonly attempts: number }): void;
  stepBegun(task: string, key: string, facts: { readonly service: string; readonly state: string }): void;
  stepEnded(key: string, failed?: 'failed'): void;
  settled(id: string, times: { readonly from: number; readonly to: number }, outcome: string): void;
}

const NO_TRACES: Traces = {
  committing: () => undefined,
  delivered: () => {},
  task: (_, run) => run(),
  opened: () => {},
  stepBegun: () => {},
  stepEnded: () => {},
  settled: () => {},
};

export function createTraces(tracer: Tracer | undefined): Traces {
  if (tracer === undefined) return NO_TRACES;
  /** What a task or its end hangs on. */
  const parents = createMemory<SpanParent>();
  const running = createMemory<OpenSpan>();
  const steps = createMemory<OpenSpan>();
  return {
    committing(commit, { due, takenMs, waitedMs }) {
      const { conversation, log } = commit;
      const ended = due.items.flatMap(({ content }) =>
        content.kind === 'task.settled' ? [parents.get(content.task)] : [],
      )[0];
      const from = takenMs - waitedMs;
      const span = tracer.begin(
        'message',
        from,
        {
          channel: conversation.address.channel,
          conversation: hashed(conversation.id),
          version: conversation.version,
          kinds: due.items.map(({ content }) => content.kind).join(' '),
          effects: log.effects.join(' '),
          replies: commit.replies.map(({ id }) => id).join(' '),
          knowledge: log.knowledge,
        },
        ended,
      );
      for (const { id } of commit.tasks) parents.put(id, span.parent);
      return {
        parent: span.parent,
        committed(thoughtMs, committedMs) {
          tracer.span('inbound', { from, to: takenMs }, {}, span.parent);
          tracer.span('think', { from: takenMs, to: thoughtMs }, {}, span.parent);
          tracer.span('commit', { from: thoughtMs, to: committedMs }, {}, span.parent);
          span.end(committedMs, {});
        },
      };
    },
    delivered(parent, times, facts) {
      if (parent !== undefined) tracer.span('deliver', times, facts, parent);
    },
    async task(id, run) {
      try {
        await run();
      } finally {
        running.take(id)?.end(nowMs(), {});
      }
    },
    opened(id, facts) {
      running.put(
        id,
        tracer.begin('task', nowMs(), { ...facts, task: hashed(id), outcome: 'again' }, parents.get(id)),
      );
    },
    stepBegun(task, key, facts) {
      const under = running.get(task)?.parent;
      if (under !== undefined) steps.put(key, tracer.begin('step', nowMs(), facts, under));
    },
    stepEnded: (key, failed) => steps.take(key)?.end(nowMs(), {}, failed),
    settled(id, times, outcome) {
      const span = running.take(id);
      if (span === undefined) return;
      parents.put(id, tracer.span('settle', times, { outcome }, span.parent));
      span.end(times.to, { outcome });
    },
  };
}
