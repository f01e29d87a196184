/**
 * Events of cases, in one line of numbers over all of them. The row that counts is held until the commit,
 * so whoever has read up to a number has read everything before it. It is the last row a transaction takes.
 */
import type { CaseEvent, CaseEventKind, StaffRef } from '../contracts/desk.ts';
import type { CaseId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoreContext } from './context.ts';
import type { CaseEventsTable } from './desk-tables.ts';
import { readObject, toInstant } from './parse.ts';
import type { Tx } from './tables.ts';

export interface NewEvent {
  readonly case: string;
  readonly kind: CaseEventKind;
  readonly by?: StaffRef | undefined;
  readonly data: JsonObject;
  readonly text?: string | undefined;
  readonly key?: string | undefined;
}

export interface DeskLog {
  /** Writes events; to be the last thing a transaction does. */
  append(tx: Tx, events: readonly NewEvent[]): Promise<void>;
  /** After the commit. */
  ring(): void;
  onRing(listener: () => void): () => void;
}

export function deskLog({ clock }: Pick<StoreContext, 'clock'>): DeskLog {
  const listeners = new Set<() => void>();
  return {
    async append(tx, events) {
      if (events.length === 0) return;
      const { n } = await tx
        .updateTable('desk_counter')
        .set((eb) => ({ n: eb('n', '+', events.length) }))
        .where('id', '=', 'events')
        .returning('n')
        .executeTakeFirstOrThrow();
      const at = clock.now();
      await tx
        .insertInto('case_events')
        .values(
          events.map((event, index) => ({
            n: n - events.length + 1 + index,
            case_id: event.case,
            kind: event.kind,
            by_id: event.by?.id ?? null,
            data: JSON.stringify(event.data),
            text: event.text ?? null,
            act_key: event.key ?? null,
            at,
          })),
        )
        .execute();
    },
    ring() {
      for (const listener of listeners) listener();
    },
    onRing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function asEvent(row: CaseEventsTable & { readonly name: string | null }): CaseEvent {
  return {
    n: row.n,
    case: row.case_id as CaseId,
    kind: row.kind as CaseEventKind,
    at: toInstant(row.at),
    data: readObject(row.data),
    ...(row.by_id === null ? {} : { by: { id: row.by_id, displayName: row.name ?? row.by_id } }),
    ...(row.text === null ? {} : { text: row.text }),
  };
}
