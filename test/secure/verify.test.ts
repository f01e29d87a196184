import { describe, expect, it } from 'vitest';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';
import { countingRandom, createTinyDesk, PAYER, START } from './tiny-desk.ts';

const wrong = (code: string) => (code === '000000' ? '000001' : '000000');

async function begun() {
  const tiny = createTinyDesk();
  const token = await tiny.link('verify');
  const step = await tiny.desk.submit(token, { person: 'zhang' });
  if (!step.ok || step.next !== 'code') throw new Error('no challenge was given');
  return { ...tiny, token, challenge: step.challenge };
}

function repliesOf(result: { ok: boolean; errors?: readonly { field: string; reply: string }[] }) {
  return (result.errors ?? []).map(({ field, reply }) => `${field}: ${reply}`);
}

describe('verifying on the secure page', () => {
  it('offers the demo people with their stories', async () => {
    const tiny = createTinyDesk();
    const view = await tiny.desk.open(await tiny.link('verify'));
    expect(view).toMatchObject({
      state: 'open',
      purpose: 'verify',
      provider: 'demo',
      options: [
        { value: 'zhang', label: '示例 张伟', hint: '孩子绑了却不显示' },
        { value: 'li', label: '示例 李娜', hint: '被邀请，还没有确认' },
      ],
    });
    expect(JSON.stringify(view)).not.toContain(PAYER.documentNumber);
  });

  it('tells the code to the log and never to the page', async () => {
    const tiny = createTinyDesk();
    const answer = await tiny.desk.submit(await tiny.link('verify'), { person: 'zhang' });
    expect(tiny.told).toEqual([expect.stringMatching(/^验证码 \d{6} \(示例 张伟\)$/u)]);
    expect(JSON.stringify(answer)).not.toContain(tiny.lastCode());
  });

  it('lets the conversation learn a reference and a masked name, nothing else', async () => {
    const { desk, token, challenge, lastCode, done, persons } = await begun();
    expect(await desk.submit(token, { person: 'zhang', challenge, code: ` ${lastCode()} ` })).toEqual({
      ok: true,
      next: 'done',
      summary: { name: '张*' },
    });
    expect(done).toEqual([{ purpose: 'verify', slots: { person: 'p_1', personName: '张*' } }]);
    expect(persons).toEqual([{ ref: 'p_1', ...PAYER }]);
  });

  it('needs no challenge from a script, which answers the last one of its link', async () => {
    const { desk, token, lastCode } = await begun();
    expect(await desk.submit(token, { person: 'zhang', code: lastCode() })).toMatchObject({ next: 'done' });
  });

  it('takes one submit where the provider always uses the same code', async () => {
    const identity = createDemoIdentity({
      people: [{ id: 'zhang', label: '示例 张伟', ...PAYER }],
      clock: { now: () => START },
      random: countingRandom(),
      tell: () => {},
      fixedCode: '246810',
    });
    const tiny = createTinyDesk({ identity });
    const token = await tiny.link('verify');
    expect(await tiny.desk.submit(token, { person: 'zhang', code: '246810' })).toMatchObject({
      next: 'done',
    });
  });

  it.each([
    ['nobody is chosen', {}, 'person: secure.error.person_missing'],
    ['somebody unknown is chosen', { person: 'wang' }, 'person: secure.error.person_unknown'],
    [
      'the challenge was made up',
      { person: 'zhang', challenge: 'x', code: '123456' },
      'code: secure.error.code_lapsed',
    ],
    ['the code is missing', { person: 'zhang', challenge: 'x' }, 'code: secure.error.code_missing'],
  ])('says so beside the field when %s', async (_, fields, expected) => {
    const tiny = createTinyDesk();
    const result = await tiny.desk.submit(await tiny.link('verify'), fields);
    expect(repliesOf(result)).toEqual([expected]);
    expect(tiny.done).toEqual([]);
  });

  it('refuses even the right code after five wrong ones', async () => {
    const { desk, token, challenge, lastCode, done } = await begun();
    for (let tries = 0; tries < 5; tries += 1) {
      const result = await desk.submit(token, { challenge, code: wrong(lastCode()) });
      expect(repliesOf(result)).toEqual(['code: secure.error.code_wrong']);
    }
    const right = await desk.submit(token, { challenge, code: lastCode() });
    expect(repliesOf(right)).toEqual(['code: secure.error.code_too_many']);
    expect(done).toEqual([]);
  });

  it('refuses a code after five minutes, and a new one can be had', async () => {
    const { desk, token, challenge, lastCode, clock } = await begun();
    const first = lastCode();
    clock.pass(5 * 60_000);
    const late = await desk.submit(token, { challenge, code: first });
    expect(repliesOf(late)).toEqual(['code: secure.error.code_lapsed']);
    const again = await desk.submit(token, { person: 'zhang' });
    expect(again).toMatchObject({ ok: true, next: 'code' });
    expect(await desk.submit(token, { person: 'zhang', code: lastCode() })).toMatchObject({ next: 'done' });
  });

  it('gives ten codes for one link and no more, so that codes cannot be fished for', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('verify');
    for (let count = 0; count < 10; count += 1) await tiny.desk.submit(token, { person: 'zhang' });
    const result = await tiny.desk.submit(token, { person: 'zhang' });
    expect(repliesOf(result)).toEqual(['person: secure.error.challenges_used_up']);
    expect(tiny.told).toHaveLength(10);
  });
});
