/** Relations as the registers know them, read from either side. */
import type { Relation } from '../../domain/insurance.ts';
import type { Database } from './database.ts';
import type { FamilyRow } from './rows.ts';

const INVERSE: Readonly<Partial<Record<Relation, Relation>>> = {
  spouse: 'spouse',
  parent: 'child',
  child: 'parent',
  sibling: 'sibling',
  grandparent: 'grandchild',
  maternal_grandparent: 'maternal_grandchild',
  grandchild: 'grandparent',
  maternal_grandchild: 'maternal_grandparent',
  parent_in_law: 'child_in_law',
  child_in_law: 'parent_in_law',
  sibling_in_law: 'sibling_in_law',
  aunt_uncle: 'niece_nephew',
  niece_nephew: 'aunt_uncle',
  cousin: 'cousin',
  step_or_foster: 'step_or_foster',
  partner: 'partner',
  friend: 'friend',
  other_relative: 'other_relative',
};

/** What A is to B, when B is this to A; undefined where the word has no other side. */
export function inverse(relation: Relation): Relation | undefined {
  return INVERSE[relation];
}

/** What `relative` is to `person`; undefined when no register has them together. */
export function knownRelation(db: Database, person: string, relative: string): Relation | undefined {
  const direct = db.get<FamilyRow>(
    'select * from families where person = ? and relative = ?',
    person,
    relative,
  );
  if (direct !== undefined) return direct.relation;
  const other = db.get<FamilyRow>(
    'select * from families where person = ? and relative = ?',
    relative,
    person,
  );
  return other === undefined ? undefined : inverse(other.relation);
}

/** Whether two words may mean the same relative: people say 孙子 for either line of descent. */
export function sameRelation(one: Relation, other: Relation): boolean {
  return broad(one) === broad(other);
}

function broad(relation: Relation): Relation {
  if (relation === 'maternal_grandparent') return 'grandparent';
  return relation === 'maternal_grandchild' ? 'grandchild' : relation;
}
