/** Messages, turns, deliveries and tasks, seen as they pass into the store and out of it. */
import type { Clock } from './contracts/clock.ts';
import type { Store, TurnCommit } from './contracts/store.ts';
import type { ChannelId } from './domain/conversation.ts';
import { errorLabel, type Meter } from './measures.ts';
import type { SpanParent } from './tracing.ts';
import { createMemory } from './watch-memory.ts';
import { type Committing, nowMs, type Taken, type Traces } from './watch-traces.ts';

export interface ChannelState {
  readonly channel: ChannelId;
  readonly sentAt?: number;
  readonly failedAt?: number;
  /** Of the last failure. */
  readonly code?: string;
  /** Of channels that are on and off by themselves. */
  readonly state?: string;
}

export type Note = (channel: ChannelId, change: Omit<ChannelState, 'channel'>) => void;
interface StoreWatch {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly traces: Traces;
  readonly note: Note;
}

/** Committed, and its answer not delivered yet. */
interface Answer {
  readonly channel: ChannelId;
  readonly committedMs: number;
  readonly beforeMs: number;
  /** Whether somebody waits for it. */
  readonly isAsked: boolean;
  readonly parent: SpanParent | undefined;
  isDelivered: boolean;
}

export function watchStore(store: Store, watch: StoreWatch): Store {
  return { ...store, ...frontDoor(store, watch), ...turnsAndParts(store, watch), ...taskRows(store, watch) };
}

function frontDoor(store: Store, { meter }: StoreWatch): Pick<Store, 'receive'> {
  return {
    async receive(inbound) {
      const { channel } = inbound.address;
      try {
        const outcome = await store.receive(inbound);
        meter.add('gongji_messages_total', { channel, outcome });
        return outcome;
      } catch (error) {
        meter.add('gongji_messages_total', { channel, outcome: 'failed' });
        throw error;
      }
    },
  };
}

function turnsAndParts(store: Store, { clock, meter, traces, note }: StoreWatch) {
  const taken = createMemory<Taken>();
  const answers = createMemory<Answer>();
  const channels = createMemory<ChannelId>();

  function committed(
    commit: TurnCommit,
    begun: Taken | undefined,
    trace: Committing | undefined,
    thoughtMs: number,
  ): void {
    const { id, address } = commit.conversation;
    const committedMs = nowMs();
    meter.add('gongji_turns_total', { outcome: 'committed' });
    if (commit.cases.length > 0) meter.add('gongji_handoffs_total', {}, commit.cases.length);
    if (begun === undefined) return;
    const { channel } = address;
    const isAsked = begun.due.items.some(({ content: { kind } }) => kind === 'text' || kind === 'choice');
    if (isAsked) {
      const stages = {
        waited: begun.waitedMs,
        thought: thoughtMs - begun.takenMs,
        committed: committedMs - thoughtMs,
      };
      for (const [stage, ms] of Object.entries(stages) as [keyof typeof stages, number][]) {
        meter.observe('gongji_turn_stage_seconds', { stage, channel }, ms / 1_000);
      }
    }
    trace?.committed(thoughtMs, committedMs);
    const beforeMs = begun.waitedMs + committedMs - begun.takenMs;
    const answer = {
      channel,
      committedMs,
      beforeMs,
      isAsked,
      parent: trace?.parent,
      isDelivered: false,
    };
    if (commit.replies.length > 0) answers.put(`${id}:${Math.max(...commit.seqs)}`, answer);
  }

  function sent(key: string, channel: ChannelId | undefined): void {
    const answer = answers.get(key.slice(0, key.lastIndexOf(':')));
    const where = channel ?? answer?.channel;
    if (where !== undefined) {
      meter.add('gongji_deliveries_total', { channel: where, outcome: 'sent' });
      note(where, { sentAt: clock.now() });
    }
    if (answer === undefined) return;
    const ms = nowMs();
    traces.delivered(answer.parent, { from: answer.committedMs, to: ms }, { channel: answer.channel });
    if (answer.isDelivered || !answer.isAsked) return;
    answer.isDelivered = true;
    const seen = { delivered: ms - answer.committedMs, whole: answer.beforeMs + ms - answer.committedMs };
    for (const stage of ['delivered', 'whole'] as const) {
      meter.observe('gongji_turn_stage_seconds', { stage, channel: answer.channel }, seen[stage] / 1_000);
    }
  }

  return {
    async due(id) {
      const due = await store.due(id);
      const first = due?.items[0];
      if (due !== undefined && first !== undefined) {
        const waitedMs = Math.max(0, clock.now() - Date.parse(first.receivedAt));
        taken.put(id, { due, takenMs: nowMs(), waitedMs });
      }
      return due;
    },
    async commitTurn(commit) {
      const thoughtMs = nowMs();
      const begun = taken.take(commit.conversation.id);
      const trace = begun && traces.committing(commit, begun);
      const outcome = await store.commitTurn(commit);
      if (outcome === 'committed') committed(commit, begun, trace, thoughtMs);
      else meter.add('gongji_turns_total', { outcome });
      return outcome;
    },
    async failItem(conversation, seq, code) {
      if (code === 'process_died') meter.add('gongji_turns_total', { outcome: 'died' });
      return store.failItem(conversation, seq, code);
    },
    async duePartsOf(id) {
      const items = await store.duePartsOf(id);
      for (const { outbound } of items) channels.put(outbound.key, outbound.address.channel);
      return items;
    },
    async markSent(...keys) {
      await store.markSent(...keys);
      for (const key of keys) sent(key, channels.take(key));
    },
    async park(key) {
      await store.park(key);
      const channel = channels.take(key);
      if (channel !== undefined) meter.add('gongji_deliveries_total', { channel, outcome: 'parked' });
    },
    async markFailed(key, code, dueAt) {
      await store.markFailed(key, code, dueAt);
      const channel = channels.take(key);
      if (channel === undefined) return;
      meter.add('gongji_deliveries_total', { channel, outcome: dueAt === undefined ? 'dead' : 'retry' });
      meter.add('gongji_channel_errors_total', { channel, code: errorLabel(code) });
      note(channel, { failedAt: clock.now(), code: errorLabel(code) });
    },
    async answerPush(push, reply, keys) {
      const isAnswered = await store.answerPush(push, reply, keys);
      if (isAnswered) for (const key of keys) sent(key, push.address.channel);
      return isAnswered;
    },
  } satisfies Partial<Store>;
}

function taskRows(store: Store, { traces }: StoreWatch) {
  return {
    async openTask(id) {
      const task = await store.openTask(id);
      if (task !== undefined) traces.opened(task.id, { name: task.name, attempts: task.attempts });
      return task;
    },
    async prepareCall(task, key, service) {
      const row = await store.prepareCall(task, key, service);
      if (row.state !== 'done') traces.stepBegun(task, key, { service, state: row.state });
      return row;
    },
    async finishCall(key, response) {
      await store.finishCall(key, response);
      traces.stepEnded(key);
    },
    async markCallUnknown(key) {
      await store.markCallUnknown(key);
      traces.stepEnded(key, 'failed');
    },
    async settleTask(id, settled) {
      const from = nowMs();
      await store.settleTask(id, settled);
      traces.settled(id, { from, to: nowMs() }, settled.outcome);
    },
  } satisfies Partial<Store>;
}
