/** A saved file is live within seconds; a broken one is refused and named. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEditions, type Editions } from '../src/editions.ts';
import { type Library, openLibrary } from '../src/library.ts';
import type { Log } from '../src/log.ts';
import { createReloader, type Reloader, type ReloadOutcome } from '../src/reload.ts';
import { REAL } from './knowledge/folder.ts';

const LIVE_WITHIN_MS = 5_000;
const ANSWER = 'faq/how-bind/bind-consent.md';
const first = openLibrary();

describe('a running server', () => {
  let dir: string;
  let editions: Editions;
  let reloader: Reloader;
  let events: { readonly name: string; readonly fields: object }[];
  let warnings: string[];
  let models: Uint8Array[];
  let hear: (outcome: ReloadOutcome) => void = () => {};

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'gongji-live-'));
    cpSync(REAL, dir, { recursive: true });
    events = [];
    warnings = [];
    models = [];
    editions = createEditions(first);
    const log: Log = { event: (name, fields) => void events.push({ name, fields }) };
    reloader = createReloader({
      dir,
      editions,
      log,
      warn: (line) => void warnings.push(line),
      keepModel: (model) => void models.push(model),
      onDone: (outcome) => hear(outcome),
    });
  });
  afterEach(() => reloader.close());

  const change = (path: string, how: (text: string) => string) => {
    const file = join(dir, path);
    writeFileSync(file, how(readFileSync(file, 'utf8')));
  };
  /** Saves, and waits until the folder was read by itself. */
  async function save(path: string, how: (text: string) => string) {
    const done = new Promise<ReloadOutcome>((resolve) => {
      hear = resolve;
    });
    const began = performance.now();
    change(path, how);
    return { outcome: await done, ms: performance.now() - began };
  }
  const bodyNow = () => editions.of().knowledge.faq.get('bind-consent')?.body;

  // Time on the wall: a machine busy with something else may need another try.
  test('uses a saved answer within five seconds, with the understander it has', { retry: 2 }, async () => {
    const { outcome, ms } = await save(ANSWER, (text) => `${text}\n补一句。\n`);
    expect(outcome).toBe('ready');
    expect(ms).toBeLessThan(LIVE_WITHIN_MS);
    expect(bodyNow()).toContain('补一句。');
    expect(editions.of().understander).toBe(first.understander);
    expect(Object.isFrozen(editions.of().knowledge.faq.get('bind-consent'))).toBe(true);
    expect(events.map(({ name }) => name)).toEqual(['knowledge.reloaded']);
  });

  test('learns a new sentence, and keeps the new model for the next start', async () => {
    const sentence = '咕噜咕噜呱呱叫';
    const meaning = ({ understander }: Library) =>
      understander.understand(sentence, { inFlow: false, asOf: '2026-11-22' });
    const before = meaning(editions.of());
    const { outcome } = await save('intents/ask.how_unbind.yaml', (text) =>
      text.replace('examples:\n', `examples:\n${`  - ${sentence}\n`.repeat(3)}`),
    );
    expect(outcome).toBe('ready');
    expect(before.intent).not.toBe('ask.how_unbind');
    expect(meaning(editions.of()).intent).toBe('ask.how_unbind');
    expect(models).toHaveLength(1);
  });

  test('refuses a broken file, names file and key, and goes on with the last good version', async () => {
    const { outcome } = await save(ANSWER, (text) => text.replace('\nintent: ', '\nintend: '));
    expect(outcome).toBe('refused');
    expect(editions.of().knowledge).toBe(first.knowledge);
    expect(events).toEqual([
      { name: 'knowledge.refused', fields: expect.objectContaining({ file: ANSWER, key: 'intent' }) },
    ]);
    expect(warnings[0]).toContain(`${ANSWER}: intent`);
    expect(
      (await save(ANSWER, (text) => `${text.replace('\nintend: ', '\nintent: ')}\n改好了。\n`)).outcome,
    ).toBe('ready');
    expect(bodyNow()).toContain('改好了。');
  });

  test('refuses what loads but would fail in a turn: a placeholder nobody fills in that way', async () => {
    const { outcome } = await save('replies/greet.yaml', (text) =>
      text.replace('greet.hello:\n', 'planted.reply:\n  text: 您好{name|no_such_format}\ngreet.hello:\n'),
    );
    expect(outcome).toBe('refused');
    expect(warnings[0]).toContain('planted.reply');
  });

  test('takes a touched file for what it is', async () => {
    expect((await save(ANSWER, (text) => text)).outcome).toBe('same');
    expect(events).toEqual([]);
  });
});
