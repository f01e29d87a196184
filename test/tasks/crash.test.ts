/** The clerk is killed at every call it makes, before and after the call took effect. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { createClerk, MAX_ATTEMPTS, pauseMs } from '../../src/tasks/executor.ts';
import { farAway, household, twoPayers } from '../portals/world.ts';
import { dyingAt, openTaskWorld, pledge, type TaskWorld } from './world.ts';

interface Case {
  readonly name: string;
  /** The household unless given. */
  readonly fixture?: object;
  readonly by: string;
  /** Brings about what the act needs, and gives its input. */
  prepare(world: TaskWorld): Promise<JsonObject>;
  /** How many applications the act's person has handed in when it was done once. */
  applications(world: TaskWorld): Promise<number>;
}

const bindSpouse = (world: TaskWorld) =>
  world.office.act({ kind: 'bind', request: world.request('spouse', 'spouse') }, 'before');
const applicationsBy = (id: string) => async (world: TaskWorld) =>
  (await world.office.applications(world.key(id))).length;

const CASES: readonly Case[] = [
  {
    name: 'bind',
    by: 'payer',
    prepare: async (world) => ({
      payer: await world.person('payer'),
      dependent: await world.person('child'),
      relation: 'child',
      region: '320000',
      pledge,
    }),
    applications: applicationsBy('payer'),
  },
  {
    name: 'answer-invitation',
    by: 'spouse',
    prepare: async (world) => {
      await bindSpouse(world);
      const [invitation] = await world.office.invitations(world.key('spouse'));
      const invitationNo = invitation?.invitationNo ?? '';
      return { person: await world.person('spouse'), invitationNo, accept: true };
    },
    applications: async (world) => (await world.office.bindings(world.key('spouse'))).length,
  },
  {
    name: 'unbind',
    by: 'payer',
    prepare: async (world) => {
      await bindSpouse(world);
      const [binding] = await world.office.bindings(world.key('payer'));
      return { person: await world.person('payer'), bindingNo: binding?.bindingNo ?? '', how: 'remove' };
    },
    applications: async (world) => (await applicationsBy('payer')(world)) - 1,
  },
  {
    name: 'close-account',
    by: 'payer',
    prepare: async (world) => {
      await bindSpouse(world);
      return { person: await world.person('payer') };
    },
    applications: async (world) => (await applicationsBy('payer')(world)) - 1,
  },
  {
    name: 'set-payer-order',
    fixture: twoPayers('610000'),
    by: 'mother',
    prepare: async (world) => {
      const bindings = await world.office.bindings(world.key('mother'));
      // Newest first: the other way round than they are charged.
      return { person: await world.person('mother'), bindingNos: bindings.map(({ bindingNo }) => bindingNo) };
    },
    applications: applicationsBy('mother'),
  },
  {
    name: 'pay-premium',
    fixture: twoPayers('610000'),
    by: 'son',
    prepare: async (world) => {
      const [bill] = await world.office.premiums(world.key('son'));
      const { bindingNo = '', year = 0, amountFen = 0 } = bill ?? {};
      return { person: await world.person('son'), bindingNo, year, amountFen };
    },
    // The money is gone once, too.
    applications: async (world) => {
      const person = await world.office.person(world.key('son'));
      expect(person).toMatchObject({ account: { balanceFen: 460_000 } });
      return (await applicationsBy('son')(world)) - 1;
    },
  },
  {
    name: 'allocate',
    fixture: household('640000'),
    by: 'payer',
    prepare: async (world) => ({ person: await world.person('payer'), amountFen: 100_000 }),
    applications: async (world) => {
      const person = await world.office.person(world.key('payer'));
      expect(person).toMatchObject({ account: { poolFen: 100_000 } });
      return applicationsBy('payer')(world);
    },
  },
  {
    name: 'set-quota',
    fixture: farAway('130000', '320000'),
    by: 'payer',
    prepare: async (world) => ({
      person: await world.person('payer'),
      dependent: await world.person('father'),
      relation: 'parent',
      amountFen: 50_000,
      pledge,
    }),
    applications: async (world) => {
      const person = await world.office.person(world.key('payer'));
      expect(person).toMatchObject({ account: { quotaFen: 50_000 } });
      return applicationsBy('payer')(world);
    },
  },
];

/** Runs the task in a process that dies at its n-th call, then in one that lives. True if it did die. */
async function killedAt(n: number, when: 'before' | 'after', of: Case): Promise<boolean> {
  const world = await openTaskWorld(of.fixture ?? household('320000'));
  const input = await of.prepare(world);
  const talk = await world.talk(of.by);
  const id = await world.submit(talk, of.name, input);
  const before = world.office.acts().length;

  const dying = dyingAt(n, when, { store: world.store, portal: world.office });
  const { clock } = world;
  const doomed = createClerk({ tasks: dying.store, vault: dying.store, portal: dying.portal, clock });
  await doomed.run(id).catch(() => undefined);
  await world.clerk.run(id);

  const told = (await world.mail(talk)).filter(({ kind }) => kind === 'task.settled');
  expect(told, `killed ${when} call ${n}`).toMatchObject([{ name: of.name, outcome: 'done' }]);
  expect(world.office.acts().length - before).toBe(1);
  expect(world.office.acts().at(-1)?.times).toBe(1);
  expect(await of.applications(world)).toBe(1);
  await world.end();
  return dying.isDead();
}

describe('a clerk that is killed', () => {
  for (const of of CASES) {
    it.each(['before', 'after'] as const)(
      `${of.name}: killed %s any call, the office acts exactly once`,
      async (when) => {
        let n = 1;
        while (await killedAt(n, when, of)) n += 1;
        // openTask, reveal, prepareCall, act, finishCall, settleTask at the least.
        expect(n).toBeGreaterThan(6);
      },
    );
  }
});

describe('a deletion', () => {
  const killedAtErasing = async (n: number, when: 'before' | 'after'): Promise<boolean> => {
    const world = await openTaskWorld(household('130000'));
    const person = await world.person('payer');
    await world.store.keepPledge({
      person,
      version: '1',
      digest: 'd',
      signature: '甲',
      signedAt: pledge.signedAt,
    });
    const talk = await world.talk('payer');
    const id = await world.submit(talk, 'erase-data', { person });
    const dying = dyingAt(n, when, { store: world.store, portal: world.office });
    const { clock } = world;
    const doomed = createClerk({ tasks: dying.store, vault: dying.store, portal: dying.portal, clock });
    await doomed.run(id).catch(() => undefined);
    await world.clerk.run(id);
    const told = (await world.mail(talk)).filter(({ kind }) => kind === 'task.settled');
    expect(told, `killed ${when} call ${n}`).toMatchObject([
      { outcome: 'done', result: { receipt: expect.stringMatching(/^SC-/u) } },
    ]);
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await world.store.dataOf(person)).toMatchObject({ identity: 0, pledges: 0, conversations: 0 });
    expect((await world.verifyAudit()).broken).toEqual([]);
    await world.end();
    return dying.isDead();
  };

  it.each(['before', 'after'] as const)(
    'killed %s any call destroys all, and tells it once',
    async (when) => {
      let n = 1;
      while (await killedAtErasing(n, when)) n += 1;
      // openTask, eraseData, settleTask.
      expect(n).toBeGreaterThan(3);
    },
  );
});

describe('a time-out', () => {
  const bind = async (world: TaskWorld) => {
    const [bound] = CASES;
    const talk = await world.talk('payer');
    const id = await world.submit(talk, 'bind', (await bound?.prepare(world)) ?? {});
    return { talk, id };
  };

  it('after the work is found out at once, and the work is not repeated', async () => {
    const world = await openTaskWorld(household('320000'));
    const { talk, id } = await bind(world);
    world.office.setFault({ how: 'timeout_after', on: 'bind' });
    await world.clerk.run(id);
    expect(await world.mail(talk)).toMatchObject([{ outcome: 'done', result: { state: 'ACTIVE' } }]);
    expect(world.office.actCount(`${id}:bind`)).toBe(1);
    await world.end();
  });

  it('before the work is tried again after a pause, and meanwhile nothing is told', async () => {
    const world = await openTaskWorld(household('320000'));
    const { talk, id } = await bind(world);
    world.office.setFault({ how: 'timeout_before', on: 'bind' });
    await world.clerk.run(id);
    expect(await world.mail(talk)).toEqual([]);
    expect(await world.open(id)).toMatchObject({ attempts: 1 });
    await world.clerk.run(id);
    expect(await world.mail(talk)).toMatchObject([{ outcome: 'done' }]);
    expect(world.office.actCount(`${id}:bind`)).toBe(1);
    await world.end();
  });

  it('of the question after it as well is asked again before the work is repeated', async () => {
    const world = await openTaskWorld(household('320000'));
    const { talk, id } = await bind(world);
    world.office.setFault({ how: 'timeout_after', on: 'bind' });
    world.office.setFault({ how: 'timeout_before', on: 'outcome', times: 2 });
    await world.clerk.run(id);
    await world.clerk.run(id);
    expect(await world.mail(talk)).toEqual([]);
    await world.clerk.run(id);
    expect(await world.mail(talk)).toMatchObject([{ outcome: 'done' }]);
    expect(world.office.acts()).toHaveLength(1);
    await world.end();
  });

  it('is asked about before the act is sent again', async () => {
    const world = await openTaskWorld(household('320000'));
    const { id } = await bind(world);
    const calls: string[] = [];
    const { store, clock } = world;
    const portal = new Proxy(world.office, {
      get(office, name) {
        if (name === 'act' || name === 'outcomeOf') calls.push(name);
        return Reflect.get(office, name) as unknown;
      },
    });
    const clerk = createClerk({ tasks: store, vault: store, portal, clock });
    world.office.setFault({ how: 'timeout_before', on: 'bind' });
    world.office.setFault({ how: 'timeout_before', on: 'outcome' });
    await clerk.run(id);
    await clerk.run(id);
    expect(calls).toEqual(['act', 'outcomeOf', 'outcomeOf', 'act']);
    await world.end();
  });

  it('that does not end is told as failed after a bounded number of tries, as uncertain', async () => {
    const world = await openTaskWorld(household('320000'));
    const { talk, id } = await bind(world);
    world.office.setFault({ how: 'timeout_before', on: 'any', times: 1000 });
    for (let n = 1; n < MAX_ATTEMPTS; n += 1) await world.clerk.run(id);
    expect(await world.mail(talk)).toEqual([]);
    await world.clerk.run(id);
    expect(await world.mail(talk)).toMatchObject([
      { outcome: 'failed', result: { code: 'portal_timeout', uncertain: true } },
    ]);
    await world.end();
  });

  it('of a reading is retried and leaves nothing uncertain', async () => {
    const world = await openTaskWorld(household('320000'));
    const talk = await world.talk('payer');
    const input = { person: await world.person('payer'), object: 'balance' };
    const id = await world.submit(talk, 'query', input);
    world.office.setFault({ how: 'timeout_before', on: 'person' });
    await world.clerk.run(id);
    await world.clerk.run(id);
    expect(await world.mail(talk)).toMatchObject([{ outcome: 'done' }]);
    await world.end();
  });

  it('makes the pauses grow up to a bound', () => {
    expect([0, 1, 2].map(pauseMs)).toEqual([5_000, 10_000, 20_000]);
    expect(pauseMs(50)).toBe(15 * 60_000);
  });
});
