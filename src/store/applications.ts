/** What was asked of the office, as far as we know its state. */
import type { ApplicationRecord, Tasks } from '../contracts/store.ts';
import type { ConversationId, PersonRef, TaskId } from '../domain/ids.ts';
import type { ApplicationState, RegionCode, Relation } from '../domain/insurance.ts';
import type { StoreContext } from './context.ts';
import { toInstant, toMs } from './parse.ts';
import { prepared } from './prepared.ts';
import type { ApplicationsTable, Tx } from './tables.ts';

export interface Applications extends Pick<Tasks, 'applicationsOf' | 'applicationByNo'> {
  upsert(tx: Tx, application: ApplicationRecord): Promise<void>;
  /** News from the office; an application that is not ours is passed over. */
  change(
    tx: Tx,
    news: { applicationNo: string; state: ApplicationState; reason?: string },
    at: number,
  ): Promise<void>;
}

export function applications(context: StoreContext): Applications {
  const { db } = context;
  const { upsert, change, ofPerson, byNo } = statements(context);
  return {
    async upsert(tx, application) {
      await upsert(tx, toRow(application));
    },
    async change(tx, { applicationNo, state, reason }, at) {
      await change(tx, { applicationNo, state, reason: reason ?? null, at });
    },
    async applicationsOf(person) {
      return (await ofPerson(db, { person })).rows.map(fromRow);
    },
    async applicationByNo(applicationNo) {
      const row = (await byNo(db, { applicationNo })).rows[0];
      return row && fromRow(row);
    },
  };
}

function statements({ db }: StoreContext) {
  return {
    upsert: prepared((p: ApplicationsTable) =>
      db
        .insertInto('applications')
        .values({
          application_no: p.application_no,
          task_id: p.task_id,
          conversation_id: p.conversation_id,
          kind: p.kind,
          payer_ref: p.payer_ref,
          dependent_ref: p.dependent_ref,
          relation: p.relation,
          region: p.region,
          state: p.state,
          reason: p.reason,
          submitted_at: p.submitted_at,
          updated_at: p.updated_at,
        })
        .onConflict((conflict) =>
          conflict
            .column('application_no')
            .doUpdateSet({ state: p.state, reason: p.reason, updated_at: p.updated_at }),
        ),
    ),
    change: prepared((p: { applicationNo: string; state: string; reason: string | null; at: number }) =>
      db
        .updateTable('applications')
        .set({ state: p.state, reason: p.reason, updated_at: p.at })
        .where('application_no', '=', p.applicationNo),
    ),
    ofPerson: prepared((p: { person: string }) =>
      db
        .selectFrom('applications')
        .selectAll()
        .where((eb) => eb.or([eb('payer_ref', '=', p.person), eb('dependent_ref', '=', p.person)]))
        .orderBy('submitted_at', 'desc')
        .orderBy('application_no', 'desc'),
    ),
    byNo: prepared((p: { applicationNo: string }) =>
      db.selectFrom('applications').selectAll().where('application_no', '=', p.applicationNo),
    ),
  };
}

function toRow(record: ApplicationRecord): ApplicationsTable {
  return {
    application_no: record.applicationNo,
    task_id: record.task,
    conversation_id: record.conversation,
    kind: record.kind,
    payer_ref: record.payer,
    dependent_ref: record.dependent ?? null,
    relation: record.relation ?? null,
    region: record.region ?? null,
    state: record.state,
    reason: record.reason ?? null,
    submitted_at: toMs(record.submittedAt),
    updated_at: toMs(record.updatedAt),
  };
}

export function fromRow(row: ApplicationsTable): ApplicationRecord {
  return {
    applicationNo: row.application_no,
    task: row.task_id as TaskId,
    conversation: row.conversation_id as ConversationId,
    kind: row.kind as ApplicationRecord['kind'],
    payer: row.payer_ref as PersonRef,
    ...(row.dependent_ref !== null && { dependent: row.dependent_ref as PersonRef }),
    ...(row.relation !== null && { relation: row.relation as Relation }),
    ...(row.region !== null && { region: row.region as RegionCode }),
    state: row.state as ApplicationState,
    ...(row.reason !== null && { reason: row.reason }),
    submittedAt: toInstant(row.submitted_at),
    updatedAt: toInstant(row.updated_at),
  };
}
