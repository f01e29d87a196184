/**
 * What every clerk of the simulated office has at hand: the records, the rules, the day, and the
 * journal of changes. Everything here runs inside a transaction its caller holds.
 */
import { createHash } from 'node:crypto';
import type { PortalChange, Refusal } from '../../contracts/portal.ts';
import type { ApplicationState, Day, Instant } from '../../domain/insurance.ts';
import type { Database } from './database.ts';
import type { BindingRow, EndReason } from './rows.ts';
import type { OfficeRules } from './rules.ts';
import { mayBecome } from './states.ts';

export interface Desk {
  readonly db: Database;
  readonly rules: OfficeRules;
  readonly today: Day;
  readonly now: Instant;
  readonly invitationDays: number;
  /** A number nobody has had, made of prefix, day and five signs. */
  number(prefix: NumberPrefix): string;
  /** Set while an act came in through the portal: who did it. */
  readonly by?: 'payer' | 'dependent';
  /** How often a change made now is delivered. */
  readonly deliveries: number;
  /** Told of every check of an act and its outcome, by whoever rehearses one. */
  readonly onCheck?: (name: string, refusal: Refusal | undefined) => void;
}

export type NamedCheck = readonly [name: string, check: () => Refusal | undefined];

/** The first thing wrong, in the order of the list; what comes after it is not looked at. */
export function firstRefusal(desk: Desk, checks: readonly NamedCheck[]): Refusal | undefined {
  for (const [name, check] of checks) {
    const refusal = check();
    desk.onCheck?.(name, refusal);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** 申请, 绑定, 邀请. */
export type NumberPrefix = 'SQ' | 'BD' | 'YQ';

// Short enough to read out, and never a run of digits that masking would take for a card or a phone.
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The `count`-th number of a day, scattered by random bytes so that a new file does not repeat an old one's. */
export function makeNumber(
  prefix: NumberPrefix,
  day: Day,
  seed: { bytes: Uint8Array; count: number },
): string {
  let rest = (Buffer.from(seed.bytes).readUInt32BE(0) + seed.count) % ALPHABET.length ** 5;
  let tail = '';
  for (let i = 0; i < 5; i += 1) {
    tail += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  }
  return `${prefix}${day.slice(2).replaceAll('-', '')}-${tail}`;
}

type NewChange = Omit<PortalChange, 'seq' | 'at' | 'persons' | 'by'>;

/** Writes a change into the journal, with the digests of both persons. */
export function note(desk: Desk, pair: { payer: string; dependent?: string }, change: NewChange): void {
  const digestOf = (id: string) =>
    desk.db.get<{ digest: string }>('select digest from people where id = ?', id)?.digest ?? '';
  const persons: PortalChange['persons'] = [
    { digest: digestOf(pair.payer), role: 'payer' },
    ...(pair.dependent === undefined
      ? []
      : [{ digest: digestOf(pair.dependent), role: 'dependent' as const }]),
  ];
  const body = { at: desk.now, ...change, ...(desk.by === undefined ? {} : { by: desk.by }), persons };
  desk.db.insert('changes', { body: JSON.stringify(body), deliveries: desk.deliveries });
}

export interface Move {
  readonly to: ApplicationState;
  readonly reason?: string;
  readonly materials?: readonly string[];
}

/** Takes a binding and its application to their next state, and notes it unless it has just been asked for. */
export function moveBinding(desk: Desk, binding: BindingRow, move: Move): BindingRow {
  if (!mayBecome(binding.state, move.to)) {
    throw new Error(`Binding ${binding.no} is ${binding.state} and cannot become ${move.to}`);
  }
  const { db } = desk;
  const since = move.to === 'ACTIVE' ? (binding.since ?? desk.today) : binding.since;
  db.run('update bindings set state = ?, since = ? where no = ?', move.to, since, binding.no);
  db.run(
    'update applications set state = ?, reason = ?, materials = ?, updatedAt = ? where no = ?',
    move.to,
    move.reason ?? null,
    move.materials === undefined ? null : JSON.stringify(move.materials),
    desk.now,
    binding.applicationNo,
  );
  note(desk, binding, {
    kind: move.to === 'ENDED' ? 'binding.ended' : 'application.changed',
    applicationNo: binding.applicationNo,
    bindingNo: binding.no,
    state: move.to,
    ...(move.reason === undefined ? {} : { reason: move.reason }),
    ...(move.materials === undefined ? {} : { materials: move.materials }),
  });
  return { ...binding, state: move.to, since };
}

/** Ends a live relation for good. */
export function endBinding(desk: Desk, binding: BindingRow, reason: EndReason): void {
  desk.db.run('update bindings set endedBy = ? where no = ?', reason, binding.no);
  moveBinding(desk, binding, { to: 'ENDED', reason });
}

/** Closes the invitation of a binding, if one is open. */
export function closeInvitation(
  desk: Desk,
  binding: BindingRow,
  state: 'accepted' | 'declined' | 'lapsed',
): void {
  const open = desk.db.get<{ no: string }>(
    "select no from invitations where bindingNo = ? and state = 'open'",
    binding.no,
  );
  if (open === undefined) return;
  desk.db.run('update invitations set state = ? where no = ?', state, open.no);
  note(desk, binding, {
    kind: state === 'lapsed' ? 'invitation.lapsed' : 'invitation.answered',
    invitationNo: open.no,
    applicationNo: binding.applicationNo,
    bindingNo: binding.no,
  });
}

/** Tells whether a key came again with another act. Holds no personal data itself. */
export function digestOfAct(act: unknown): string {
  return createHash('sha256').update(JSON.stringify(act)).digest('hex');
}
