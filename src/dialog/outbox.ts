/** The patient worker that sends replies: in order within a conversation, again after trouble, never silently lost. */
import type { Clock } from '../contracts/clock.ts';
import type { Connector, Delivery } from '../contracts/connector.ts';
import type { Outbox, OutboxItem } from '../contracts/store.ts';
import type { Outbound } from '../domain/conversation.ts';
import type { ConversationId } from '../domain/ids.ts';
import { AppError } from '../errors.ts';

/** Waits between tries: the channel is back within seconds, minutes, or somebody must look. */
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

export interface OutboxDeps {
  readonly store: Outbox;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly clock: Clock;
  /** For a channel this process does not have: true when another one has it, which then knows of these words. */
  readonly leave?: (outbound: Outbound) => Promise<boolean>;
  readonly onFailure?: (key: string, code: string) => void;
}

export interface OutboxWorker {
  /** Delivers what is due in one conversation; stops at the first part that cannot go yet, to keep the order. */
  deliverTo(conversation: ConversationId): Promise<void>;
}

export function createOutbox(deps: OutboxDeps): OutboxWorker {
  return {
    async deliverTo(conversation) {
      let left = await deps.store.duePartsOf(conversation);
      while (left.length > 0) {
        const done = await deliver(deps, left);
        if (done === 'wait') return;
        left = left.slice(done);
      }
    },
  };
}

/** How many of the parts are dealt with, or that the rest must wait. */
async function deliver(deps: OutboxDeps, items: readonly OutboxItem[]): Promise<number | 'wait'> {
  const [{ outbound, attempts }] = items as readonly [OutboxItem];
  const connector = deps.connectors.get(outbound.address.channel);
  if (connector === undefined) {
    if ((await deps.leave?.(outbound)) === true) return 'wait';
    deps.onFailure?.(outbound.key, 'channel_off');
    await deps.store.markFailed(outbound.key, 'channel_off', nextTry(deps, attempts));
    return 'wait';
  }
  try {
    return await note(deps, items, await handOver(connector, items));
  } catch (error) {
    const refused = error instanceof AppError && error.retry === 'never';
    const code = error instanceof AppError ? error.code : 'delivery_failed';
    deps.onFailure?.(outbound.key, code);
    await deps.store.markFailed(outbound.key, code, refused ? undefined : nextTry(deps, attempts));
    // A part that is refused for good must not hold back the rest.
    return refused ? 1 : 'wait';
  }
}

async function handOver(connector: Connector, items: readonly OutboxItem[]): Promise<readonly Delivery[]> {
  const [first] = items as readonly [OutboxItem];
  if (connector.deliverAll === undefined) return [await connector.deliver(first.outbound)];
  return connector.deliverAll(items.map(({ outbound }) => outbound));
}

async function note(
  { store }: OutboxDeps,
  items: readonly OutboxItem[],
  deliveries: readonly Delivery[],
): Promise<number | 'wait'> {
  const keyOf = (index: number) => (items[index] as OutboxItem).outbound.key;
  const sent = deliveries.flatMap(({ state }, index) => (state === 'sent' ? [keyOf(index)] : []));
  if (sent.length > 0) await store.markSent(...sent);
  for (const [index, delivery] of deliveries.entries()) {
    if (delivery.state === 'wait_for_citizen') await store.park(keyOf(index), delivery.code);
  }
  if (deliveries.length === 0) throw new Error('A channel said nothing about what it was handed');
  if (deliveries.some(({ state }) => state === 'wait_for_citizen')) return 'wait';
  return deliveries.length;
}

/** Undefined after the last wait: the part is dead, and somebody must look. */
function nextTry({ clock }: OutboxDeps, attempts: number): number | undefined {
  const wait = BACKOFF_MS[attempts];
  return wait === undefined ? undefined : clock.now() + wait;
}
