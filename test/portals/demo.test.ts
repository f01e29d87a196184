/** Each demo family must stay what its story says, under the rules that really are in `knowledge/`. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/engine.ts';
import { regionFacts } from '../../src/diagnosis/rule-facts.ts';
import { parseIdNumber } from '../../src/domain/id-number.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { demoFixture } from '../../src/portals/simulated/fixture.ts';
import { knowledgeRules } from '../../src/portals/simulated/knowledge-rules.ts';
import { type OfficeWorld, openOffice } from './world.ts';

const knowledge = loadKnowledge(new URL('../../knowledge', import.meta.url).pathname);
const rules = knowledgeRules(knowledge);
const demo = (): OfficeWorld => openOffice(demoFixture(), { rules });

async function factsOf(id: string, relation?: Parameters<OfficeWorld['request']>[1]) {
  const { office, key } = demo();
  return (await office.recordFacts(key(id), relation === undefined ? {} : { relation })).facts;
}

async function tryToBind(payer: string, dependent: string, relation: Parameters<OfficeWorld['request']>[1]) {
  const { office, key, request } = demo();
  const fixture = demoFixture();
  const region = fixture.people[payer]?.enrolments[0]?.region ?? '';
  const payerKey = key(payer);
  const asked = { ...request, payer: payerKey, dependent: key(dependent), relation, region };
  const pledge = { version: '1', digest: 'd', signedAt: '2026-11-24T02:00:00Z' };
  return office.act({ kind: 'bind', request: { ...asked, pledge } }, 'k');
}

describe('the demo people', () => {
  it('are invented, marked as examples, and have numbers of the place that is never issued', () => {
    const { office } = demo();
    for (const [id, person] of Object.entries(demoFixture().people)) {
      const { number } = person.document;
      expect(parseIdNumber(number, '2026-11-24').ok, id).toBe(true);
      expect(number.startsWith('99'), id).toBe(true);
      expect(office.personById(id)?.label, id).toContain('示例');
    }
  });

  it('who can log in have a story of one line', () => {
    const people = demo().office.people();
    expect(people.length).toBeGreaterThanOrEqual(10);
    for (const { story } of people) expect(story).toMatch(/^.{6,40}$/u);
  });
});

describe('the stories of the demo families', () => {
  it('a kinship account was taken for mutual aid', async () => {
    expect(await factsOf('zhang-wei', 'parent')).toMatchObject({
      'kinship.exists': true,
      'binding.state': 'none',
      'dependent.scheme': 'resident',
      'region.same_province': true,
    });
    expect(await tryToBind('zhang-wei', 'wang-xiulan', 'parent')).toMatchObject({
      application: { state: 'ACTIVE' },
    });
  });

  it('the balance is zero', async () => {
    expect(await factsOf('li-jing')).toMatchObject({ 'binding.state': 'active', 'account.balance_fen': 0 });
  });

  it('the child is uninsured, and the office says so', async () => {
    expect(await factsOf('wang-lei')).toMatchObject({
      'dependent.scheme': 'none',
      'application.refusal': 'dependent_uninsured',
    });
    expect(await tryToBind('wang-lei', 'wang-xiaoyu', 'child')).toMatchObject({
      refused: 'dependent_uninsured',
    });
  });

  it('the payment window is over', async () => {
    expect(await factsOf('chen-fang')).toMatchObject({
      'binding.state': 'active',
      'premium.registered': true,
      'premium.paid': false,
      'premium.window_open': false,
    });
  });

  it('the spouse has not confirmed, and can', async () => {
    const { office, key } = demo();
    expect((await office.recordFacts(key('zhao-qiang'), {})).facts).toMatchObject({
      'invite.pending': true,
      'binding.state': 'pending_confirm',
    });
    const [invitation] = await office.invitations(key('sun-li'));
    const invitationNo = invitation?.invitationNo ?? '';
    const act = { kind: 'answer_invitation', dependent: key('sun-li'), invitationNo, accept: true } as const;
    expect(await office.act(act, 'k')).toMatchObject({ application: { state: 'ACTIVE' } });
  });

  it('the father is bound by the brother, who can release him', async () => {
    expect(await factsOf('zhou-min')).toMatchObject({
      'dependent.bound_elsewhere': true,
      'application.refusal': 'already_bound_elsewhere',
    });
    expect(await tryToBind('zhou-min', 'zhou-deming', 'parent')).toMatchObject({
      refused: 'already_bound_elsewhere',
    });
  });

  it('every place for a child is taken', async () => {
    expect(await factsOf('liu-yang', 'child')).toMatchObject({
      'binding.count': 6,
      'application.refusal': 'member_limit_reached',
    });
    expect(await tryToBind('liu-yang', 'liu-yixin', 'child')).toMatchObject({
      refused: 'member_limit_reached',
    });
  });

  it('the mother is insured in another province', async () => {
    expect(await factsOf('wu-ting')).toMatchObject({
      'region.same_province': false,
      'application.refusal': 'different_province',
    });
    expect(await tryToBind('wu-ting', 'feng-guiying', 'parent')).toMatchObject({
      refused: 'different_province',
    });
  });

  it('all is well: the mother can be bound, spending and refunds are there, the wife can be removed', async () => {
    expect(await tryToBind('zheng-kai', 'yang-shufen', 'parent')).toMatchObject({
      application: { state: 'ACTIVE' },
    });
    const { office, key } = demo();
    expect(await office.spending(key('zheng-kai'))).toHaveLength(2);
    expect(await office.refunds(key('zheng-kai'))).toHaveLength(2);
    const wife = (await office.bindings(key('zheng-kai'))).find(({ relation }) => relation === 'spouse');
    const remove = {
      kind: 'unbind',
      actor: key('zheng-kai'),
      bindingNo: wife?.bindingNo ?? '',
      how: 'remove',
    } as const;
    expect(await office.act(remove, 'k')).toMatchObject({ done: true });
  });

  it('the agency has not decided yet, and can', async () => {
    const { office, key } = demo();
    await office.happen({ event: 'approve', payer: 'huang-hai' });
    expect((await office.recordFacts(key('huang-hai'), {})).facts).toMatchObject({
      'binding.state': 'active',
    });
  });

  it('the sister may leave', async () => {
    const { office, key } = demo();
    const [binding] = await office.bindings(key('lin-qing'));
    const exit = {
      kind: 'unbind',
      actor: key('lin-qing'),
      bindingNo: binding?.bindingNo ?? '',
      how: 'exit',
    } as const;
    expect(await office.act(exit, 'k')).toMatchObject({ done: true });
  });
});

describe('with the records seen, one cause explains the complaint of', () => {
  it.each([
    ['zhang-wei', 'cant_use', 'wrong_account_type'],
    ['li-jing', 'cant_use', 'zero_balance'],
    ['wang-lei', 'cant_bind', 'dependent_uninsured'],
    ['chen-fang', 'no_pay_button', 'outside_payment_window'],
    ['zhao-qiang', 'not_shown', 'invite_unconfirmed'],
    ['zhou-min', 'cant_bind', 'already_bound_elsewhere'],
    ['liu-yang', 'cant_bind', 'member_limit_reached'],
    ['wu-ting', 'cant_bind', 'different_pooling_region'],
    ['huang-hai', 'not_shown', 'pending_review'],
  ] as const)('%s (%s): %s', async (id, symptom, cause) => {
    const { office, key } = demo();
    const { facts, at } = await office.recordFacts(key(id), {});
    const region = demoFixture().people[id]?.enrolments[0]?.region ?? '';
    const found = diagnose(knowledge.causes, {
      symptom,
      facts: [
        ...Object.entries(facts).map(([fact, value]) => ({
          id: fact,
          value,
          origin: { kind: 'looked_up' as const, at },
        })),
        ...regionFacts(knowledge, region, '2026-11-24'),
      ],
      records: 'closed',
    });
    expect(found.findings.slice(0, found.told).map((finding) => finding.cause)).toEqual([cause]);
  });
});
