/**
 * The house as a process beside a Slack nobody of us wrote, over HTTP and by a socket. local-slack listens on all
 * interfaces, so all of it runs in a network of its own; where the machine has no such thing, or no local-slack,
 * it is left out, and said so.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildPages } from '../../scripts/build-pages.ts';
import { apart, runApart, type ToldApart } from './apart.ts';
import { isHere, WORKSPACE } from './local-slack.ts';

const WITHIN_MS = 45_000;
const STORY = join(import.meta.dirname, 'story.ts');
const way = isHere() ? apart() : undefined;

if (way === undefined) {
  const why = isHere() ? 'this machine gives no network namespace' : 'local-slack-linux-x64 is not installed';
  console.warn(`*** Slack end to end with local-slack is LEFT OUT: ${why}. It is not counted as passed. ***`);
}

describe.runIf(way !== undefined)('with local-slack', () => {
  const told = new Map<'http' | 'socket', ToldApart>();
  beforeAll(async () => {
    if (way === undefined) return;
    await buildPages({ force: false });
    // Both at once: most of it is waiting for a message a second.
    await Promise.all(
      (['http', 'socket'] as const).map(async (mode) =>
        told.set(mode, await runApart(way, STORY, { args: [mode], withinMs: WITHIN_MS })),
      ),
    );
  }, WITHIN_MS + 10_000);

  describe.each(['http', 'socket'] as const)('over %s', (mode) => {
    const fact = (step: string) => told.get(mode)?.facts.find((line) => line.step === step) ?? {};
    const words = (step: string, field: string) => String(fact(step)[field] ?? '');

    test('the case goes from the first word to its being reopened', () => {
      const { status, complaints, facts } = told.get(mode) as ToldApart;
      expect({ status, complaints }).toEqual({ status: 0, complaints: '' });
      expect(facts.map(({ step }) => step)).toEqual([
        'started',
        'card',
        'stranger',
        'claimed',
        'whisper',
        'replied',
        'closed',
        'reopened',
        'lists',
        'end',
        'secrets',
      ]);
      expect(fact('started').health).toMatchObject({ ok: true, slack: 'connected', slackMode: mode });
    });

    test('the card says what was said, and that nobody has it yet', () => {
      expect(words('card', 'words')).toMatch(/待认领[\s\S]*绑定了但是不显示，转人工[\s\S]*先认领/u);
    });

    test('of two who claim at once one has it, and the other and a stranger are told', () => {
      const { clerk, second } = WORKSPACE;
      const owners = [clerk, second].filter(({ id }) => words('claimed', 'words').includes(`<@${id}>`));
      expect(owners).toHaveLength(1);
      expect(words('claimed', 'told')).toContain(`由 ${owners[0]?.name} 处理`);
      expect(words('stranger', 'told')).toContain('只对客服台频道的成员开放');
    });

    test('a draft from the knowledge is whispered with its source, and reaches the citizen by one press', () => {
      expect(words('whisper', 'words')).toMatch(/病人自己的卡[\s\S]*来源：/u);
    });

    test('the form reaches the citizen, the thread does not', () => {
      expect(words('replied', 'page')).toContain('请先打开医保钱包👪，再看一次');
      expect(words('replied', 'thread')).toMatch(
        /先看一下钱包[\s\S]*绑定以后我妈看病刷谁的卡[\s\S]*回复已送达/u,
      );
      expect(words('end', 'page')).not.toMatch(/先看一下钱包|教会了|slack|U0CLERK|林悦|周敏/iu);
    });

    test('it is closed with its cause, reopened, and stands in the lists; one card all along', () => {
      expect(words('closed', 'words')).toMatch(/真实原因：[\s\S]*教会了开通钱包/u);
      expect(words('reopened', 'words')).toContain('处理中');
      expect(words('lists', 'command')).toContain('处理中');
      expect(words('lists', 'home')).toContain('我的个案');
      expect(fact('end').cards).toBe(1);
    });

    test('nothing secret stands in the log', () => {
      expect(fact('secrets').inLog).toEqual([]);
    });
  });
});
