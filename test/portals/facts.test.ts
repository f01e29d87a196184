import { describe, expect, it } from 'vitest';
import { FACTS } from '../../src/diagnosis/facts.ts';
import { demoFixture } from '../../src/portals/simulated/fixture.ts';
import { employee, household, householdWith, openOffice, resident } from './world.ts';

const about = async (
  fixture: object,
  asker: string,
  relation?: 'parent' | 'child' | 'spouse' | 'sibling',
) => {
  const { office, key } = openOffice(fixture);
  return (await office.recordFacts(key(asker), relation === undefined ? {} : { relation })).facts;
};
const binding = (dependent: string, relation: string, more = {}) => ({
  payer: 'payer',
  dependent,
  relation,
  region: '130000',
  submittedOn: 'today-30',
  ...more,
});

describe('facts of the records', () => {
  it('are facts diagnosis knows, told by records, with values of their type', async () => {
    const { office, key } = openOffice(demoFixture());
    for (const id of Object.keys(demoFixture().people)) {
      const { facts } = await office.recordFacts(key(id), {});
      for (const [fact, value] of Object.entries(facts)) {
        const spec: (typeof FACTS)[keyof typeof FACTS] | undefined = FACTS[fact as keyof typeof FACTS];
        expect(spec, fact).toMatchObject({ record: true });
        const type = spec.type === 'choice' ? 'string' : spec.type;
        expect(typeof value, fact).toBe(type);
        if (spec.type === 'choice') expect(spec.choices, fact).toContain(value);
      }
    }
  });

  it('are about the relative named', async () => {
    const fixture = household('130000', {
      bindings: [binding('father', 'parent'), binding('child', 'child')],
    });
    expect(await about(fixture, 'payer', 'child')).toMatchObject({
      'dependent.age': 10,
      'binding.state': 'active',
    });
    expect(await about(fixture, 'payer', 'sibling')).toMatchObject({ 'binding.state': 'none' });
  });

  it('are about the latest of several that fit', async () => {
    const fixture = household('130000', {
      bindings: [
        binding('father', 'parent', { submittedOn: 'today-3', state: 'PENDING_REVIEW' }),
        binding('mother', 'parent', { submittedOn: 'today-30' }),
      ],
    });
    expect(await about(fixture, 'payer', 'parent')).toMatchObject({ 'binding.state': 'pending_review' });
    expect(await about(fixture, 'payer')).toMatchObject({ 'binding.state': 'pending_review' });
  });

  it('are only about the asker when no relative fits', async () => {
    const facts = await about(household('130000', { families: [] }), 'payer', 'spouse');
    expect(facts).toMatchObject({ 'payer.scheme': 'employee', 'account.balance_fen': 500_000 });
    expect(facts).not.toHaveProperty('binding.state');
    expect(facts).not.toHaveProperty('dependent.scheme');
  });

  it('tell a dependent about the relation but not about money of the payer', async () => {
    const fixture = household('130000', { bindings: [binding('father', 'parent')] });
    const facts = await about(fixture, 'father', 'child');
    expect(facts).toMatchObject({ 'binding.state': 'active', 'dependent.scheme': 'resident' });
    expect(Object.keys(facts).filter((fact) => fact.startsWith('account.'))).toEqual([]);
  });

  it('tell that a relation began after the bill', async () => {
    const fixture = household('130000', {
      bindings: [binding('father', 'parent', { submittedOn: 'today-2' })],
      settlements: [{ patient: 'father', on: 'today-5', place: 'x', totalFen: 100, fundFen: 0 }],
    });
    expect(await about(fixture, 'payer')).toMatchObject({
      'binding.after_settlement': true,
      'binding.days': 2,
    });
  });

  it('tell that another payer was charged', async () => {
    const visit = { patient: 'father', on: 'today-5', place: 'x', totalFen: 100, fundFen: 0, sharedFen: 100 };
    const fixture = household('370000', {
      bindings: [
        binding('father', 'parent', { submittedOn: 'today-1' }),
        binding('father', 'parent', { payer: 'sibling' }),
      ],
      settlements: [{ ...visit, payer: 'sibling' }],
    });
    expect(await about(fixture, 'payer', 'parent')).toMatchObject({
      'visit.other_payer_charged': true,
      'dependent.bound_elsewhere': true,
    });
  });

  it('tell why a relation ended', async () => {
    const { office, key, request } = openOffice(household('130000'));
    await office.act({ kind: 'bind', request: request('child', 'child') }, 'k');
    await office.happen({ event: 'enrol', person: 'payer', scheme: 'employee', region: '320000' });
    expect((await office.recordFacts(key('payer'), { relation: 'child' })).facts).toMatchObject({
      'binding.state': 'ended',
      'binding.ended_by': 'move',
      'region.moved': true,
      'region.same_province': false,
    });
  });

  it('forget a refusal that was overtaken', async () => {
    const fixture = householdWith('130000', { child: resident('戊一', '130000', { enrolments: [] }) });
    const { office, key, request, clock } = openOffice(fixture);
    await office.act({ kind: 'bind', request: request('child', 'child') }, 'a');
    const facts = async () => (await office.recordFacts(key('payer'), { relation: 'child' })).facts;
    expect(await facts()).toMatchObject({ 'application.refusal': 'dependent_uninsured' });
    clock.advance(60_000);
    await office.happen({ event: 'enrol', person: 'child', scheme: 'resident', region: '130000' });
    await office.act({ kind: 'bind', request: request('child', 'child') }, 'b');
    expect(await facts()).not.toHaveProperty('application.refusal');
  });

  it('tell of papers that were asked for', async () => {
    const materials = ['marriage_certificate'];
    const fixture = household('130000', {
      bindings: [binding('spouse', 'spouse', { state: 'REJECTED', reason: 'materials', materials })],
    });
    expect(await about(fixture, 'payer')).toMatchObject({
      'binding.state': 'rejected',
      'application.refusal': 'materials_needed',
      'application.materials_missing': true,
    });
  });

  it('leave out what no record holds', async () => {
    const facts = await about(household('130000', { bindings: [binding('father', 'parent')] }), 'payer');
    for (const fact of ['premium.paid', 'visit.designated', 'wallet.payer_open', 'quota.set_fen']) {
      expect(facts).not.toHaveProperty(fact);
    }
  });

  it('tell quota, pool and authorised amount where the account has them', async () => {
    const account = { balanceFen: 9, quotaFen: 1, poolFen: 2, authorisedLeftFen: 3 };
    const fixture = householdWith('130000', { payer: employee('甲一', '130000', { account }) });
    expect(await about(fixture, 'payer')).toMatchObject({
      'quota.set_fen': 1,
      'pool.allocated_fen': 2,
      'authorised.left_fen': 3,
    });
  });
});
