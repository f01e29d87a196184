import { describe, expect, it } from 'vitest';
import type { BindRequest } from '../../src/contracts/portal.ts';
import { RELATIONS } from '../../src/domain/insurance.ts';
import { isLive, mayBecome } from '../../src/portals/simulated/states.ts';
import { household, type OfficeWorld, openOffice } from './world.ts';

const ALL = [
  'SUBMITTED',
  'PENDING_CONFIRM',
  'PENDING_REVIEW',
  'NOT_YET_EFFECTIVE',
  'ACTIVE',
  'DECLINED',
  'EXPIRED',
  'REJECTED',
  'WITHDRAWN',
  'SUSPENDED',
  'ENDED',
] as const;

let keys = 0;
async function bind(world: OfficeWorld, ...about: Parameters<OfficeWorld['request']>) {
  keys += 1;
  return world.office.act({ kind: 'bind', request: world.request(...about) }, `k${keys}`);
}

async function answer(world: OfficeWorld, dependent: string, accept: boolean) {
  const [invitation] = await world.office.invitations(world.key(dependent));
  keys += 1;
  return world.office.act(
    {
      kind: 'answer_invitation',
      dependent: world.key(dependent),
      invitationNo: invitation?.invitationNo ?? 'none',
      accept,
    },
    `k${keys}`,
  );
}

async function stateOf(world: OfficeWorld): Promise<string | undefined> {
  return (await world.office.applications(world.key('payer'))).at(-1)?.state;
}

describe('the table of states', () => {
  it('lets nothing out of an end', () => {
    for (const end of ['ENDED', 'DECLINED', 'EXPIRED', 'REJECTED', 'WITHDRAWN'] as const) {
      expect(ALL.filter((state) => mayBecome(end, state))).toEqual([]);
      expect(isLive(end)).toBe(false);
    }
  });
});

describe('what a new relation becomes by the rules of the region', () => {
  const cases: [string, string, string, BindRequest['relation'], string][] = [
    ['no second step: at once', '130000', 'child', 'child', 'ACTIVE'],
    ['the spouse must agree', '320000', 'spouse', 'spouse', 'PENDING_CONFIRM'],
    ['where only the spouse must agree, a parent need not', '320000', 'father', 'parent', 'ACTIVE'],
    ['the agency decides', '440000', 'child', 'child', 'PENDING_REVIEW'],
    ['from sixteen the relative agrees', '620000', 'father', 'parent', 'PENDING_CONFIRM'],
    ['under sixteen nobody is asked, the agency still decides', '620000', 'child', 'child', 'PENDING_REVIEW'],
    ['everyone who can be asked is asked', '460000', 'sibling', 'sibling', 'PENDING_CONFIRM'],
    ['a child of ten cannot be asked', '460000', 'child', 'child', 'ACTIVE'],
    ['the next day', '230000', 'child', 'child', 'NOT_YET_EFFECTIVE'],
  ];
  it.each(cases)('%s', async (_name, region, dependent, relation, state) => {
    const world = openOffice(household(region));
    expect(await bind(world, dependent, relation)).toMatchObject({ done: true, application: { state } });
  });
});

describe('an invitation', () => {
  it('shows who asked, for what and until when', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'spouse', 'spouse');
    expect(await world.office.invitations(world.key('spouse'))).toMatchObject([
      { payerName: '甲*', relation: 'spouse', askedOn: '2026-11-24', expiresOn: '2026-12-01' },
    ]);
    expect(await world.office.invitations(world.key('father'))).toEqual([]);
  });

  it('accepted makes the relation active', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'spouse', 'spouse');
    expect(await answer(world, 'spouse', true)).toMatchObject({
      done: true,
      application: { state: 'ACTIVE' },
    });
    expect(await world.office.invitations(world.key('spouse'))).toEqual([]);
  });

  it('accepted goes on to review where the agency decides', async () => {
    const world = openOffice(household('620000'));
    await bind(world, 'father', 'parent');
    expect(await answer(world, 'father', true)).toMatchObject({ application: { state: 'PENDING_REVIEW' } });
  });

  it('declined ends the application, and a second answer is too late', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'spouse', 'spouse');
    const [invitation] = await world.office.invitations(world.key('spouse'));
    expect(await answer(world, 'spouse', false)).toMatchObject({ application: { state: 'DECLINED' } });
    const again = {
      kind: 'answer_invitation',
      dependent: world.key('spouse'),
      invitationNo: invitation?.invitationNo ?? '',
      accept: true,
    } as const;
    expect(await world.office.act(again, 'again')).toEqual({ refused: 'too_late' });
  });

  it('cannot be answered by somebody else', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'spouse', 'spouse');
    const [invitation] = await world.office.invitations(world.key('spouse'));
    const theft = {
      kind: 'answer_invitation',
      dependent: world.key('father'),
      invitationNo: invitation?.invitationNo ?? '',
      accept: true,
    } as const;
    expect(await world.office.act(theft, 'theft')).toEqual({ refused: 'not_yours' });
    expect(await answer(world, 'father', true)).toEqual({ refused: 'not_found' });
  });

  it('holds through its last day and lapses on the next', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'spouse', 'spouse');
    world.clock.advanceDays(7);
    expect(await stateOf(world)).toBe('PENDING_CONFIRM');
    world.clock.advanceDays(1);
    expect(await stateOf(world)).toBe('EXPIRED');
    const kinds = (await world.office.changes(0, 100)).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'application.changed',
      'invitation.sent',
      'invitation.lapsed',
      'application.changed',
    ]);
    expect(await bind(world, 'spouse', 'spouse')).toMatchObject({ done: true });
  });
});

describe('review', () => {
  it('approved makes the relation active', async () => {
    const world = openOffice(household('440000'));
    await bind(world, 'child', 'child');
    await world.office.happen({ event: 'approve' });
    expect(await stateOf(world)).toBe('ACTIVE');
  });

  it('rejected says why and which papers are wanted', async () => {
    const world = openOffice(household('440000'));
    await bind(world, 'child', 'child');
    await world.office.happen({ event: 'reject', reason: 'materials', materials: ['household_register'] });
    expect(await world.office.applications(world.key('payer'))).toMatchObject([
      { state: 'REJECTED', reason: 'materials', materials: ['household_register'] },
    ]);
  });

  it('cannot approve what nobody applied for', async () => {
    const world = openOffice(household('440000'));
    await expect(world.office.happen({ event: 'approve' })).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('a period', () => {
  it('begins on its first day and ends after its last', async () => {
    const world = openOffice(household('320000'));
    await bind(world, 'father', 'parent', { startsOn: '2026-11-26', endsOn: '2026-11-30' });
    expect(await stateOf(world)).toBe('NOT_YET_EFFECTIVE');
    world.clock.advanceDays(2);
    expect(await stateOf(world)).toBe('ACTIVE');
    world.clock.advanceDays(4);
    expect(await stateOf(world)).toBe('ACTIVE');
    world.clock.advanceDays(1);
    expect(await stateOf(world)).toBe('ENDED');
    expect((await world.office.changes(0, 100)).at(-1)).toMatchObject({
      kind: 'binding.ended',
      reason: 'period',
    });
  });
});

describe('ending a relation', () => {
  const unbind = (world: OfficeWorld, actor: string, how: 'exit' | 'remove', bindingNo: string) => {
    keys += 1;
    return world.office.act({ kind: 'unbind', actor: world.key(actor), bindingNo, how }, `k${keys}`);
  };
  const bound = async (region: string, dependent = 'child', relation: BindRequest['relation'] = 'child') => {
    const world = openOffice(household(region));
    await bind(world, dependent, relation);
    const [binding] = await world.office.bindings(world.key('payer'));
    return { world, no: binding?.bindingNo ?? '' };
  };

  it('the payer removes, once', async () => {
    const { world, no } = await bound('130000');
    expect(await unbind(world, 'payer', 'remove', no)).toMatchObject({
      done: true,
      application: { kind: 'unbind', state: 'ENDED' },
      endedBindings: [no],
    });
    expect(await unbind(world, 'payer', 'remove', no)).toEqual({ refused: 'too_late' });
  });

  it('the dependent leaves where the region lets them', async () => {
    const { world, no } = await bound('130000', 'sibling', 'sibling');
    expect(await unbind(world, 'sibling', 'exit', no)).toMatchObject({ done: true });
    expect((await world.office.changes(0, 100)).at(-1)).toMatchObject({ by: 'dependent', reason: 'exit' });
  });

  it('the dependent cannot leave where only the payer may end it', async () => {
    const { world, no } = await bound('320000', 'father', 'parent');
    expect(await unbind(world, 'father', 'exit', no)).toEqual({ refused: 'unsupported_here' });
  });

  it('nobody ends the relation of others, or one that is not there', async () => {
    const { world, no } = await bound('130000');
    expect(await unbind(world, 'sibling', 'remove', no)).toEqual({ refused: 'not_yours' });
    expect(await unbind(world, 'payer', 'exit', no)).toEqual({ refused: 'not_yours' });
    expect(await unbind(world, 'payer', 'remove', 'BD0')).toEqual({ refused: 'not_found' });
  });

  it('a locked relation stays until the lock is over', async () => {
    const { world, no } = await bound('360000');
    const locked = { refused: 'unsupported_here', cause: 'unbind_locked' };
    expect(await unbind(world, 'payer', 'remove', no)).toEqual(locked);
    world.clock.advanceDays(90);
    expect(await unbind(world, 'payer', 'remove', no)).toMatchObject({ done: true });
  });

  it('an application that waits is withdrawn', async () => {
    const { world, no } = await bound('440000');
    await unbind(world, 'payer', 'remove', no);
    expect(await stateOf(world)).toBe('WITHDRAWN');
  });

  it('closing ends everything at once, and a second time there is nothing', async () => {
    const { world } = await bound('130000');
    await bind(world, 'father', 'parent');
    const close = { kind: 'close', actor: world.key('payer') } as const;
    const closed = await world.office.act(close, 'close1');
    expect(closed).toMatchObject({ done: true });
    expect('done' in closed && closed.endedBindings).toHaveLength(2);
    expect(await world.office.act(close, 'close2')).toEqual({ refused: 'not_found' });
  });

  it('an ended relation is bound anew as a new application', async () => {
    const { world, no } = await bound('130000');
    await unbind(world, 'payer', 'remove', no);
    expect(await bind(world, 'child', 'child')).toMatchObject({
      done: true,
      application: { state: 'ACTIVE' },
    });
    const states = (await world.office.bindings(world.key('payer'))).map(({ state }) => state);
    expect(states).toEqual(['ACTIVE', 'ENDED']);
  });
});

describe("the payer's insurance", () => {
  const afterEnrol = async (
    region: string,
    change: { region?: string; standing?: 'paused' | 'ended' | 'normal' }[],
  ) => {
    const world = openOffice(household(region));
    await bind(world, 'child', 'child');
    for (const { standing = 'normal', region: to = region } of change) {
      await world.office.happen({
        event: 'enrol',
        person: 'payer',
        scheme: 'employee',
        region: to,
        standing,
      });
    }
    return stateOf(world);
  };

  it('moving away ends relations', async () => {
    expect(await afterEnrol('130000', [{ region: '320000' }])).toBe('ENDED');
  });
  it('a pause ends them where it does', async () => {
    expect(await afterEnrol('130000', [{ standing: 'paused' }])).toBe('ENDED');
  });
  it('a pause suspends them where it does, until it is over', async () => {
    expect(await afterEnrol('350000', [{ standing: 'paused' }])).toBe('SUSPENDED');
    expect(await afterEnrol('350000', [{ standing: 'paused' }, { standing: 'normal' }])).toBe('ACTIVE');
  });
  it('a pause changes nothing where it does not', async () => {
    expect(await afterEnrol('370000', [{ standing: 'paused' }])).toBe('ACTIVE');
  });
});

describe('relations that are no near relatives', () => {
  it.each(
    RELATIONS.filter((relation) => !['spouse', 'parent', 'child', 'sibling', 'self'].includes(relation)),
  )('%s is refused where the region does not list it', async (relation) => {
    const world = openOffice(household('130000'));
    expect(await bind(world, 'stranger', relation)).toMatchObject({ refused: 'ineligible_relation' });
  });
});
