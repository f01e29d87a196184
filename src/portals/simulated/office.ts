/**
 * A municipal office in a file of its own: people, accounts, relations, applications, with the rules of
 * each region, faults to be switched on, and a journal of changes. It stands where the real office
 * stands, behind the `Portal` contract.
 *
 * Every act is one transaction that holds its effect, its answer under the idempotency key and the
 * changes it causes. Before anything else a call lets the calendar do its work.
 */
import type { ActResult, Portal, PortalAct, PortalChange } from '../../contracts/portal.ts';
import type { DocumentType } from '../../domain/insurance.ts';
import type { JsonObject } from '../../domain/json.ts';
import { AppError } from '../../errors.ts';
import { answerInvitation, bind } from './bind.ts';
import { type Counter, type OfficeOptions, openCounter } from './counter.ts';
import type { Database } from './database.ts';
import { type Desk, digestOfAct } from './desk.ts';
import { factsFor } from './facts.ts';
import { addFault, type Fault, type FaultInput, faultSchema, refusalOf } from './faults.ts';
import { happen, type OfficeEventInput, parseEvent } from './happen.ts';
import { setOrder } from './order.ts';
import { allocate, setQuota } from './pool.ts';
import { orderPremium, premiumViews } from './premium.ts';
import { findPerson } from './records.ts';
import { isRefusal, refuse } from './refusals.ts';
import type { PersonRow } from './rows.ts';
import { close, unbind } from './unbind.ts';
import {
  applicationViews,
  bindingViews,
  invitationViews,
  personView,
  refundViews,
  spendingViews,
} from './views.ts';

export interface OfficePerson {
  readonly id: string;
  readonly label: string;
  /** One line of what is wrong in this family; empty for persons who only play along. */
  readonly story: string;
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

/** How often the office really did what a key asked for; refusals count as well. */
export interface ActCount {
  readonly key: string;
  readonly kind: PortalAct['kind'];
  readonly times: number;
}

export interface Rehearsal {
  readonly checks: readonly { readonly check: string; readonly ok: boolean; readonly refused?: string }[];
  readonly result: ActResult;
}

export interface SimulatedOffice extends Portal {
  /** Those who have a story, for the start-up message and the demo login. */
  people(): readonly OfficePerson[];
  /** Everybody in the books, with or without a story. */
  everybody(): readonly OfficePerson[];
  /** Anybody of the fixture by id, with or without a story. */
  personById(id: string): OfficePerson | undefined;
  /** Something the office does by itself; see `docs/fixtures.md`. Throws `bad_input` when it cannot be. */
  happen(event: OfficeEventInput | JsonObject): Promise<void>;
  /** Lets the calendar do its work; every call does so as well. */
  tick(): void;
  setFault(fault: FaultInput): void;
  /**
   * What an act would come to now: the checks in their order and the answer. Nothing is changed, remembered or
   * counted, and no fault holds for it.
   */
  rehearse(act: PortalAct): Rehearsal;
  acts(): readonly ActCount[];
  actCount(key: string): number;
}

const MAX_CHANGES = 500;

/**
 * Opens an office, and seeds its file when that is new.
 * @throws AppError `bad_input` when the fixture has problems
 */
export function openSimulatedOffice(options: OfficeOptions): SimulatedOffice {
  const office = openCounter(options);
  const { db, transact, guarded, about } = office;

  return {
    id: 'simulated',
    act: (act, key) =>
      guarded(act.kind, (fault) =>
        transact((desk) => actOnce(desk, { act, key, fault }), {
          by: actorOf(act),
          deliveries: fault?.how === 'duplicate' ? 2 : 1,
        }),
      ),
    outcomeOf: (key) => guarded('outcome', () => recordedAct(db, key)?.result ?? 'unknown'),
    person: (key) =>
      guarded('person', () => {
        const person = findPerson(db, key);
        return isRefusal(person) ? person : personView(db, person.id);
      }),
    bindings: (of) => about('bindings', of, bindingViews),
    invitations: (of) => about('invitations', of, invitationViews),
    applications: (of) => about('applications', of, applicationViews),
    spending: (of) => about('spending', of, spendingViews),
    refunds: (of) => about('refunds', of, refundViews),
    premiums: (of) => about('premiums', of, (_, person) => premiumViews(office.desk(), person)),
    recordFacts: (asker, wish) =>
      guarded('record_facts', () => {
        const person = findPerson(db, asker);
        const desk = office.desk();
        return { facts: isRefusal(person) ? {} : factsFor(desk, person, wish), at: desk.now };
      }),
    changes: (after, limit) =>
      guarded('changes', (fault) => readChanges(db, { after, limit, isDoubled: fault?.how === 'duplicate' })),
    onChange: office.onChange,
    stop: async () => db.close(),
    everybody: () => db.all<PersonRow>('select * from people order by rowid').map(viewPerson),
    people: () => db.all<PersonRow>("select * from people where story <> '' order by rowid").map(viewPerson),
    personById: (id) => db.all<PersonRow>('select * from people where id = ?', id).map(viewPerson)[0],
    async happen(event) {
      const parsed = parseEvent(event);
      office.tick();
      transact((desk) => happen(desk, parsed));
    },
    tick: office.tick,
    setFault: (fault) => addFault(db, faultSchema.parse(fault)),
    rehearse: (act) => rehearse(office, act),
    acts: () => db.all<ActCount>('select key, kind, times from acts order by rowid'),
    actCount: (key) => db.get<ActCount>('select key, kind, times from acts where key = ?', key)?.times ?? 0,
  };
}

// === Acts

function actOnce(desk: Desk, asked: { act: PortalAct; key: string; fault: Fault | undefined }): ActResult {
  const { act, key, fault } = asked;
  const digest = digestOfAct(act);
  const before = recordedAct(desk.db, key);
  if (before !== undefined && before.digest !== digest) {
    throw new AppError('bad_input', `Key ${key} was used for another act; a key belongs to one act`);
  }
  if (before !== undefined) return before.result;
  const forced = refusalOf(fault);
  const result = forced === undefined ? perform(desk, act) : refuse(forced);
  desk.db.run(
    `insert into acts (key, kind, digest, result, times, at) values (?, ?, ?, ?, 1, ?)
     on conflict (key) do update set times = times + 1`,
    key,
    act.kind,
    digest,
    JSON.stringify(result),
    desk.now,
  );
  return result;
}

function perform(desk: Desk, act: PortalAct): ActResult {
  switch (act.kind) {
    case 'bind':
      return bind(desk, act.request);
    case 'answer_invitation':
      return answerInvitation(desk, act);
    case 'unbind':
      return unbind(desk, act);
    case 'close':
      return close(desk, act);
    case 'set_order':
      return setOrder(desk, act);
    case 'pay_premium':
      return orderPremium(desk, act);
    case 'allocate':
      return allocate(desk, act);
    case 'set_quota':
      return setQuota(desk, act.request);
  }
}

function rehearse(office: Counter, act: PortalAct): Rehearsal {
  const checks: Rehearsal['checks'][number][] = [];
  office.tick();
  const result = office.undone((desk) => perform(desk, act), {
    by: actorOf(act),
    onCheck: (check, refusal) =>
      checks.push({ check, ok: refusal === undefined, ...(refusal && { refused: refusal.refused }) }),
  });
  return { checks, result };
}

function actorOf(act: PortalAct): 'payer' | 'dependent' {
  const isDependent =
    act.kind === 'answer_invitation' ||
    act.kind === 'set_order' ||
    (act.kind === 'unbind' && act.how === 'exit');
  return isDependent ? 'dependent' : 'payer';
}

function recordedAct(db: Database, key: string): { digest: string; result: ActResult } | undefined {
  const row = db.get<{ digest: string; result: string }>(
    'select digest, result from acts where key = ?',
    key,
  );
  return row && { digest: row.digest, result: JSON.parse(row.result) as ActResult };
}

// === Changes and people

function readChanges(
  db: Database,
  wish: { after: number; limit: number; isDoubled: boolean },
): readonly PortalChange[] {
  const rows = db.all<{ seq: number; body: string; deliveries: number }>(
    'select seq, body, deliveries from changes where seq > ? order by seq limit ?',
    wish.after,
    Math.min(wish.limit, MAX_CHANGES),
  );
  return rows.flatMap(({ seq, body, deliveries }) => {
    const change: PortalChange = { seq, ...(JSON.parse(body) as Omit<PortalChange, 'seq'>) };
    return Array<PortalChange>(wish.isDoubled ? 2 : deliveries).fill(change);
  });
}

function viewPerson({ id, label, story, name, documentType, documentNumber }: PersonRow): OfficePerson {
  return { id, label, story, name, documentType, documentNumber };
}
