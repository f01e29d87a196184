import { describe, expect, it } from 'vitest';
import { employee, household, householdWith, openOffice } from './world.ts';

const bound = (region: string, people = {}) =>
  openOffice(
    householdWith(region, people, {
      bindings: [
        { payer: 'payer', dependent: 'father', relation: 'parent', region, submittedOn: 'today-10' },
      ],
    }),
  );
const bill = {
  event: 'settle',
  patient: 'father',
  place: '医院',
  totalFen: 100_000,
  fundFen: 60_000,
} as const;

async function balance({ office, key }: ReturnType<typeof bound>) {
  const person = await office.person(key('payer'));
  return 'account' in person ? person.account?.balanceFen : undefined;
}

describe('settling a bill', () => {
  it('takes the rest from the payer, and both can see it', async () => {
    const world = bound('130000');
    await world.office.happen(bill);
    const row = { totalFen: 100_000, fundFen: 60_000, sharedFen: 40_000, cashFen: 0, patientName: '丙*' };
    expect(await world.office.spending(world.key('father'))).toMatchObject([row]);
    expect(await world.office.spending(world.key('payer'))).toMatchObject([row]);
    expect(await balance(world)).toBe(460_000);
  });

  it("takes the patient's own account first", async () => {
    const father = employee('丙一', '130000', { account: { balanceFen: 15_000 } });
    const world = bound('130000', { father });
    await world.office.happen(bill);
    expect(await world.office.spending(world.key('father'))).toMatchObject([
      { ownAccountFen: 15_000, sharedFen: 25_000, cashFen: 0 },
    ]);
  });

  it('takes only the carried-over part above the minimum where that is the rule', async () => {
    const payer = employee('甲一', '330000', { account: { balanceFen: 120_000, pastYearsFen: 30_000 } });
    const world = bound('330000', { payer });
    await world.office.happen(bill);
    expect(await world.office.spending(world.key('father'))).toMatchObject([
      { sharedFen: 20_000, cashFen: 20_000 },
    ]);
  });

  it('takes nothing at a place that is not designated, or before the relation is in force', async () => {
    const world = bound('130000');
    await world.office.happen({ ...bill, designated: false });
    expect(await world.office.spending(world.key('father'))).toMatchObject([
      { sharedFen: 0, cashFen: 40_000 },
    ]);
    const waiting = openOffice(household('440000'));
    await waiting.office.act({ kind: 'bind', request: waiting.request('father', 'parent') }, 'k');
    await waiting.office.happen(bill);
    expect(await waiting.office.spending(waiting.key('father'))).toMatchObject([{ sharedFen: 0 }]);
  });
});

describe('other money', () => {
  it('a credit raises the balance and is told', async () => {
    const world = bound('130000');
    await world.office.happen({ event: 'credit', person: 'payer', amountFen: 20_000 });
    expect(await balance(world)).toBe(520_000);
    expect((await world.office.changes(0, 10)).at(-1)).toMatchObject({ kind: 'account.credited' });
  });

  it('a refund that is done comes back to the account, one under way does not yet', async () => {
    const world = bound('130000');
    await world.office.happen({ event: 'refund', person: 'payer', amountFen: 1_000 });
    await world.office.happen({ event: 'refund', person: 'payer', amountFen: 500, state: 'under_way' });
    expect(await balance(world)).toBe(501_000);
    expect(await world.office.refunds(world.key('payer'))).toMatchObject([
      { amountFen: 500, state: 'under_way' },
      { amountFen: 1_000, state: 'done', to: 'payer', on: '2026-11-24' },
    ]);
  });

  it('a premium is paid once, from the account of the one who pays', async () => {
    const premiums = [{ year: 2027, amountFen: 40_000 }];
    const father = employee('丙一', '130000', { premiums, account: { balanceFen: 0 } });
    const world = bound('130000', { father });
    const pay = { event: 'pay_premium', person: 'father', year: 2027, by: 'payer' } as const;
    await world.office.happen(pay);
    expect(await balance(world)).toBe(460_000);
    await expect(world.office.happen(pay)).rejects.toMatchObject({ code: 'bad_input' });
  });
});
