/** The page 我的数据 over a real store: who may look, what is shown, and that each act does what it says. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkId, PersonRef } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { digestOf, newSecureToken } from '../../src/domain/secure-token.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';
import { createSecureDesk, type SecureDesk } from '../../src/secure/secure-desk.ts';
import type { SubmitResult } from '../../src/secure/views.ts';
import { BACKENDS } from '../store/backends.ts';
import { begun, commitOf, countedRandom, openWorld, part, taskId, type World } from '../store/world.ts';

const knowledge = loadKnowledge(join(import.meta.dirname, '..', '..', 'knowledge'));
const CHEN = { name: '陈示例', documentType: 'resident_id', documentNumber: '990101199001011232' } as const;
const [REGION] = [...knowledge.regions.keys()].filter((code) => code !== '000000');
const random = countedRandom('my data');
const PASS = newSecureToken((size) => random.bytes(size));
const OTHER_PASS = newSecureToken((size) => random.bytes(size));

/** Memory is enough: what the databases differ in is tested in test/store. */
const [memory] = BACKENDS;
if (memory === undefined) throw new Error('No database');

describe('the page 我的数据', () => {
  let world: World;
  let desk: SecureDesk;
  let person: PersonRef;
  let conversation: string;
  let links = 0;
  beforeEach(async () => {
    world = await openWorld(memory);
    const { store } = world;
    const identity = createDemoIdentity({ people: [], clock: world.clock, random, tell: () => {} });
    const { clock } = world;
    desk = createSecureDesk({
      links: store,
      vault: store,
      data: store,
      mailbox: store,
      identity,
      knowledge,
      clock,
    });
    person = await store.remember(CHEN);
    const begunTalk = await begun(world, 'chen');
    conversation = begunTalk.id;
    const profile = {
      ...begunTalk.profile,
      person: { ref: person, maskedName: '陈*例', until: '2026-11-24T09:00:00.000Z' },
      facts: { 'payer.scheme': { value: 'employee' } },
    };
    await store.commitTurn(
      commitOf({ ...begunTalk, profile }, [1], { replies: [part('planted <b>words</b>')] }),
    );
    for (const { outbound } of await store.duePartsOf(begunTalk.id)) await store.markSent(outbound.key);
    const given = { version: '2026-01', digest: 'd'.repeat(64), conversation: begunTalk.id };
    await store.giveConsent({ person, purpose: 'identity', ...given });
    const signedAt = '2026-11-24T08:00:00.000Z';
    await store.keepPledge({ person, ...given, signature: '陈示例', signedAt });
    await store.reveal(person, { conversation: begunTalk.id, purpose: 'task:bind' });
  });
  afterEach(() => world.end());

  async function newLink(): Promise<string> {
    const token = newSecureToken((size) => random.bytes(size));
    const now = await world.store.conversation(conversation as never);
    if (now === undefined) throw new Error('No conversation');
    links += 1;
    const link = {
      id: `l_${links}` as LinkId,
      tokenDigest: digestOf(token),
      purpose: 'my_data' as const,
      context: { person },
      expiresAt: world.clock.now() + 1_800_000,
    };
    await world.store.commitTurn(commitOf(now, [], { links: [link] }));
    return token;
  }
  const act = (token: string, fields: JsonObject): Promise<SubmitResult> =>
    desk.submit(token, { pass: PASS, ...fields });
  const audited = async (action: string) =>
    (
      await world.opened.db.selectFrom('audit').select(['data', 'n']).where('action', '=', action).execute()
    ).map(({ data }) => JSON.parse(data));
  const waiting = async () =>
    (await world.store.due(conversation as never))?.items.map(({ content }) => content);

  it('shows nothing of anybody when the link is merely opened', async () => {
    const view = JSON.stringify(await desk.open(await newLink()));
    for (const planted of [CHEN.name, CHEN.documentNumber, person]) expect(view).not.toContain(planted);
  });

  it('shows everything to the browser that asked first, and nothing to any other', async () => {
    const token = await newLink();
    const shown = await act(token, { act: 'view' });
    expect(shown).toMatchObject({ ok: true, next: 'sheet' });
    expect(JSON.stringify(shown)).toContain(CHEN.name);
    expect(JSON.stringify(shown)).not.toContain(CHEN.documentNumber);
    expect(await act(token, { act: 'view' })).toMatchObject({ ok: true });
    for (const pass of [OTHER_PASS, '', 'short']) {
      const taken = await desk.submit(token, { act: 'view', pass });
      expect(taken).toMatchObject({ ok: false, errors: [{ reply: 'secure.error.my_data_taken' }] });
      expect(JSON.stringify(taken)).not.toContain(CHEN.name);
    }
  });

  it('is shut when its time is over, also to the browser that had it', async () => {
    const token = await newLink();
    await act(token, { act: 'view' });
    world.clock.advance(1_800_000);
    expect(await act(token, { act: 'view' })).toMatchObject({ ok: false, state: 'lapsed' });
  });

  it('tells class by class what is kept, until when and why, and who looked', async () => {
    const shown = await act(await newLink(), { act: 'view' });
    if (!shown.ok || shown.next !== 'sheet') throw new Error('no sheet');
    const { sections, consents, looks } = shown.sheet;
    expect(sections.map(({ id }) => id)).toEqual([
      'identity',
      'pledges',
      'conversations',
      'messages',
      'applications',
      'cases',
    ]);
    expect(JSON.stringify(sections[1])).toMatch(/最晚 2029-11-23 删除/u);
    expect(sections.every(({ keeps, why, seenBy }) => keeps !== '' && why !== '' && seenBy !== '')).toBe(
      true,
    );
    expect(consents.map(({ endsAll }) => endsAll).sort()).toEqual([false, true]);
    expect(looks.map(({ value }) => value)).toEqual(['办理程序：本人打开“我的数据”', '办理程序：绑定']);
  });

  it('lists a look of staff by who and why, whichever room wrote it', async () => {
    await world.store.noteReveal({
      id: 'v_1',
      person,
      conversation: conversation as never,
      case: 'k_1' as never,
      by: { id: 'clerk-7', displayName: '示例 小王' },
      key: 'press-1',
      reason: '核对姓名',
      expiresAt: world.clock.now() + 60_000,
    });
    const shown = await act(await newLink(), { act: 'view' });
    if (!shown.ok || shown.next !== 'sheet') throw new Error('no sheet');
    expect(shown.sheet.looks.map(({ value }) => value)).toContain('服务人员（clerk-7）：核对姓名');
  });

  it('gives a copy with everything, for machines and for people, harmless as a page', async () => {
    const copy = await act(await newLink(), { act: 'copy' });
    if (!copy.ok || copy.next !== 'copy') throw new Error('no copy');
    expect(JSON.parse(copy.json)).toMatchObject({
      person: CHEN,
      pledges: [{ signature: '陈示例' }],
      talks: [{ lines: [{ who: 'citizen' }, { who: 'bot', text: 'planted <b>words</b>' }] }],
    });
    expect(copy.html).toContain(CHEN.documentNumber);
    expect(copy.html).toContain('planted &lt;b&gt;words&lt;/b&gt;');
    expect(/<title>(.*)<\/title>/u.exec(copy.html)?.[1]).not.toContain(CHEN.name);
    expect(await audited('person.revealed')).toContainEqual({ person, purpose: 'secure:my_data_copy' });
  });

  it('corrects what is ours, through the mailbox of the conversation, and nothing else', async () => {
    const token = await newLink();
    expect(await act(token, { act: 'correct', region: 'nowhere' })).toMatchObject({
      errors: [{ field: 'region' }],
    });
    expect(await act(token, { act: 'correct', region: REGION as string })).toMatchObject({
      next: 'sheet',
      notice: 'corrected',
    });
    expect(await act(token, { act: 'correct', salutation: '陈老师<script>' })).toMatchObject({
      errors: [{ field: 'salutation' }],
    });
    expect(await act(token, { act: 'correct', salutation: '陈老师' })).toMatchObject({
      sheet: { salutation: '陈老师' },
    });
    await act(token, { act: 'correct', forget: true });
    expect(await waiting()).toMatchObject([
      { kind: 'secure.done', purpose: 'my_data', slots: { region: REGION } },
      { slots: { salutation: '陈老师' } },
      { slots: { forget: 'facts' } },
    ]);
    const rows = await world.opened.db.selectFrom('salutations').select('sealed').execute();
    expect(JSON.stringify(rows)).not.toContain('陈');
    expect(await world.store.salutationOf(person)).toBe('陈老师');
    await act(token, { act: 'correct', salutation: '' });
    expect(await world.store.salutationOf(person)).toBeUndefined();
  });

  it('takes a signed consent back by one press: recorded, strokes destroyed, twice is once', async () => {
    const token = await newLink();
    const before = await world.store.everythingOf(person);
    const consent = before?.consents.find(({ purpose }) => purpose === 'pledge')?.id as string;
    expect(await act(token, { act: 'withdraw', consent })).toMatchObject({ notice: 'withdrawn' });
    expect(await act(token, { act: 'withdraw', consent })).toMatchObject({ ok: true });
    expect(await audited('consent.withdrawn')).toEqual([{ person, consent }]);
    const after = await world.store.everythingOf(person);
    expect(after?.pledges[0]).not.toHaveProperty('signature');
    expect(await waiting()).toMatchObject([{ slots: { withdrawn: 'pledge' } }]);
    expect(await act(token, { act: 'withdraw', consent: 'g_of_another' })).toMatchObject({ ok: false });
    expect((await world.opened.verifyAudit()).broken).toEqual([]);
  });

  it('deletes after a yes alone, with a receipt that the audit bears out', async () => {
    const token = await newLink();
    expect(await act(token, { act: 'erase' })).toMatchObject({ ok: false, errors: [{ field: 'confirmed' }] });
    const done = await act(token, { act: 'erase', confirmed: true });
    if (!done.ok || done.next !== 'erased') throw new Error('not erased');
    expect(done.receipt).toMatch(/^SC-[0-9A-F]{4}-[0-9A-F]{4}$/u);
    expect(done.lines).toHaveLength(4);
    expect(await world.store.reveal(person)).toBeUndefined();
    expect(await waiting()).toMatchObject([{ purpose: 'my_data', slots: { receipt: done.receipt } }]);
    expect(await world.store.checkReceipt(done.receipt)).toMatchObject({
      holds: true,
      destroyed: { identity: 1, pledges: 1, keys: 1 },
    });
    // The back button, or a second press.
    expect(await act(token, { act: 'erase', confirmed: true })).toMatchObject({ ok: false, state: 'used' });
    expect(await act(token, { act: 'view' })).toMatchObject({ ok: false, state: 'used' });
  });

  it('a receipt whose audit was touched, or that nobody gave, does not hold', async () => {
    const done = await act(await newLink(), { act: 'erase', confirmed: true });
    if (!done.ok || done.next !== 'erased') throw new Error('not erased');
    expect(await world.store.checkReceipt('SC-0000-0000')).toBeUndefined();
    const { db } = world.opened;
    await db.updateTable('erasures').set({ destroyed: '{"identity":0}' }).execute();
    expect(await world.store.checkReceipt(done.receipt)).toMatchObject({ holds: false });
  });

  it('taking back the consent to keep name and document is the deletion', async () => {
    const stored = await world.store.everythingOf(person);
    const consent = stored?.consents.find(({ purpose }) => purpose === 'identity')?.id as string;
    const done = await act(await newLink(), { act: 'withdraw', consent });
    expect(done).toMatchObject({ ok: true, next: 'erased' });
    expect(await world.store.everythingOf(person)).toBeUndefined();
  });

  it('deletes nothing while an act of this person is under way, and says so', async () => {
    const token = await newLink();
    const now = await world.store.conversation(conversation as never);
    if (now === undefined) throw new Error('No conversation');
    const task = { id: taskId(), name: 'bind', input: {} };
    await world.store.commitTurn(commitOf(now, [], { tasks: [task] }));
    expect(await act(token, { act: 'erase', confirmed: true })).toMatchObject({
      ok: false,
      state: 'open',
      errors: [{ reply: 'secure.error.my_data_busy' }],
    });
    expect(await world.store.reveal(person)).toMatchObject(CHEN);
  });

  it('has words for everything it may have to say', () => {
    const ids = [...knowledge.replies.keys()].filter((id) => id.startsWith('secure.my_data.'));
    expect(ids.length).toBeGreaterThan(40);
  });
});
