/** The whole house behind real Wechaty: what a person and a group are answered, and what they never are. */
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';
import { CHILD_NUMBER } from '../secure/tiny-desk.ts';
import { countedRandom, START } from '../store/world.ts';
import { wechatyBench } from './wechaty-bench.ts';

async function openHouse() {
  const clock = { now: () => START };
  const random = countedRandom('wechaty');
  const bench = wechatyBench();
  const app = await createApp({
    ...openLibrary(),
    storeUrl: ':memory:',
    officeFile: ':memory:',
    vaultKey: random.bytes(32),
    clock,
    random,
    log: createLog('silent'),
    identity: (office) =>
      createDemoIdentity({ people: office.everybody(), clock, random, tell: () => undefined }),
    secureUrl: (token) => `https://gongji.example.invalid/s/${token}`,
    elsewhere: { account: '示例医保', page: 'https://gongji.example.invalid/' },
  });
  onTestFinished(() => app.stop());
  await app.start([bench.connector]);
  await bench.connector.settled();
  await bench.logIn();
  /** Until something new stands on a screen and nothing moves any more. */
  const answered = async (screen: Parameters<typeof bench.screen>[0]): Promise<string> => {
    const before = bench.screen(screen).length;
    for (let turns = 0; bench.screen(screen).length === before; turns += 1) {
      if (turns > 20_000) throw new Error(`nothing was said to ${screen}`);
      await new Promise(setImmediate);
    }
    await app.idle();
    await bench.connector.settled();
    return bench.screen(screen).slice(before).join('\n');
  };
  return { app, bench, answered };
}

it('a person is answered, sent elsewhere for an act, and finds a colleague of ours', async () => {
  const { bench, answered } = await openHouse();
  bench.say('li', '家庭共济是什么');
  expect(await answered('li')).toContain('依据：');
  bench.say('li', '给我妈绑定');
  const elsewhere = await answered('li');
  expect(elsewhere).toContain('示例医保');
  expect(elsewhere).not.toContain('/s/');
  bench.say('li', '转人工');
  expect(await answered('li')).toContain('登记号');
});

it('members of a group are answered in the group, each in a talk of their own, without a word about families', async () => {
  const { app, bench, answered } = await openHouse();
  bench.say('li', '@共济助手\u2005家庭共济是什么', { mention: true });
  expect(await answered('group')).toMatch(/^@李示例\s/u);
  bench.say('wang', `@共济助手 查一下余额，我的号码是${CHILD_NUMBER}`, { mention: true });
  const answer = await answered('group');
  expect(answer).toContain('@王示例');
  expect(answer).toContain('群里大家都看得到');
  expect(answer).not.toContain(CHILD_NUMBER);
  const talks = await Promise.all(
    ['li', 'wang'].map((member) =>
      app.store.conversationAt({
        channel: 'wechaty',
        account: 'main',
        user: `group:${encodeURIComponent('family@chatroom')}/${member}`,
      }),
    ),
  );
  expect(new Set(talks.map((talk) => talk?.id)).size).toBe(2);
  expect(talks.map((talk) => talk?.stack)).toEqual([[], []]);
});
