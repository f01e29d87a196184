/** SIGTERM under load: what was acknowledged is answered by this process or the next, once; and it ends in time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { keyFileRing } from '../../src/store/key-file.ts';
import { openStore } from '../../src/store/open.ts';
import { countedRandom } from '../store/world.ts';
import { citizen, startServer } from './running.ts';

const CITIZENS = 12;
const SOON = { timeout: 30_000, interval: 100 };

let dir: string;
beforeEach(async () => {
  await buildPages({ force: false });
  dir = mkdtempSync(join(tmpdir(), 'gongji-stop-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('no acknowledged message is lost, none is answered twice, and readiness goes first', async () => {
  const env = { GONGJI_DATA: dir, GONGJI_LOG: 'info' };
  const first = await startServer(env);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  const acknowledged: string[] = [];
  let isEnding = false;
  let isTold = false;
  // Once: a second signal may meet a process that is nearly gone and no longer listens.
  const terminate = () => {
    if (!isTold) first.terminate();
    isTold = true;
  };
  const talking = Array.from({ length: CITIZENS }, async (_, index) => {
    const one = citizen(first.url);
    await one.open();
    for (let n = 0; !isEnding && n < 25; n += 1) {
      const text = `第${index}人问第${n}句：家庭共济是什么`;
      const answer = await one.say({ text }, `message-${n}`).catch(() => undefined);
      if (answer?.status === 202) acknowledged.push(text);
      if (acknowledged.length === CITIZENS * 3) terminate();
      if (answer === undefined || answer.status >= 500) isEnding = true;
    }
  });
  const from = performance.now();
  void Promise.all(talking).then(terminate);
  expect(await first.ended).toBe(0);
  expect(performance.now() - from).toBeLessThan(60_000);
  await Promise.all(talking);
  expect(acknowledged.length).toBeGreaterThanOrEqual(CITIZENS * 3);
  expect(first.logged()).toContain('"event":"app.stopped"');
  expect(first.logged()).not.toContain('turn.failed');

  // The next process takes up what is left.
  const second = await startServer(env);
  await vi.waitFor(async () => {
    const { checks } = (await (await fetch(`${second.url}/readyz`)).json()) as {
      readonly checks: { readonly inboxWaiting: number; readonly outboxPending: number };
    };
    expect(checks).toMatchObject({ inboxWaiting: 0, outboxPending: 0 });
  }, SOON);
  expect(await second.stop()).toBe(0);

  const random = countedRandom('stop');
  const opened = await openStore({
    url: `sqlite://${join(dir, 'gongji.sqlite')}`,
    clock: { now: () => Date.now() },
    random,
    vaultKey: keyFileRing(join(dir, 'vault.key'), random),
    isVisitor: true,
  });
  try {
    const inbox = await opened.db.selectFrom('inbox').selectAll().where('kind', '=', 'text').execute();
    const turns = await opened.db.selectFrom('turns').select(['conversation_id', 'seqs']).execute();
    const taken = turns.flatMap(({ conversation_id, seqs }) =>
      (JSON.parse(seqs) as readonly number[]).map((seq) => `${conversation_id}:${seq}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    const written = new Map(
      inbox.map((row) => [(JSON.parse(row.content) as { readonly text: string }).text, row]),
    );
    const lost = acknowledged.filter((text) => {
      const row = written.get(text);
      return row === undefined || !taken.includes(`${row.conversation_id}:${row.seq}`);
    });
    expect(lost).toEqual([]);
    expect(inbox.filter(({ dead }) => dead === 1)).toEqual([]);
    expect((await opened.verifyAudit()).broken).toEqual([]);
  } finally {
    await opened.close();
  }
});
