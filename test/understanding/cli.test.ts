import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/cli/evaluate.ts';
import { understand } from '../../src/cli/understand.ts';

async function run(command: typeof understand, args: readonly string[], input = '') {
  const printed: string[] = [];
  const io = { input: Readable.from([input]), print: (line: string) => printed.push(line), warn: () => {} };
  const status = await command(args, io);
  return { status, lines: printed.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('understand takes objects and bare lines, keeps their order and survives a bad one', async () => {
  const input = ['{"id":"a","text":"怎么解绑","asOf":"2026-11-22"}', '{"text":5}', '绑了怎么没显示'].join(
    '\n',
  );
  const { status, lines } = await run(understand, [], input);
  expect(status).toBe(0);
  expect(lines).toMatchObject([
    { id: 'a', action: 'answer', intent: 'ask.how_unbind', faq: expect.any(String) },
    { error: { code: 'bad_input' }, line: 2 },
    { id: 3, action: 'diagnose', intent: 'diagnose', symptom: 'not_shown' },
  ]);
  expect(lines[0]).toMatchObject({
    ms: expect.any(Number),
    causes: expect.any(Array),
    entities: expect.any(Array),
  });
});

test('evaluate tells accuracy with its interval, one line an intent, calibration and confusion', async () => {
  const file = fileURLToPath(new URL('../utterances/questions.jsonl', import.meta.url));
  const { status, lines } = await run(evaluate, [file]);
  expect(status).toBe(0);
  expect(lines[0]).toMatchObject({
    top1: { n: 198, low: expect.any(Number) },
    macro: { f1: expect.any(Number) },
  });
  expect(lines.some(({ intent }) => intent === 'diagnose')).toBe(true);
  expect(lines.at(-2)).toHaveProperty('calibration');
  expect(lines.at(-1)).toHaveProperty('confusion');
});

test('evaluate without a file says what it wants', async () => {
  await expect(run(evaluate, [])).rejects.toMatchObject({ code: 'bad_input' });
});
