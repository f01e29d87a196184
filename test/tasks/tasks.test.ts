import { afterEach, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { TASKS } from '../../src/tasks/registry.ts';
import { household } from '../portals/world.ts';
import { openTaskWorld, pledge, type TaskWorld } from './world.ts';

let world: TaskWorld;
afterEach(() => world.end());

async function bindInput(dependent: string, relation: string, more: JsonObject = {}): Promise<JsonObject> {
  const [payer, relative] = [await world.person('payer'), await world.person(dependent)];
  return { payer, dependent: relative, relation, region: '130000', pledge, ...more };
}

async function settled(conversation: ConversationId, name: string, input: JsonObject) {
  const id = await world.submit(conversation, name, input);
  await world.clerk.run(id);
  const mail = await world.mail(conversation);
  return mail.findLast((content) => content.kind === 'task.settled' && content.task === id);
}

describe('bind', () => {
  it('binds and tells the masked name, and the application is on record', async () => {
    world = await openTaskWorld();
    const talk = await world.talk('payer');
    const told = await settled(talk, 'bind', await bindInput('child', 'child'));
    expect(told).toMatchObject({
      name: 'bind',
      outcome: 'done',
      result: { state: 'ACTIVE', dependentName: '戊*' },
    });
    const [record] = await world.store.applicationsOf(await world.person('payer'));
    expect(record).toMatchObject({ kind: 'bind', conversation: talk, relation: 'child', state: 'ACTIVE' });
    expect(await world.store.applicationsOf(await world.person('child'))).toHaveLength(1);
  });

  it('says who has to confirm', async () => {
    world = await openTaskWorld(household('320000'));
    const input = await bindInput('spouse', 'spouse', { region: '320000' });
    expect(await settled(await world.talk('payer'), 'bind', input)).toMatchObject({
      result: { state: 'PENDING_CONFIRM', needsConfirmBy: 'dependent' },
    });
  });

  it('says that the agency decides', async () => {
    world = await openTaskWorld(household('440000'));
    const input = await bindInput('child', 'child', { region: '440000' });
    expect(await settled(await world.talk('payer'), 'bind', input)).toMatchObject({
      result: { state: 'PENDING_REVIEW', needsReview: true },
    });
  });

  it('tells a refusal with its code and cause', async () => {
    world = await openTaskWorld();
    const talk = await world.talk('payer');
    expect(await settled(talk, 'bind', await bindInput('stranger', 'friend'))).toMatchObject({
      outcome: 'refused',
      result: { code: 'ineligible_relation', cause: 'ineligible_relation' },
    });
  });

  it('hands on the period', async () => {
    world = await openTaskWorld(household('320000'));
    const period = { region: '320000', startsOn: '2026-12-01', endsOn: '2027-11-30' };
    const told = await settled(await world.talk('payer'), 'bind', await bindInput('child', 'child', period));
    expect(told).toMatchObject({ result: { state: 'NOT_YET_EFFECTIVE' } });
  });
});

describe('answer-invitation', () => {
  const invited = async (accept: boolean) => {
    world = await openTaskWorld(household('320000'));
    await world.office.act({ kind: 'bind', request: world.request('spouse', 'spouse') }, 'k');
    const [invitation] = await world.office.invitations(world.key('spouse'));
    const input = {
      person: await world.person('spouse'),
      invitationNo: invitation?.invitationNo ?? '',
      accept,
    };
    return settled(await world.talk('spouse'), 'answer-invitation', input);
  };

  it('accepts', async () => {
    expect(await invited(true)).toMatchObject({ outcome: 'done', result: { state: 'ACTIVE' } });
  });

  it('declines', async () => {
    expect(await invited(false)).toMatchObject({ outcome: 'done', result: { state: 'DECLINED' } });
  });
});

describe('unbind and close-account', () => {
  const bound = async () => {
    world = await openTaskWorld();
    await world.office.act({ kind: 'bind', request: world.request('sibling', 'sibling') }, 'k');
    const [binding] = await world.office.bindings(world.key('payer'));
    return binding?.bindingNo ?? '';
  };

  it('the payer removes', async () => {
    const input = { bindingNo: await bound(), how: 'remove', person: await world.person('payer') };
    const told = await settled(await world.talk('payer'), 'unbind', input);
    expect(told).toMatchObject({ outcome: 'done', result: { state: 'ENDED' } });
    expect(await world.store.applicationsOf(await world.person('payer'))).toMatchObject([{ kind: 'unbind' }]);
  });

  it('the dependent leaves', async () => {
    const input = { bindingNo: await bound(), how: 'exit', person: await world.person('sibling') };
    const told = await settled(await world.talk('sibling'), 'unbind', input);
    expect(told).toMatchObject({ outcome: 'done', result: { state: 'ENDED' } });
  });

  it('closing tells how many relations ended, and that there was nothing to end', async () => {
    await bound();
    const input = { person: await world.person('payer') };
    const talk = await world.talk('payer');
    expect(await settled(talk, 'close-account', input)).toMatchObject({
      outcome: 'done',
      result: { ended: 1 },
    });
    expect(await settled(talk, 'close-account', input)).toMatchObject({
      outcome: 'refused',
      result: { code: 'not_found' },
    });
  });
});

describe('query and look-up-records', () => {
  const asked = async (object: string) => {
    world = await openTaskWorld(
      household('320000', {
        bindings: [
          {
            payer: 'payer',
            dependent: 'father',
            relation: 'parent',
            region: '320000',
            submittedOn: 'today-9',
          },
        ],
        settlements: [
          {
            patient: 'father',
            on: 'today-2',
            place: '医院',
            totalFen: 900,
            fundFen: 400,
            sharedFen: 500,
            payer: 'payer',
          },
        ],
        refunds: [{ person: 'payer', on: 'today-1', amountFen: 70 }],
      }),
    );
    const talk = await world.talk('payer');
    await settled(talk, 'bind', await bindInput('spouse', 'spouse', { region: '320000' }));
    return settled(talk, 'query', { person: await world.person('payer'), object });
  };
  const at = '2026-11-24T02:00:00.000Z';

  it.each([
    ['members', [{ role: 'payer', otherName: '乙*', state: 'PENDING_CONFIRM' }, { otherName: '丙*' }]],
    ['balance', [{ balanceFen: 500_000, pastYearsFen: 300_000, state: 'normal' }]],
    ['spending', [{ patientName: '丙*', sharedFen: 500, on: '2026-11-22' }]],
    ['refund', [{ amountFen: 70, state: 'done' }]],
    ['invitations', []],
    [
      'applications',
      [
        { kind: 'bind', state: 'PENDING_CONFIRM', dependentName: '乙*', relation: 'spouse' },
        { kind: 'bind' },
      ],
    ],
  ])('%s', async (object, items) => {
    expect(await asked(object)).toMatchObject({ outcome: 'done', result: { object, items, at } });
  });

  it('the facts of the records', async () => {
    world = await openTaskWorld();
    const input = { person: await world.person('payer'), relation: 'child', region: '130000' };
    expect(await settled(await world.talk('payer'), 'look-up-records', input)).toMatchObject({
      outcome: 'done',
      result: { at, facts: { 'binding.state': 'none', 'dependent.age': 10 } },
    });
  });

  it('a person the office does not know is refused', async () => {
    world = await openTaskWorld();
    const stranger = { name: '无名', documentType: 'passport', documentNumber: 'X9999999' } as const;
    const person = await world.store.remember(stranger);
    const talk = await world.talk('payer');
    const refused = { outcome: 'refused', result: { code: 'not_found' } };
    expect(await settled(talk, 'query', { person, object: 'balance' })).toMatchObject(refused);
    expect(await settled(talk, 'look-up-records', { person })).toMatchObject(refused);
  });
});

describe('what a task lets out', () => {
  it('never a full name or a number, in results, refusals, records or logs', async () => {
    world = await openTaskWorld(household('320000'));
    const talk = await world.talk('payer');
    await settled(talk, 'bind', await bindInput('spouse', 'spouse', { region: '320000' }));
    await settled(talk, 'bind', await bindInput('child', 'sibling', { region: '320000' }));
    for (const object of ['members', 'applications', 'invitations']) {
      await settled(talk, 'query', { person: await world.person('payer'), object });
    }
    await settled(talk, 'bind', { payer: 'p', dependent: world.key('child').documentNumber, relation: 'x' });
    const records = await world.store.applicationsOf(await world.person('payer'));
    const out = JSON.stringify([await world.mail(talk), records, world.log]);
    for (const id of ['payer', 'spouse', 'child']) {
      expect(out).not.toContain(world.key(id).documentNumber);
      expect(out).not.toContain(world.key(id).name);
    }
  });
});

describe('a task that cannot be run', () => {
  it.each([
    ['unknown', 'fly-to-the-moon', {}],
    ['given unusable input', 'bind', { relation: 'uncle' }],
    ['about a person the vault has forgotten', 'close-account', { person: 'p_gone' }],
  ])('%s ends as failed at once', async (_what, name, input) => {
    world = await openTaskWorld();
    const told = await settled(await world.talk('payer'), name, input);
    expect(told).toMatchObject({ outcome: 'failed', result: { code: 'bad_input', uncertain: false } });
  });

  it('is not run again once settled', async () => {
    world = await openTaskWorld();
    const talk = await world.talk('payer');
    const id = await world.submit(talk, 'close-account', { person: await world.person('payer') });
    await world.clerk.run(id);
    await world.clerk.run(id);
    expect(await world.mail(talk)).toHaveLength(1);
  });
});

describe('the registry', () => {
  it('knows every task by the name flows use', () => {
    expect(Object.keys(TASKS).toSorted()).toEqual([
      'allocate',
      'answer-invitation',
      'bind',
      'check-invitation',
      'close-account',
      'erase-data',
      'look-up-records',
      'pay-premium',
      'query',
      'set-payer-order',
      'set-quota',
      'unbind',
      'view-data',
    ]);
  });
});
