import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepReviewFile, type ReviewFile } from '../../src/review-file.ts';
import { BACKENDS } from '../store/backends.ts';
import { begun, commitOf, openWorld, type World } from '../store/world.ts';

describe.each(BACKENDS)('the file of uncertain words on $name', (backend) => {
  let world: World;
  let dir: string;
  let kept: ReviewFile;
  const failures: unknown[] = [];
  const file = () => join(dir, 'review.jsonl');
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'gongji-review-'));
    world = await openWorld(backend);
    failures.length = 0;
    kept = keepReviewFile(world.store, file(), (error) => failures.push(error));
  });
  afterEach(async () => {
    await kept.close();
    await world.end();
    rmSync(dir, { recursive: true, force: true });
  });

  async function say(text: string): Promise<void> {
    const conversation = await begun(world, text);
    const uncertain = { text, action: 'fallback', alternatives: [], knowledge: 'k1' } as const;
    await world.store.commitTurn(commitOf(conversation, [1], { uncertain }));
  }

  test('it holds what the store holds, one line a sentence, for its owner only', async () => {
    await say('那个怎么弄');
    await kept.refresh();
    const lines = readFileSync(file(), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await world.store.reviewItems());
    expect(statSync(file()).mode & 0o077).toBe(0);
  });

  test('there is no file while there is nothing, and again when the store has forgotten', async () => {
    await kept.refresh();
    expect(existsSync(file())).toBe(false);
    await say('那个怎么弄');
    await kept.refresh();
    expect(existsSync(file())).toBe(true);
    world.clock.advance(91 * 24 * 3600 * 1000);
    await kept.refresh();
    expect(existsSync(file())).toBe(false);
  });

  test('closing writes what came last', async () => {
    await say('那个怎么弄');
    await kept.close();
    expect(readFileSync(file(), 'utf8')).toContain('那个怎么弄');
  });

  test('a folder that is gone is told of and stops nothing', async () => {
    rmSync(dir, { recursive: true });
    await say('那个怎么弄');
    await kept.refresh();
    expect(failures).toHaveLength(1);
  });
});
