/** What the office's records say of each demo family, under the real rules, is enough to find its cause. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/engine.ts';
import { regionFacts } from '../../src/diagnosis/rule-facts.ts';
import type { Relation } from '../../src/domain/insurance.ts';
import type { CauseId, Symptom } from '../../src/domain/taxonomy.ts';
import { demoFixture } from '../../src/portals/simulated/fixture.ts';
import { knowledgeRules } from '../../src/portals/simulated/knowledge-rules.ts';
import { openOffice } from '../portals/world.ts';
import { lookedUp } from './facts-of.ts';
import { knowledge } from './knowledge.ts';

const DAY = '2026-11-24';
const fixture = demoFixture();
const { office, key } = openOffice(fixture, { rules: knowledgeRules(knowledge) });

const STORIES: readonly (readonly [CauseId, string, Symptom, Relation | undefined])[] = [
  ['wrong_account_type', 'zhang-wei', 'not_shown', 'parent'],
  ['zero_balance', 'li-jing', 'cant_use', undefined],
  ['dependent_uninsured', 'wang-lei', 'cant_bind', undefined],
  ['outside_payment_window', 'chen-fang', 'no_pay_button', undefined],
  ['invite_unconfirmed', 'zhao-qiang', 'not_shown', undefined],
  ['invite_unconfirmed', 'sun-li', 'invite_stuck', undefined],
  ['already_bound_elsewhere', 'zhou-min', 'cant_bind', undefined],
  ['member_limit_reached', 'liu-yang', 'cant_bind', 'child'],
  ['different_pooling_region', 'wu-ting', 'cant_bind', undefined],
  ['pending_review', 'huang-hai', 'not_shown', undefined],
];

async function toldTo(person: string, symptom: Symptom, relation?: Relation): Promise<readonly CauseId[]> {
  const { facts } = await office.recordFacts(key(person), relation === undefined ? {} : { relation });
  const region = fixture.people[person]?.enrolments[0]?.region ?? '';
  const { findings, told } = diagnose(knowledge.causes, {
    symptom,
    facts: [...regionFacts(knowledge, region, DAY), ...lookedUp(facts)],
  });
  return findings.slice(0, told).map(({ cause }) => cause);
}

describe('the records of a demo family', () => {
  it.each(STORIES)('lead to %s for %s', async (cause, person, symptom, relation) => {
    expect(await toldTo(person, symptom, relation)).toEqual([cause]);
  });

  it('where all is well are no reason to tell anything', async () => {
    expect(await toldTo('zheng-kai', 'not_shown', 'spouse')).toEqual([]);
  });
});
