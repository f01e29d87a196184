import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Db } from '../../src/store/tables.ts';
import { LASTING } from './backends.ts';
import { countedRandom, StillClock, VAULT_KEY } from './world.ts';

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));
const ROUNDS = 5;
const chance = countedRandom('kill points');

/** Lets the child write until it has acknowledged so many lines, and kills it in the middle of the next. */
async function writeAndKill(url: string, round: number, afterLines: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CHILD, url, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let trouble = '';
  child.stderr.on('data', (bytes) => {
    trouble += String(bytes);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === afterLines) child.kill('SIGKILL');
  }
  await ended;
  if (lines.length < afterLines) throw new Error(`The child ended by itself: ${trouble}`);
  return lines;
}

async function rowsOf(db: Db) {
  return {
    inbox: await db
      .selectFrom('inbox')
      .select(['conversation_id', 'seq', 'message_id', 'closed_at'])
      .orderBy('conversation_id')
      .orderBy('seq')
      .execute(),
    conversations: await db.selectFrom('conversations').select(['id', 'version']).execute(),
    turns: await db.selectFrom('turns').select(['conversation_id', 'seqs']).execute(),
    outbox: await db.selectFrom('outbox').select('key').execute(),
  };
}

describe.each(LASTING)('killed at any moment on $name', (backend) => {
  test('the store holds every acknowledged message once, in order, and every turn whole', async () => {
    const place = await backend.newPlace();
    const acknowledged: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [byte = 0] = chance.bytes(1);
      acknowledged.push(...(await writeAndKill(place.url, round, 5 + (byte % 60))));
      const opened = await openStore({
        url: place.url,
        clock: new StillClock(),
        random: countedRandom(`after kill ${round}`),
        vaultKey: VAULT_KEY,
      });
      const { inbox, conversations, turns, outbox } = await rowsOf(opened.db);

      const received = acknowledged.filter((line) => line.startsWith('received'));
      const stored = inbox.map((row) => `received ${row.message_id}`);
      expect(new Set(stored).size).toBe(stored.length);
      expect(received.filter((line) => !stored.includes(line))).toEqual([]);
      for (const user of ['lin', 'wang', 'zhao']) {
        const ids = inbox.map((row) => row.message_id).filter((id) => id.startsWith(user));
        expect(ids).toEqual(ids.toSorted(byRoundAndNumber));
      }

      const committed = acknowledged.filter((line) => line.startsWith('committed'));
      const versions = new Map(conversations.map((row) => [row.id, row.version]));
      for (const line of committed) {
        const [, id = '', version] = line.split(' ');
        expect(versions.get(id)).toBeGreaterThanOrEqual(Number(version));
      }
      expect(conversations.reduce((sum, row) => sum + row.version, 0)).toBe(turns.length);
      expect(outbox).toHaveLength(2 * turns.length);
      const dealtWith = turns.flatMap((row) => JSON.parse(row.seqs) as number[]);
      expect(inbox.filter((row) => row.closed_at !== null)).toHaveLength(dealtWith.length);
      expect((await opened.verifyAudit()).broken).toEqual([]);
      await opened.close();
    }
    await place.remove();
  });
});

function byRoundAndNumber(a: string, b: string): number {
  const [, roundA, numberA] = a.split('-').map(Number);
  const [, roundB, numberB] = b.split('-').map(Number);
  return (roundA ?? 0) - (roundB ?? 0) || (numberA ?? 0) - (numberB ?? 0);
}
