import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeptKnowledge } from '../../src/knowledge/kept.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';

describe('kept knowledge', () => {
  let dir: string;
  let kept: Uint8Array | undefined;
  let saves: number;
  const shelf = {
    load: () => kept,
    save: (bytes: Uint8Array) => {
      kept = bytes;
      saves += 1;
    },
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'gongji-kept-'));
    cpSync('knowledge', dir, { recursive: true });
    kept = undefined;
    saves = 0;
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is the same as judged knowledge, and frozen', () => {
    loadKeptKnowledge(dir, shelf);
    const second = loadKeptKnowledge(dir, shelf);
    expect(saves).toBe(1);
    expect(second).toEqual(loadKnowledge(dir));
    expect(Object.isFrozen([...second.faq.values()][0]?.sources)).toBe(true);
  });

  it('is not believed once a word of the folder is another', () => {
    loadKeptKnowledge(dir, shelf);
    writeFileSync(join(dir, 'replies', 'added.yaml'), 'added.reply:\n  text: 新的一句。\n');
    expect(loadKeptKnowledge(dir, shelf).replies.has('added.reply')).toBe(true);
    expect(saves).toBe(2);
  });

  it('is not believed when other code has made it', () => {
    loadKeptKnowledge(dir, shelf);
    const made = deserialize(kept as Uint8Array) as { key: string; knowledge: { faq: Map<string, unknown> } };
    made.knowledge.faq.clear();
    kept = serialize({ ...made, key: `${made.key.split(' ')[0]} another` });
    expect(loadKeptKnowledge(dir, shelf).faq.size).toBeGreaterThan(0);
  });

  it('is made anew when it is torn', () => {
    loadKeptKnowledge(dir, shelf);
    kept = (kept as Uint8Array).subarray(0, 1000);
    expect(loadKeptKnowledge(dir, shelf)).toEqual(loadKnowledge(dir));
    expect(saves).toBe(2);
  });
});
