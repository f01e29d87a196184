import { describe, expect, it } from 'vitest';
import type { BindRequest } from '../../src/contracts/portal.ts';
import { REFUSAL_CODES } from '../../src/portals/simulated/refusals.ts';
import { employee, household, householdWith, openOffice, resident } from './world.ts';

type About = [dependent: string, relation: BindRequest['relation'], more?: Partial<BindRequest>];

async function bindIn(fixture: object, ...about: About) {
  const world = openOffice(fixture);
  return world.office.act({ kind: 'bind', request: world.request(...about) }, 'k');
}

const live = (payer: string, dependent: string, relation: string, more = {}) => ({
  payer,
  dependent,
  relation,
  region: '130000',
  submittedOn: 'today-10',
  ...more,
});

describe('why the office refuses a binding', () => {
  it('a resident has no account to give from', async () => {
    const fixture = householdWith('130000', { payer: resident('甲一', '130000') });
    expect(await bindIn(fixture, 'child', 'child')).toMatchObject({ refused: 'payer_not_employee' });
  });

  it('an employee of a kind the region leaves out cannot give', async () => {
    const enrolments = [{ scheme: 'employee', region: '130000', category: 'employee_flexible' }];
    const fixture = householdWith('130000', { payer: employee('甲一', '130000', { enrolments }) });
    expect(await bindIn(fixture, 'child', 'child')).toMatchObject({ refused: 'payer_not_employee' });
  });

  it('a frozen account cannot give', async () => {
    const account = { balanceFen: 500_000, state: 'frozen' };
    const fixture = householdWith('130000', { payer: employee('甲一', '130000', { account }) });
    expect(await bindIn(fixture, 'child', 'child')).toMatchObject({ refused: 'account_abnormal' });
  });

  it('a payer in arrears cannot give, except where suspension has no effect', async () => {
    const arrears = (region: string) =>
      householdWith(region, {
        payer: employee('甲一', region, {
          enrolments: [{ scheme: 'employee', region, standing: 'arrears' }],
        }),
      });
    expect(await bindIn(arrears('130000'), 'child', 'child')).toMatchObject({ refused: 'account_abnormal' });
    expect(await bindIn(arrears('370000'), 'child', 'child')).toMatchObject({ done: true });
  });

  it('a balance at the local minimum is not above it', async () => {
    const with_ = (balanceFen: number) =>
      householdWith('330000', { payer: employee('甲一', '330000', { account: { balanceFen } }) });
    expect(await bindIn(with_(100_000), 'child', 'child')).toMatchObject({
      refused: 'below_minimum_retained',
    });
    expect(await bindIn(with_(100_001), 'child', 'child')).toMatchObject({ done: true });
  });

  it('a child who is not enrolled cannot be bound', async () => {
    const none = householdWith('130000', { child: resident('戊一', '130000', { enrolments: [] }) });
    expect(await bindIn(none, 'child', 'child')).toMatchObject({ refused: 'dependent_uninsured' });
    const lapsed = householdWith('130000', {
      child: resident('戊一', '130000', {
        enrolments: [{ scheme: 'resident', region: '130000', standing: 'ended' }],
      }),
    });
    expect(await bindIn(lapsed, 'child', 'child')).toMatchObject({ refused: 'dependent_uninsured' });
  });

  it('a wrong name, an unknown number and a wrong relation are the same mismatch', async () => {
    const world = openOffice(household('130000'));
    const { office, key, request } = world;
    const act = (change: Partial<BindRequest>, id: string) =>
      office.act({ kind: 'bind', request: { ...request('child', 'child'), ...change } }, id);
    const mismatch = { refused: 'identity_mismatch', cause: 'identity_mismatch' };
    expect(await act({ dependent: { ...key('child'), name: '别名' } }, 'a')).toEqual(mismatch);
    expect(await act({ dependent: { ...key('child'), documentNumber: 'X12345678' } }, 'b')).toEqual(mismatch);
    expect(await act({ relation: 'sibling' }, 'c')).toEqual(mismatch);
  });

  it('a relation outside the list of the region is refused', async () => {
    expect(await bindIn(household('130000'), 'stranger', 'parent_in_law')).toEqual({
      refused: 'ineligible_relation',
      cause: 'ineligible_relation',
    });
  });

  it('nobody binds oneself', async () => {
    expect(await bindIn(household('130000'), 'payer', 'sibling')).toMatchObject({ refused: 'self' });
  });

  it('the same pair is bound once', async () => {
    const fixture = household('130000', { bindings: [live('payer', 'child', 'child')] });
    expect(await bindIn(fixture, 'child', 'child')).toEqual({ refused: 'already_bound' });
  });

  it('the same pair is asked once, and the cause tells whether consent or review is awaited', async () => {
    const waiting = (state: string) =>
      household('130000', { bindings: [live('payer', 'child', 'child', { state, submittedOn: 'today-1' })] });
    expect(await bindIn(waiting('PENDING_CONFIRM'), 'child', 'child')).toEqual({
      refused: 'invitation_pending',
      cause: 'invite_unconfirmed',
    });
    expect(await bindIn(waiting('PENDING_REVIEW'), 'child', 'child')).toEqual({
      refused: 'invitation_pending',
      cause: 'pending_review',
    });
  });

  it('somebody bound by another payer is not free, except where several payers are allowed', async () => {
    const taken = (region: string) => household(region, { bindings: [live('sibling', 'father', 'parent')] });
    expect(await bindIn(taken('130000'), 'father', 'parent')).toMatchObject({
      refused: 'already_bound_elsewhere',
    });
    expect(await bindIn(taken('370000'), 'father', 'parent')).toMatchObject({ done: true });
  });

  it('the number of members at once is limited, and pending ones count', async () => {
    const fixture = household('430000', {
      bindings: [
        live('payer', 'father', 'parent'),
        live('payer', 'mother', 'parent', { state: 'PENDING_REVIEW' }),
      ],
    });
    expect(await bindIn(fixture, 'child', 'child')).toMatchObject({ refused: 'member_limit_reached' });
  });

  it('the number of members over life is limited, and former ones may come back', async () => {
    const ended = { state: 'ENDED', endedBy: 'remove' };
    const fixture = household('430000', {
      bindings: [live('payer', 'father', 'parent', ended), live('payer', 'mother', 'parent', ended)],
    });
    expect(await bindIn(fixture, 'child', 'child')).toMatchObject({ refused: 'lifetime_limit' });
    expect(await bindIn(fixture, 'father', 'parent')).toMatchObject({ done: true });
  });

  it('slots count father and mother apart', async () => {
    const fixture = household('210200', { bindings: [live('payer', 'father', 'parent')] });
    expect(await bindIn(fixture, 'mother', 'parent')).toMatchObject({ done: true });
    const second = householdWith(
      '210200',
      { stranger: resident('庚一', '210200', { born: '1950-01-01' }) },
      { bindings: [live('payer', 'father', 'parent')] },
    );
    expect(await bindIn(second, 'stranger', 'parent')).toMatchObject({ refused: 'member_limit_reached' });
  });

  it('another province is too far, another city is not', async () => {
    const away = (region: string) => householdWith('320500', { father: resident('丙一', region) });
    expect(await bindIn(away('130100'), 'father', 'parent')).toEqual({
      refused: 'different_province',
      cause: 'different_pooling_region',
    });
    expect(await bindIn(away('320100'), 'father', 'parent')).toMatchObject({ done: true });
  });

  it('another city is too far where only the pooling region shares', async () => {
    const fixture = householdWith('140100', { father: resident('丙一', '140200') });
    expect(await bindIn(fixture, 'father', 'parent')).toMatchObject({ refused: 'different_province' });
  });

  it('an office of another province is the wrong place to ask', async () => {
    expect(await bindIn(household('130000'), 'child', 'child', { region: '320000' })).toEqual({
      refused: 'unsupported_here',
      cause: 'wrong_portal',
    });
  });

  it('where no rule is known nothing is allowed', async () => {
    expect(await bindIn(household('650000'), 'child', 'child')).toMatchObject({
      refused: 'unsupported_here',
    });
  });

  it('two valid enrolments block where the region says so', async () => {
    const twice = (region: string) =>
      householdWith(region, {
        child: resident('戊一', region, {
          enrolments: [
            { scheme: 'resident', region },
            { scheme: 'employee', region },
          ],
        }),
      });
    expect(await bindIn(twice('350000'), 'child', 'child')).toMatchObject({ refused: 'duplicate_enrolment' });
    expect(await bindIn(twice('130000'), 'child', 'child')).toMatchObject({ done: true });
  });

  it('a period cannot begin yesterday, end when it begins, or be kept where there is none', async () => {
    const tooLate = { refused: 'too_late', cause: 'relation_not_in_period' };
    const bind = (region: string, period: Partial<BindRequest>) =>
      bindIn(household(region), 'child', 'child', period);
    expect(await bind('320000', { startsOn: '2026-11-23' })).toEqual(tooLate);
    expect(await bind('320000', { startsOn: '2026-11-25', endsOn: '2026-11-25' })).toEqual(tooLate);
    expect(await bind('230000', { endsOn: '2027-01-01' })).toEqual({ refused: 'unsupported_here' });
    expect(await bind('130000', { startsOn: '2026-12-01' })).toEqual({ refused: 'unsupported_here' });
    expect(await bind('130000', { startsOn: '2026-11-24' })).toMatchObject({ done: true });
  });

  it('the electronic credential comes first where the region says so', async () => {
    const fixture = householdWith('340000', { payer: employee('甲一', '340000', { ecertActive: false }) });
    const world = openOffice(fixture);
    const act = { kind: 'bind', request: world.request('child', 'child') } as const;
    expect(await world.office.act(act, 'a')).toMatchObject({ refused: 'ecert_not_activated' });
    await world.office.happen({ event: 'activate_ecert', person: 'payer' });
    expect(await world.office.act(act, 'b')).toMatchObject({ done: true });
  });

  it('papers are wanted for a relation no register knows', async () => {
    expect(await bindIn(household('340000'), 'stranger', 'spouse')).toMatchObject({
      refused: 'materials_needed',
    });
    expect(await bindIn(household('340000'), 'spouse', 'spouse')).toMatchObject({ done: true });
  });

  it('the payer is looked at before the relative, and the relative before the relation', async () => {
    const wrongEverywhere = householdWith('130000', {
      payer: resident('甲一', '130000'),
      stranger: resident('庚一', '130000', { enrolments: [] }),
    });
    expect(await bindIn(wrongEverywhere, 'stranger', 'friend')).toMatchObject({
      refused: 'payer_not_employee',
    });
    const wrongRelative = householdWith('130000', {
      stranger: resident('庚一', '130000', { enrolments: [] }),
    });
    expect(await bindIn(wrongRelative, 'stranger', 'friend')).toMatchObject({
      refused: 'dependent_uninsured',
    });
  });

  it.each(REFUSAL_CODES)('%s can be forced by a fault, for one act', async (code) => {
    const world = openOffice(household('130000', { faults: [{ how: 'refuse', on: 'bind', code }] }));
    const act = { kind: 'bind', request: world.request('child', 'child') } as const;
    expect(await world.office.act(act, 'a')).toMatchObject({ refused: code });
    expect(await world.office.act(act, 'b')).toMatchObject({ done: true });
  });
});
