import { afterEach, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/domain/ids.ts';
import { createOfficeFeed } from '../../src/tasks/office-feed.ts';
import { household } from '../portals/world.ts';
import { openTaskWorld, pledge, type TaskWorld } from './world.ts';

let world: TaskWorld;
afterEach(() => world.end());

const feedOf = ({ store, office }: TaskWorld) => createOfficeFeed({ store, vault: store, portal: office });
const news = async (talk: ConversationId) => (await world.mail(talk)).filter(({ kind }) => kind === 'office');

/** The payer binds somebody through us; the conversation it happened in. */
async function bound(region: string, dependent: string, relation: string): Promise<ConversationId> {
  world = await openTaskWorld(household(region));
  const talk = await world.talk('payer');
  const input = {
    payer: await world.person('payer'),
    dependent: await world.person(dependent),
    relation,
    region,
    pledge,
  };
  await world.clerk.run(await world.submit(talk, 'bind', input));
  return talk;
}

describe('news of the office', () => {
  it('an invitation reaches every conversation of the relative', async () => {
    await bound('320000', 'spouse', 'spouse');
    const spouse = await world.talk('spouse');
    await feedOf(world).drain();
    expect(await news(spouse)).toMatchObject([
      {
        event: 'invitation.sent',
        params: { payerName: '甲*', relation: 'spouse', expiresOn: '2026-12-01' },
      },
    ]);
  });

  it('what the task has told is not told again', async () => {
    const payer = await bound('320000', 'child', 'child');
    await feedOf(world).drain();
    expect(await news(payer)).toEqual([]);
  });

  it('an answer of the relative reaches the conversation that applied, and our record', async () => {
    const payer = await bound('320000', 'spouse', 'spouse');
    await feedOf(world).drain();
    await world.office.happen({ event: 'decline_invitation' });
    await feedOf(world).drain();
    expect(await news(payer)).toMatchObject([
      { event: 'application.changed', params: { state: 'DECLINED', dependentName: '乙*' } },
    ]);
    const [record] = await world.store.applicationsOf(await world.person('payer'));
    expect(record?.state).toBe('DECLINED');
  });

  it('a rejection says why and which papers are wanted', async () => {
    const payer = await bound('440000', 'child', 'child');
    const materials = ['household_register'];
    await world.office.happen({ event: 'reject', reason: 'materials_needed', materials });
    await feedOf(world).drain();
    expect(await news(payer)).toMatchObject([
      { params: { state: 'REJECTED', reason: 'materials_needed', materials } },
    ]);
  });

  it('an application made elsewhere reaches the newest conversation of the payer', async () => {
    world = await openTaskWorld(household('440000'));
    await world.office.act({ kind: 'bind', request: world.request('child', 'child') }, 'elsewhere');
    const payer = await world.talk('payer');
    await world.office.happen({ event: 'approve' });
    await feedOf(world).drain();
    expect(await news(payer)).toMatchObject([{ event: 'application.changed', params: { state: 'ACTIVE' } }]);
  });

  it('the end of a relation reaches both sides, and our record', async () => {
    const payer = await bound('130000', 'sibling', 'sibling');
    const sibling = await world.talk('sibling');
    await world.office.happen({ event: 'end_binding', reason: 'death' });
    await feedOf(world).drain();
    expect(await news(payer)).toMatchObject([
      { event: 'binding.ended', params: { role: 'payer', otherName: '己*', reason: 'death' } },
    ]);
    expect(await news(sibling)).toMatchObject([
      { event: 'relation.active', params: { payerName: '甲*' } },
      { event: 'binding.ended', params: { role: 'dependent', otherName: '甲*' } },
    ]);
    const [record] = await world.store.applicationsOf(await world.person('payer'));
    expect(record?.state).toBe('ENDED');
  });

  it('who ended it is not told, the other side is', async () => {
    const payer = await bound('130000', 'sibling', 'sibling');
    const sibling = await world.talk('sibling');
    const [binding] = await world.office.bindings(world.key('sibling'));
    const input = { person: await world.person('sibling'), bindingNo: binding?.bindingNo ?? '', how: 'exit' };
    await world.clerk.run(await world.submit(sibling, 'unbind', input));
    await feedOf(world).drain();
    expect(await news(sibling)).toMatchObject([{ event: 'relation.active' }]);
    expect(await news(payer)).toMatchObject([{ event: 'binding.ended', params: { reason: 'exit' } }]);
  });

  it('delivered twice is told once', async () => {
    const payer = await bound('440000', 'child', 'child');
    await world.office.happen({ event: 'approve' });
    world.office.setFault({ how: 'duplicate', on: 'changes', times: 5 });
    await feedOf(world).drain();
    await feedOf(world).drain();
    expect(await news(payer)).toHaveLength(1);
  });

  it('is read again from where it was when writing failed', async () => {
    const payer = await bound('440000', 'child', 'child');
    await world.office.happen({ event: 'approve' });
    const broken = { ...world.store, recordChanges: () => Promise.reject(new Error('disk')) };
    const failing = createOfficeFeed({ store: broken, vault: world.store, portal: world.office });
    await expect(failing.drain()).rejects.toThrow('disk');
    await feedOf(world).drain();
    expect(await news(payer)).toHaveLength(1);
  });

  it('that comes while it is being read is read as well', async () => {
    const payer = await bound('440000', 'child', 'child');
    const feed = feedOf(world);
    world.office.onChange(() => void feed.drain());
    const first = feed.drain();
    await world.office.happen({ event: 'approve' });
    await first;
    await feed.drain();
    expect(await news(payer)).toHaveLength(1);
  });

  it('of somebody we do not know concerns nobody here', async () => {
    world = await openTaskWorld(household('320000'));
    await world.office.act({ kind: 'bind', request: world.request('spouse', 'spouse') }, 'k');
    const child = await world.talk('child');
    await feedOf(world).drain();
    expect(await news(child)).toEqual([]);
    expect(await world.store.cursor('simulated')).toBe(2);
  });

  it('never holds a full name or a number', async () => {
    const payer = await bound('320000', 'spouse', 'spouse');
    const spouse = await world.talk('spouse');
    await world.office.happen({ event: 'accept_invitation' });
    await world.office.happen({ event: 'end_binding', reason: 'move' });
    await feedOf(world).drain();
    const told = JSON.stringify([await world.mail(payer), await world.mail(spouse)]);
    for (const id of ['payer', 'spouse']) {
      expect(told).not.toContain(world.key(id).documentNumber);
      expect(told).not.toContain(world.key(id).name);
    }
  });
});
