/** The adviser from the command line: triage without a server, drafts and gaps through one, proposals into the knowledge folder. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { advice } from '../../src/cli/advice.ts';
import type { Command } from '../../src/cli/command.ts';
import { review } from '../../src/cli/review.ts';
import { triage } from '../../src/cli/triage.ts';
import { type DeskSocket, deskSocketPath, serveDesk } from '../../src/desk-socket.ts';
import { readKnowledge } from '../../src/knowledge/load.ts';
import { keepProposalsFile, PROPOSALS_FILE } from '../../src/review-file.ts';
import { type DeskWorld, openDesk } from '../desk/world.ts';

const KNOWLEDGE = join(import.meta.dirname, '..', '..', 'knowledge');
const STRANGE = '钱包那边额度冻住几天放开呀';
/** To show what one more example would change, the command trains with and without it. */
const TRAINS_TWICE_MS = 240_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gongji-advice-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const io = { input: Readable.from([]), print: (line: string) => lines.push(line), warn: () => {} };
  const status = await command(args, io);
  return { status, lines };
}
const first = (lines: readonly string[]) => JSON.parse(lines[0] ?? '{}');

describe('gongji triage', () => {
  test('says causes, the next question and what may be read out, by region and day', async () => {
    const plain = await run(triage, '绑了不显示', '--as-of', '2026-11-25');
    expect(plain.lines[0]).toContain('2026-11-25');
    expect(plain.lines.at(-1)).toContain('参保地');
    const { lines } = await run(
      triage,
      '绑了不显示',
      '--region',
      '320100',
      '--as-of',
      '2026-11-25',
      '--answer',
      '亲情账户',
      '--json',
    );
    const found = first(lines);
    expect(found.region.code).toBe('320100');
    expect(found.findings[0]).toMatchObject({ cause: 'wrong_account_type' });
    expect(found.answer.text).toContain('适用地区：');
    expect(found.ask).toBeUndefined();
  });

  test('wants words, and a code for a region', async () => {
    await expect(run(triage)).rejects.toMatchObject({ code: 'bad_input' });
    await expect(run(triage, '绑不上', '--region', '南京')).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('through a server', () => {
  let world: DeskWorld;
  let socket: DeskSocket;
  beforeEach(async () => {
    world = await openDesk({ storeUrl: `sqlite://${join(folder, 'gongji.sqlite')}` });
    socket = await serveDesk({ ...world.app.desk, ...world.app.advice }, deskSocketPath(folder));
  });
  afterEach(async () => {
    await socket.close();
    await world.end();
  });
  const here = ['--data'] as const;
  const ask = (command: Command, ...args: string[]) => run(command, ...args, ...here, folder);

  test('a case is opened from what a caller said, and drafts and their figures are shown', async () => {
    const opened = await ask(triage, '我在大连参保，绑了不显示', '--open', '--as', 'li', '--json');
    const number = first(opened.lines).case as string;
    expect(await world.app.desk.find(number)).toMatchObject({ channel: 'slack', status: 'open' });
    await world.says('lin', '大连给老公绑要结婚证吗');
    await world.says('lin', '转人工');
    const mine = (await world.app.desk.find(await world.caseOf('lin')))?.number ?? '';
    const drafts = await ask(advice, 'drafts', mine);
    expect(first(drafts.lines).source).toContain('《');
    expect((await ask(advice, 'stats')).lines).toHaveLength(drafts.lines.length);
  });

  test(
    'what nobody could answer is proposed, approved by another, and applied by a curator',
    async () => {
      await world.says('lin', STRANGE);
      const { key } = first((await ask(advice, 'gaps')).lines);
      const propose = (who: string, text: string) =>
        ask(advice, 'propose', '--gap', key, '--as', who, '--role', 'curator', '--text', text);
      const asExample = first((await propose('li', 'wallet-limits')).lines).proposal.id as string;
      const asDraft = first(
        (await propose('li', '例句：钱包额度被冻住了多久放开\n没有查到公开的放开时间，请打12393问。')).lines,
      ).proposal.id as string;
      const approve = (id: string, who: string, role: string) =>
        ask(advice, 'approve', id, '--as', who, '--role', role);
      expect((await approve(asExample, 'li', 'curator')).status).toBe(1);
      expect((await approve(asExample, 'wang', 'clerk')).status).toBe(1);
      for (const id of [asExample, asDraft]) expect((await approve(id, 'wang', 'lead')).status).toBe(0);

      const file = keepProposalsFile(world.app.advice, join(folder, PROPOSALS_FILE), (error) => {
        throw error;
      });
      await file.close();
      const own = join(folder, 'knowledge');
      cpSync(KNOWLEDGE, own, { recursive: true });
      const apply = (...args: string[]) =>
        run(review, ...args, '--data', folder, '--knowledge', own, '--as-of', '2026-11-25');
      expect((await apply('proposals')).lines).toHaveLength(2);

      await apply('apply', asExample, '--by', 'zhao', '--yes');
      expect(readFileSync(join(own, 'intents', 'ask.cross_region.yaml'), 'utf8')).toContain(
        'zhao 2026-11-25',
      );

      await expect(apply('apply', asDraft, '--by', 'zhao')).rejects.toMatchObject({ code: 'bad_input' });
      const source = [...(readKnowledge(own).knowledge?.sources.keys() ?? [])][0] ?? '';
      const asEntry = ['apply', asDraft, '--by', 'zhao', '--new-entry', 'frozen-quota', '--source', source];
      const shown = await apply(...asEntry);
      expect(JSON.parse(shown.lines.at(-1) ?? '{}')).toEqual({ saved: false, key: asDraft });
      expect((await apply('proposals')).lines).toHaveLength(1);
      await apply(...asEntry, '--yes');
      const draft = [...(readKnowledge(own).knowledge?.faq.values() ?? [])].find(
        ({ id }) => id === 'frozen-quota',
      );
      // On file, and told to nobody.
      expect(draft).toMatchObject({ status: 'unverified', questions: ['钱包额度被冻住了多久放开'] });
      expect(draft?.body).toContain('没有查到公开的放开时间');
      // What is done is no longer open.
      expect((await apply('proposals')).lines).toEqual([]);
      expect(existsSync(join(KNOWLEDGE, 'faq', 'cross-region', 'frozen-quota.md'))).toBe(false);
    },
    TRAINS_TWICE_MS,
  );
});
