/** Order of payers, premiums, pool and quota at the simulated office. */
import { describe, expect, it } from 'vitest';
import type { QuotaRequest } from '../../src/contracts/portal.ts';
import { farAway, household, type OfficeWorld, openOffice, START, twoPayers } from './world.ts';

const accountOf = async ({ office, key }: OfficeWorld, id: string) => {
  const person = await office.person(key(id));
  return 'account' in person ? person.account : undefined;
};

describe('the order of payers', () => {
  const bindingNos = async ({ office, key }: OfficeWorld) =>
    (await office.bindings(key('mother')))
      .toSorted((a, b) => Number(a.orderNo) - Number(b.orderNo))
      .map(({ bindingNo }) => bindingNo);
  const bill = { event: 'settle', patient: 'mother', place: '医院', totalFen: 30_000, fundFen: 0 } as const;

  it('set by the relative decides who is charged from then on', async () => {
    const world = openOffice(twoPayers('610000'));
    await world.office.happen(bill);
    expect((await accountOf(world, 'son'))?.balanceFen).toBe(470_000);
    const turned = (await bindingNos(world)).toReversed();
    const act = { kind: 'set_order', actor: world.key('mother'), bindingNos: turned } as const;
    expect(await world.office.act(act, 'k')).toMatchObject({
      done: true,
      application: { kind: 'order', state: 'DONE' },
    });
    expect(await bindingNos(world)).toEqual(turned);
    await world.office.happen(bill);
    expect((await accountOf(world, 'daughter'))?.balanceFen).toBe(470_000);
    expect((await accountOf(world, 'son'))?.balanceFen).toBe(470_000);
  });

  it.each([
    ['where no rule tells who sets it', '370000', 'mother', 'unsupported_here'],
    ['by a payer', '610000', 'son', 'not_found'],
  ])('is refused %s', async (_, region, by, refused) => {
    const world = openOffice(twoPayers(region));
    const act = { kind: 'set_order', actor: world.key(by), bindingNos: await bindingNos(world) } as const;
    expect(await world.office.act(act, 'k')).toMatchObject({ refused });
  });

  it('is refused when the list is not the whole list, or names a strange relation', async () => {
    const world = openOffice(twoPayers('610000'));
    const [first = ''] = await bindingNos(world);
    const actor = world.key('mother');
    const part = { kind: 'set_order', actor, bindingNos: [first, first] } as const;
    expect(await world.office.act(part, 'k1')).toEqual({ refused: 'too_late' });
    const strange = { kind: 'set_order', actor, bindingNos: [first, 'BD1'] } as const;
    expect(await world.office.act(strange, 'k2')).toEqual({ refused: 'not_yours' });
  });
});

describe('a premium', () => {
  const open = (change: object = {}) => {
    const fixture = twoPayers('610000') as { people: { mother: { premiums: object[] } } };
    Object.assign(fixture.people.mother.premiums[0] ?? {}, change);
    return openOffice(fixture);
  };
  const order = async (world: OfficeWorld, by = 'son', change = {}) => {
    const [bill] = await world.office.premiums(world.key(by));
    const { bindingNo = '', year = 0, amountFen = 0 } = bill ?? {};
    const act = { kind: 'pay_premium', payer: world.key(by), bindingNo, year, amountFen, ...change } as const;
    return world.office.act(act, `pay-${by}-${JSON.stringify(change)}`);
  };
  const stateOf = async (world: OfficeWorld) => (await world.office.premiums(world.key('son')))[0]?.state;

  it('is ordered, then confirmed by the tax side on the next day by itself', async () => {
    const world = open();
    expect(await stateOf(world)).toBe('due');
    expect(await order(world)).toMatchObject({
      application: { kind: 'premium', state: 'PENDING_TAX' },
      money: { balanceFen: 460_000, usableFen: 460_000 },
    });
    expect(await stateOf(world)).toBe('pending_tax');
    world.clock.advanceDays(1);
    expect(await stateOf(world)).toBe('paid');
    const [last] = (await world.office.changes(0, 100)).slice(-1);
    expect(last).toMatchObject({ kind: 'application.changed', state: 'DONE' });
    expect(last).not.toHaveProperty('by');
  });

  it('that the tax side refuses gives the money back and can be ordered again', async () => {
    const world = open();
    await order(world);
    await world.office.happen({ event: 'tax_refuses', person: 'mother' });
    expect((await accountOf(world, 'son'))?.balanceFen).toBe(500_000);
    expect(await world.office.applications(world.key('son'))).toMatchObject([
      { state: 'REJECTED', reason: 'tax_refused' },
      { kind: 'bind' },
    ]);
    expect(await stateOf(world)).toBe('due');
  });

  it('that waits for the tax side is not paid by the other payer as well', async () => {
    const world = open();
    await order(world);
    expect(await order(world, 'daughter')).toEqual({ refused: 'already_paid', cause: 'already_paid' });
    expect((await accountOf(world, 'daughter'))?.balanceFen).toBe(500_000);
  });

  it.each([
    ['paid by the school', { paidBy: 'school' }, 'paid', 'already_paid'],
    ['before its window', { opens: 'today+1' }, 'not_open', 'outside_window'],
    ['after its window', { closes: 'today-1' }, 'closed', 'outside_window'],
    [
      'of which nobody knows the window',
      { opens: undefined, closes: undefined },
      'not_open',
      'outside_window',
    ],
    ['of somebody who is not registered', { registered: false }, 'not_registered', 'not_registered'],
  ])('%s is not paid', async (_, change, state, refused) => {
    const world = open(change);
    expect(await stateOf(world)).toBe(state);
    expect(await order(world)).toMatchObject({ refused });
    expect((await accountOf(world, 'son'))?.balanceFen).toBe(500_000);
  });

  it('of another sum than was confirmed, or beyond the balance, is not paid', async () => {
    const world = open();
    expect(await order(world, 'son', { amountFen: 30_000 })).toEqual({ refused: 'amount_changed' });
    const dear = open({ amountFen: 900_000 });
    expect(await order(dear)).toMatchObject({ refused: 'insufficient_balance' });
  });

  it('of a relative in the employee scheme is none', async () => {
    const world = open();
    const scheme = { person: 'mother', region: '610000' };
    await world.office.happen({ event: 'enrol', ...scheme, scheme: 'resident', standing: 'ended' });
    await world.office.happen({ event: 'enrol', ...scheme, scheme: 'employee' });
    expect(await stateOf(world)).toBe('not_resident');
    expect(await order(world)).toMatchObject({ refused: 'not_in_resident_scheme' });
  });
});

describe('allocating', () => {
  const allocate = (world: OfficeWorld, amountFen: number, key = 'k') =>
    world.office.act({ kind: 'allocate', payer: world.key('payer'), amountFen }, key);

  it('moves money into the pool, from which relatives are paid', async () => {
    const world = openOffice(household('640000'));
    expect(await allocate(world, 100_000)).toMatchObject({
      application: { kind: 'allocation', state: 'DONE' },
      money: { balanceFen: 500_000, poolFen: 100_000, usableFen: 400_000 },
    });
    await world.office.act({ kind: 'bind', request: world.request('father', 'parent') }, 'b');
    await world.office.happen({
      event: 'settle',
      patient: 'father',
      place: '医院',
      totalFen: 150_000,
      fundFen: 0,
    });
    expect(await world.office.spending(world.key('father'))).toMatchObject([
      { sharedFen: 100_000, cashFen: 50_000 },
    ]);
  });

  it('leaves what must stay, and cannot go beyond the balance', async () => {
    const world = openOffice(household('640000'));
    expect(await allocate(world, 300_001, 'a')).toMatchObject({ refused: 'below_minimum_retained' });
    expect(await allocate(world, 600_000, 'b')).toMatchObject({ refused: 'insufficient_balance' });
    expect(await allocate(world, 300_000, 'c')).toMatchObject({ done: true });
  });

  it('is refused where there is no pool', async () => {
    expect(await allocate(openOffice(household('130000')), 1_000)).toEqual({ refused: 'unsupported_here' });
  });
});

describe('a quota across provinces', () => {
  const quota = (world: OfficeWorld, amountFen: number, change: Partial<QuotaRequest> = {}) => {
    const pledge = { version: '1', digest: 'd', signedAt: new Date(START).toISOString() };
    const [payer, dependent] = [world.key('payer'), world.key('father')];
    const request = { payer, dependent, relation: 'parent' as const, amountFen, pledge, ...change };
    return world.office.act({ kind: 'set_quota', request }, `q${amountFen}`);
  };

  it('freezes money without moving it, is replaced by the next one, and comes back with nothing', async () => {
    const world = openOffice(farAway('130000', '320000'));
    expect(await quota(world, 50_000)).toMatchObject({
      application: { kind: 'quota', state: 'DONE' },
      money: { balanceFen: 500_000, quotaFen: 50_000, usableFen: 450_000 },
    });
    expect(await quota(world, 80_000)).toMatchObject({ money: { quotaFen: 80_000, usableFen: 420_000 } });
    expect(await quota(world, 0)).toMatchObject({ money: { quotaFen: 0, usableFen: 500_000 } });
  });

  it('pays the relative, and what was used is not taken back', async () => {
    const world = openOffice(farAway('130000', '320000'));
    await quota(world, 50_000);
    const bill = { patient: 'father', place: '医院', totalFen: 30_000, fundFen: 0 };
    await world.office.happen({ event: 'settle', ...bill });
    expect(await world.office.spending(world.key('father'))).toMatchObject([{ sharedFen: 30_000 }]);
    expect(await quota(world, 10_000)).toEqual({ refused: 'amount_changed' });
    expect(await quota(world, 0)).toMatchObject({
      money: { balanceFen: 470_000, quotaFen: 0, usableFen: 470_000 },
    });
  });

  it('needs both wallets, two provinces, and the money', async () => {
    const world = openOffice(farAway('130000', '320000'));
    const uncle = { dependent: world.key('uncle'), relation: 'sibling' as const };
    expect(await quota(world, 1_000, uncle)).toMatchObject({ refused: 'wallet_not_open' });
    await world.office.happen({ event: 'open_wallet', person: 'uncle' });
    expect(await quota(world, 2_000, uncle)).toMatchObject({ done: true });
    expect(await quota(world, 600_000)).toMatchObject({ refused: 'insufficient_balance' });
    const near = openOffice(farAway('130000', '130000'));
    expect(await quota(near, 1_000)).toMatchObject({ refused: 'same_province' });
  });

  it('that was never given cannot be taken back', async () => {
    expect(await quota(openOffice(farAway('130000', '320000')), 0)).toEqual({ refused: 'not_found' });
  });
});

describe('a rehearsal', () => {
  it('shows the checks in order up to the first that fails, and changes nothing', async () => {
    const world = openOffice(household('130000'));
    const bind = { kind: 'bind', request: world.request('child', 'child') } as const;
    const { checks, result } = world.office.rehearse(bind);
    expect(checks[0]).toEqual({ check: 'persons', ok: true });
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(result).toMatchObject({ done: true, application: { state: 'ACTIVE' } });
    expect(await world.office.bindings(world.key('payer'))).toEqual([]);
    expect(await world.office.changes(0, 10)).toEqual([]);
    expect(world.office.acts()).toEqual([]);

    const wrong = { kind: 'bind', request: world.request('child', 'spouse') } as const;
    expect(world.office.rehearse(wrong).checks.at(-1)).toEqual({
      check: 'relation',
      ok: false,
      refused: 'identity_mismatch',
    });
  });
});
