/** Which relative a complaint is about, and who of the two would give. */
import type { Relation } from '../../domain/insurance.ts';
import type { Database } from './database.ts';
import { inverse, knownRelation, sameRelation } from './kin.ts';
import { employeeEnrolmentOf, personById } from './records.ts';
import type { ApplicationRow, FamilyRow, KinshipRow, PersonRow, RefusalRow } from './rows.ts';

export interface Pair {
  readonly payer: PersonRow;
  readonly dependent: PersonRow;
}

interface Candidate {
  readonly payer: string;
  readonly dependent: string;
  readonly relation: Relation | undefined;
  /** Instant or day of the latest thing between the two; empty when there is only the register. */
  readonly latest: string;
}

/** The relative with the latest application, refusal or 亲情账户; else one the register knows. */
export function findPair(db: Database, asker: PersonRow, relation: Relation | undefined): Pair | undefined {
  const fitting = candidates(db, asker).filter((candidate) => isMeant(candidate, asker, relation));
  const best = fitting.toSorted((a, b) => b.latest.localeCompare(a.latest))[0];
  if (best === undefined) return undefined;
  const payer = personById(db, best.payer);
  const dependent = personById(db, best.dependent);
  return payer === undefined || dependent === undefined ? undefined : { payer, dependent };
}

function candidates(db: Database, asker: PersonRow): Candidate[] {
  const { id } = asker;
  const applied = db.all<ApplicationRow>(
    "select * from applications where kind = 'bind' and (payer = ? or dependent = ?)",
    id,
    id,
  );
  const refused = db.all<RefusalRow>('select * from refusals where payer = ? or dependent = ?', id, id);
  const kinships = db.all<KinshipRow>('select * from kinships where owner = ? or member = ?', id, id);
  const family = db.all<FamilyRow>('select * from families where person = ? or relative = ?', id, id);
  return [
    ...applied.map(({ payer, dependent, relation, updatedAt }) => ({
      payer,
      dependent: dependent ?? '',
      relation: relation ?? undefined,
      latest: updatedAt,
    })),
    ...refused.map(({ payer, dependent, relation, at }) => ({ payer, dependent, relation, latest: at })),
    ...kinships.map(({ owner, member, since }) => inRoles(db, asker, owner === id ? member : owner, since)),
    ...family.map(({ person, relative }) => inRoles(db, asker, person === id ? relative : person, '')),
  ];
}

/** Who would give and who receive: the asker gives if there is an account to give from. */
function inRoles(db: Database, asker: PersonRow, other: string, latest: string): Candidate {
  const gives =
    employeeEnrolmentOf(db, asker.id) !== undefined || employeeEnrolmentOf(db, other) === undefined;
  const [payer, dependent] = gives ? [asker.id, other] : [other, asker.id];
  return { payer, dependent, relation: knownRelation(db, payer, dependent), latest };
}

/** People name the relative from their own side, and sometimes from the payer's. */
function isMeant(candidate: Candidate, asker: PersonRow, relation: Relation | undefined): boolean {
  if (relation === undefined || candidate.relation === undefined) return relation === undefined;
  if (sameRelation(candidate.relation, relation)) return true;
  const seenFromDependent = inverse(candidate.relation);
  return (
    candidate.dependent === asker.id &&
    seenFromDependent !== undefined &&
    sameRelation(seenFromDependent, relation)
  );
}
