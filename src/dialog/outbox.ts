/** The patient worker that sends replies: in order within a conversation, again after trouble, never silently lost. */
import type { Clock } from '../contracts/clock.ts';
import type { Connector } from '../contracts/connector.ts';
import type { Outbox, OutboxItem } from '../contracts/store.ts';
import type { ConversationId } from '../domain/ids.ts';
import { AppError } from '../errors.ts';

/** Waits between tries: the channel is back within seconds, minutes, or somebody must look. */
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

export interface OutboxDeps {
  readonly store: Outbox;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly clock: Clock;
  readonly onFailure?: (key: string, code: string) => void;
}

export interface OutboxWorker {
  /** Delivers what is due in one conversation; stops at the first part that cannot go yet, to keep the order. */
  deliverTo(conversation: ConversationId): Promise<void>;
}

export function createOutbox(deps: OutboxDeps): OutboxWorker {
  return {
    async deliverTo(conversation) {
      for (const item of await deps.store.duePartsOf(conversation)) {
        if (!(await deliver(deps, item))) return;
      }
    },
  };
}

async function deliver(deps: OutboxDeps, { outbound, attempts }: OutboxItem): Promise<boolean> {
  const connector = deps.connectors.get(outbound.address.channel);
  if (connector === undefined) {
    deps.onFailure?.(outbound.key, 'channel_off');
    await deps.store.markFailed(outbound.key, 'channel_off', nextTry(deps, attempts));
    return false;
  }
  try {
    const delivery = await connector.deliver(outbound);
    if (delivery.state === 'sent') await deps.store.markSent(outbound.key);
    else await deps.store.park(outbound.key);
    return delivery.state === 'sent';
  } catch (error) {
    const refused = error instanceof AppError && error.retry === 'never';
    const code = error instanceof AppError ? error.code : 'delivery_failed';
    deps.onFailure?.(outbound.key, code);
    await deps.store.markFailed(outbound.key, code, refused ? undefined : nextTry(deps, attempts));
    // A part that is refused for good must not hold back the rest.
    return refused;
  }
}

/** Undefined after the last wait: the part is dead, and somebody must look. */
function nextTry({ clock }: OutboxDeps, attempts: number): number | undefined {
  const wait = BACKOFF_MS[attempts];
  return wait === undefined ? undefined : clock.now() + wait;
}
