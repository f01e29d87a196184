/** A message over which processes die is set aside like one over which turns fail, and a person takes over. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { LASTING } from '../store/backends.ts';
import { ask } from '../store/ready-schemas.ts';
import type { Poisoned } from './poison-child.ts';
import { POISON_TEXT } from './poison-text.ts';

const CHILD = join(import.meta.dirname, 'poison-child.ts');
const cacheDir = mkdtempSync(join(tmpdir(), 'gongji-poison-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

interface Told {
  readonly thinking?: string;
  readonly idle?: {
    readonly dead: number;
    readonly open: number;
    readonly cases: number;
    readonly spoken: readonly string[];
  };
}

async function live(setting: Poisoned): Promise<readonly Told[]> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(setting)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: Told[] = [];
  for await (const line of createInterface({ input: child.stdout })) told.push(JSON.parse(line) as Told);
  return told;
}

/** Where several processes share the work, the next one takes over after ten silent seconds: here they pass at once. */
const SILENCE = `do $$ begin
  execute format('update %I.job set heartbeat_on = heartbeat_on - interval ''1 hour'' where state = ''active''',
    current_schema() || '_jobs');
end $$`;

describe.each(LASTING)('a message that kills whoever thinks about it, on $name', (backend) => {
  it('does so a few times, and then a person has the talk and the neighbours are answered', async () => {
    const place = await backend.newPlace();
    const setting = { storeUrl: place.url, cacheDir };
    const neighbours = ['u1', 'u2', 'u3', 'u4', 'u5'];
    const said = [
      { user: 'ill', text: '你好' },
      { user: 'ill', text: POISON_TEXT },
      { user: 'ill', text: '还在吗' },
      ...neighbours.map((user) => ({ user, text: '家庭共济是什么' })),
    ];
    const lives = [await live({ ...setting, messages: said })];
    while (lives.length < 12 && lives.at(-1)?.at(-1)?.idle === undefined) {
      if (backend.name === 'PostgreSQL') await ask(place.url, SILENCE);
      lives.push(await live({ ...setting, messages: [] }));
    }
    const told = lives.flat();
    // Four when it was counted from the start, one more each when nobody knew yet, and when it came behind another.
    const deaths = told.filter(({ thinking }) => thinking !== undefined).length;
    expect([4, 5, 6]).toContain(deaths);
    expect(lives).toHaveLength(deaths + 1);
    const { spoken, ...rest } = told.at(-1)?.idle ?? { spoken: [] };
    expect(rest).toEqual({ dead: 1, open: 0, cases: 1 });
    expect(new Set(spoken)).toEqual(new Set(['ill', ...neighbours]));
    await place.remove();
  }, 240_000);
});
