/** The clerk's desk: open tasks, the calls made for them, and what came of them. */
import type { ApplicationRecord, CallRow, TaskRow, Tasks } from '../contracts/store.ts';
import type { TaskId } from '../domain/ids.ts';
import { applications } from './applications.ts';
import type { StoreContext } from './context.ts';
import { readJson, readObject } from './parse.ts';
import { prepared } from './prepared.ts';
import type { Rooms } from './rooms.ts';
import type { Tx } from './tables.ts';

export function tasks(context: StoreContext, rooms: Rooms): Tasks {
  const { upsert, applicationsOf, applicationByNo } = applications(context);
  return {
    ...working(context),
    ...calling(context),
    settleTask: settling(context, rooms, upsert),
    applicationsOf,
    applicationByNo,
  };
}

function working({ db, engine, inTx }: StoreContext): Pick<Tasks, 'openTask' | 'retryTask'> {
  const open = prepared((p: { id: string }) =>
    db
      .selectFrom('tasks')
      .select(['conversation_id', 'name', 'input', 'attempts'])
      .where('id', '=', p.id)
      .where('settled_at', 'is', null),
  );
  const retry = prepared((p: { id: string; code: string; dueAt: number }) =>
    db
      .updateTable('tasks')
      .set((eb) => ({ attempts: eb('attempts', '+', 1), error: p.code, due_at: p.dueAt }))
      .where('id', '=', p.id)
      .where('settled_at', 'is', null),
  );
  return {
    async openTask(id) {
      const row = (await open(db, { id })).rows[0];
      if (row === undefined) return undefined;
      return {
        id,
        conversation: row.conversation_id as TaskRow['conversation'],
        name: row.name,
        input: readObject(row.input),
        attempts: row.attempts,
      };
    },
    retryTask: (id, code, dueAt) =>
      inTx(async (tx) => {
        const { changed } = await retry(tx, { id, code, dueAt });
        if (changed > 0) await engine.enqueueInTx(tx, { queue: 'task', key: id }, { startAt: dueAt });
      }),
  };
}

// === Calls

function calling(context: StoreContext): Pick<Tasks, 'prepareCall' | 'finishCall' | 'markCallUnknown'> {
  const { clock, inTx } = context;
  const { prepare, finish, doubt } = callStatements(context);
  return {
    async prepareCall(task, key, service) {
      const { rows } = await inTx((tx) => prepare(tx, { key, task, service, at: clock.now() }));
      const row = rows[0];
      if (row === undefined) throw new Error(`Call ${key} was neither written nor found`);
      const call = { key, state: row.state as CallRow['state'] };
      return row.response === null ? call : { ...call, response: readJson(row.response) };
    },
    async finishCall(key, response) {
      await inTx((tx) => finish(tx, { key, response: JSON.stringify(response), at: clock.now() }));
    },
    async markCallUnknown(key) {
      await inTx((tx) => doubt(tx, { key }));
    },
  };
}

function callStatements({ db }: StoreContext) {
  return {
    /**
     * A call found still `prepared` was written by a run that never came back to say what became of it.
     * Whether it was made nobody knows, so it is handed out as `unknown`.
     */
    prepare: prepared((p: { key: string; task: string; service: string; at: number }) =>
      db
        .insertInto('service_calls')
        .values({ key: p.key, task_id: p.task, service: p.service, state: 'prepared', prepared_at: p.at })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((eb) => ({
            state: eb
              .case()
              .when('service_calls.state', '=', 'prepared')
              .then('unknown')
              .else(eb.ref('service_calls.state'))
              .end(),
          })),
        )
        .returning(['state', 'response']),
    ),
    finish: prepared((p: { key: string; response: string; at: number }) =>
      db
        .updateTable('service_calls')
        .set({ state: 'done', response: p.response, done_at: p.at })
        .where('key', '=', p.key)
        .where('done_at', 'is', null),
    ),
    doubt: prepared((p: { key: string }) =>
      db
        .updateTable('service_calls')
        .set({ state: 'unknown' })
        .where('key', '=', p.key)
        .where('done_at', 'is', null),
    ),
  };
}

// === Settling

function settling(
  { db, clock, inTx }: StoreContext,
  rooms: Rooms,
  upsert: (tx: Tx, application: ApplicationRecord) => Promise<void>,
): Tasks['settleTask'] {
  const settle = prepared((p: { id: TaskId; outcome: string; result: string; at: number }) =>
    db
      .updateTable('tasks')
      .set({ outcome: p.outcome, result: p.result, settled_at: p.at })
      .where('id', '=', p.id)
      .where('settled_at', 'is', null)
      .returning(['conversation_id', 'name']),
  );
  return (id, { outcome, result, applications: made }) =>
    inTx(async (tx) => {
      const row = (await settle(tx, { id, outcome, result: JSON.stringify(result), at: clock.now() }))
        .rows[0];
      // Settled before: its message is in the mailbox already.
      if (row === undefined) return;
      const { conversation_id: conversation, name } = row;
      const { seq, auditN } = await rooms.takeNumbers(tx, conversation, { lines: 1, audits: 1 });
      for (const application of made) await upsert(tx, application);
      await rooms.putInside(tx, {
        conversation,
        seq,
        messageId: `task:${id}`,
        content: { kind: 'task.settled', task: id, name, outcome, result },
      });
      await rooms.appendAudit(tx, {
        conversation,
        n: auditN,
        actor: 'clerk',
        action: 'task.settled',
        data: { task: id, name, outcome, applications: made.map((row) => row.applicationNo) },
      });
    });
}
