/** Which knowledge a conversation is answered from: new versions, pinned ones, withdrawn entries. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { createPlayer, type Played, type Player } from '../src/cli/player.ts';
import { createEditions } from '../src/editions.ts';
import type { Knowledge } from '../src/knowledge/knowledge.ts';
import { ruleAt } from '../src/knowledge/lookup.ts';
import { kindOf, withoutWithdrawn } from '../src/knowledge/withdrawn.ts';
import { openLibrary } from '../src/library.ts';
import { createLog } from '../src/log.ts';
import { createHttpOffice } from '../src/portals/http/client.ts';
import { createDemoIdentity } from '../src/secure/demo-identity.ts';
import { leaveIntent } from '../src/withdrawals.ts';
import { LASTING } from './store/backends.ts';
import { countedRandom, VAULT_KEY } from './store/world.ts';

const library = openLibrary();
const { understander } = library;
const TODAY = '2026-11-22';

/** The shipped knowledge under another version, in which every answer ends with that version. */
function edition(version: string): Knowledge {
  const faq = new Map(
    [...library.knowledge.faq].map(([id, entry]) => [id, { ...entry, body: `${entry.body}\n${version}` }]),
  );
  return { ...library.knowledge, version, faq };
}

describe('the versions a process holds', () => {
  test('one asked for is given while it is among the last five old ones', () => {
    const editions = createEditions({ knowledge: edition('v0'), understander });
    for (const version of ['v1', 'v2', 'v3', 'v4', 'v5'])
      editions.publish({ knowledge: edition(version), understander });
    expect(editions.of('v0').knowledge.version).toBe('v0');
    editions.publish({ knowledge: edition('v6'), understander });
    expect(editions.of('v0').knowledge.version).toBe('v6');
    expect(editions.of('v1').knowledge.version).toBe('v1');
    expect(editions.of().knowledge.version).toBe('v6');
  });

  test('a version that comes back is the newest and kept once', () => {
    const editions = createEditions({ knowledge: edition('v0'), understander });
    editions.publish({ knowledge: edition('v1'), understander });
    editions.publish({ knowledge: edition('v0'), understander });
    expect(editions.of().knowledge.version).toBe('v0');
    expect(editions.of('v1').knowledge.version).toBe('v1');
  });

  test('what is withdrawn is missing from old versions and from those that come later', () => {
    const editions = createEditions({ knowledge: edition('v0'), understander });
    editions.publish({ knowledge: edition('v1'), understander });
    editions.withdraw([{ kind: 'faq', id: 'bind-consent' }]);
    editions.publish({ knowledge: edition('v2'), understander });
    for (const version of ['v0', 'v1', 'v2']) {
      expect(editions.of(version).knowledge.faq.get('bind-consent')?.status).toBe('unverified');
    }
    editions.withdraw([]);
    expect(editions.of().knowledge).toBe(editions.whole().knowledge);
  });
});

describe('withdrawn knowledge', () => {
  const [code, rule] = ['000000', 'max_at_once'] as const;

  test('has another version, which tells rules from answers', () => {
    const answer = withoutWithdrawn(library.knowledge, [{ kind: 'faq', id: 'bind-consent' }]);
    const cause = withoutWithdrawn(library.knowledge, [{ kind: 'cause', id: 'already_paid' }]);
    const versions = [library.knowledge, answer, cause].map(({ version }) => version);
    expect(new Set(versions).size).toBe(3);
    expect(answer.version).toMatch(/-a/u);
    expect(cause.version).toMatch(/-r/u);
  });

  test('a withdrawn rule may not be told, and hides the one above it', () => {
    const region = [...library.knowledge.regions.values()].find(
      (one) => one.code !== code && one.rules.relations_allowed !== undefined,
    );
    const id = `${region?.code}/relations_allowed`;
    const left = withoutWithdrawn(library.knowledge, [{ kind: 'rule', id }]);
    const found = ruleAt(left, 'relations_allowed', String(region?.code), TODAY);
    expect(found).toMatchObject({ region: region?.code, status: 'unverified' });
    expect(ruleAt(left, rule, code, TODAY)).toEqual(ruleAt(library.knowledge, rule, code, TODAY));
  });

  test('a withdrawn cause is no cause any more', () => {
    const left = withoutWithdrawn(library.knowledge, [{ kind: 'cause', id: 'already_paid' }]);
    expect(left.causes.has('already_paid')).toBe(false);
    expect(library.knowledge.causes.has('already_paid')).toBe(true);
  });

  test.each([
    ['bind-consent', 'faq'],
    ['already_paid', 'cause'],
    ['000000/relations_allowed', 'rule'],
    ['000000/entry.bind', 'rule'],
    ['000000/no_such_rule', undefined],
    ['nothing', undefined],
  ])('%s names %s', (id, kind) => {
    expect(kindOf(library.knowledge, id)).toBe(kind);
  });
});

describe('a conversation', () => {
  let player: Player;
  beforeEach(async () => {
    player = await createPlayer({ knowledge: edition('v0'), understander, asOf: TODAY });
  });
  afterEach(async () => {
    expect(player.faults).toEqual([]);
    await player.stop();
  });

  const say = async (text: string): Promise<Played> =>
    (await player.play({ conversation: 'me', text }))[0] as Played;
  const words = ({ replies }: Played) => replies.map(({ text }) => text).join('\n');
  const publish = (version: string) =>
    player.app.editions.publish({ knowledge: edition(version), understander });
  const withdraw = async (kind: 'faq' | 'cause' | 'rule', id: string) => {
    await player.app.store.withdraw({ kind, id, reason: '错了', by: 'lin' });
    await player.app.refreshWithdrawals();
  };

  test('without a task is answered from the newest version', async () => {
    expect(words(await say('家庭共济是什么'))).toContain('v0');
    publish('v1');
    expect(words(await say('家庭共济是什么'))).toContain('v1');
  });

  test('keeps the version its task began with until the task is done', async () => {
    await say('我要绑定家庭共济');
    publish('v1');
    expect(words(await say('家庭共济是什么'))).toContain('v0');
    await say('取消');
    expect(words(await say('家庭共济是什么'))).toContain('v1');
  });

  test('whose version is no longer kept goes on with the newest', async () => {
    await say('我要绑定家庭共济');
    for (const version of ['v1', 'v2', 'v3', 'v4', 'v5', 'v6']) publish(version);
    const answered = await say('家庭共济是什么');
    expect(words(answered)).toContain('v6');
    expect(answered.stack).toEqual(['bind']);
  });

  test('is not told a withdrawn answer, though its task is pinned to an older version', async () => {
    const first = await say('家庭共济是什么');
    const faq = String(first.replies[0]?.params.faq);
    await say('我要绑定家庭共济');
    publish('v1');
    await withdraw('faq', faq);
    const answered = await say('家庭共济是什么');
    expect(answered.replies.map(({ params }) => params.faq)).not.toContain(faq);
    // The task goes on where it was: no rule of it has changed.
    expect(answered.replies.map(({ id }) => id)).not.toContain('repair.flow_renewed');
  });

  test('does not hear a withdrawn answer by asking for it once more', async () => {
    const first = await say('家庭共济是什么');
    await withdraw('faq', String(first.replies[0]?.params.faq));
    expect((await say('再说一遍')).replies.map(({ id }) => id)).toEqual(['answer.not_published']);
  });

  test('begins its task anew from its answers when a rule is withdrawn meanwhile', async () => {
    await say('给我妈绑定家庭共济');
    await withdraw('rule', '000000/relations_allowed');
    const next = await say('等一下');
    expect(next.replies.map(({ id }) => id)).toContain('repair.flow_renewed');
    expect(next.stack).toEqual(['bind']);
    expect((await say('等一下')).replies.map(({ id }) => id)).not.toContain('repair.flow_renewed');
  });

  test('is told again what was restored', async () => {
    const first = await say('家庭共济是什么');
    const faq = String(first.replies[0]?.params.faq);
    await withdraw('faq', faq);
    await player.app.store.restore({ id: faq, by: 'lin' });
    await player.app.refreshWithdrawals();
    expect((await say('家庭共济是什么')).replies[0]?.params.faq).toBe(faq);
  });
});

async function openProcess(storeUrl: string, name: string, intents?: string): Promise<App> {
  const clock = { now: () => Date.parse('2026-11-22T01:00:00Z') };
  const random = countedRandom(name);
  const app = await createApp({
    ...library,
    storeUrl,
    // Several processes have no simulated office, and nobody asks one here.
    portal: createHttpOffice({
      url: 'http://127.0.0.1:9',
      signing: { keyId: 'nobody', secret: 'nobody' },
      clock,
      random,
    }),
    vaultKey: VAULT_KEY,
    clock,
    random,
    log: createLog('silent'),
    identity: createDemoIdentity({ people: [], clock, random, tell: () => {} }),
    secureUrl: (token) => token,
    ...(intents === undefined ? {} : { intents }),
  });
  await app.start([]);
  return app;
}

const statusIn = (app: App, id: string) => app.editions.of().knowledge.faq.get(id)?.status;

describe.each(LASTING)('withdrawals in running processes on $name', (backend) => {
  test('an intent of the command line is taken up, kept in the store, and the file removed', async () => {
    const place = await backend.newPlace();
    const intents = mkdtempSync(join(tmpdir(), 'gongji-intents-'));
    const app = await openProcess(place.url, 'one', intents);
    leaveIntent(intents, { act: 'withdraw', kind: 'faq', id: 'bind-consent', reason: '错了', by: 'lin' }, 1);
    await app.refreshWithdrawals();
    expect(statusIn(app, 'bind-consent')).toBe('unverified');
    expect(readdirSync(intents)).toEqual([]);
    expect(await app.verifyAudit()).toMatchObject({ broken: [] });
    await app.stop();
    const later = await openProcess(place.url, 'later');
    expect(statusIn(later, 'bind-consent')).toBe('unverified');
    await later.stop();
    await place.remove();
  });

  test('an intent nobody can read is set aside and stops no other', async () => {
    const place = await backend.newPlace();
    const intents = mkdtempSync(join(tmpdir(), 'gongji-intents-'));
    writeFileSync(join(intents, '0-withdraw.json'), '{"act":"withdraw","id":');
    leaveIntent(intents, { act: 'withdraw', kind: 'faq', id: 'bind-consent', reason: '错了', by: 'lin' }, 1);
    const app = await openProcess(place.url, 'one', intents);
    expect(statusIn(app, 'bind-consent')).toBe('unverified');
    expect(readdirSync(intents)).toEqual(['0-withdraw.json.unreadable']);
    await app.stop();
    await place.remove();
  });
});

describe.each(LASTING.filter(({ name }) => name === 'PostgreSQL'))(
  'two running processes on $name',
  (backend) => {
    test('what one withdraws the other no longer says within five seconds, without being asked', async () => {
      const place = await backend.newPlace();
      const one = await openProcess(place.url, 'one');
      const other = await openProcess(place.url, 'two');
      const began = performance.now();
      await one.store.withdraw({ kind: 'faq', id: 'bind-consent', reason: '错了', by: 'lin' });
      await expect.poll(() => statusIn(other, 'bind-consent'), { timeout: 5_000 }).toBe('unverified');
      await expect.poll(() => statusIn(one, 'bind-consent'), { timeout: 5_000 }).toBe('unverified');
      expect(performance.now() - began).toBeLessThan(5_000);
      await one.stop();
      await other.stop();
      await place.remove();
    });
  },
);
