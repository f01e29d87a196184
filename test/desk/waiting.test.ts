/** What somebody who waits for a person is told: true, and in words. */
import { afterEach, expect, test } from 'vitest';
import { MIN_SAMPLES } from '../../src/dialog/outlook.ts';
import { type DeskWorld, LI, openDesk } from './world.ts';

let world: DeskWorld;
afterEach(() => world.end());

const toldTo = async (user: string): Promise<string> => (await world.says(user, '转人工'))[0]?.text ?? '';

test('with nobody before them and no experience, the wait is said to be unknown', async () => {
  world = await openDesk();
  const told = await toldTo('lin');
  expect(told).toContain('您排在最前面');
  expect(told).toContain('我说不准');
  expect(told).not.toContain('没有人值班');
});

test('the place in the queue counts those who came before and wait for nobody in particular', async () => {
  world = await openDesk();
  for (const user of ['a', 'b', 'c']) await toldTo(user);
  await world.app.desk.claim(world.act(LI, await world.caseOf('b')));
  await world.settle();
  expect(await toldTo('lin')).toContain('前面有 2 件，您排第 3');
  expect(await toldTo('c')).toContain('前面有 1 件');
});

test.each([
  ['2026-11-25T12:10', '今天 13:30上班'],
  ['2026-11-25T20:00', '明天（周四）9:00上班'],
  ['2026-11-27T18:00', '11月30日（周一）9:00上班'],
  ['2026-09-30T18:00', '10月8日（周四）9:00上班'],
  ['2026-10-09T18:00', '明天（周六）9:00上班'],
])('at %s nobody is there, and it is said: %s', async (at, words) => {
  world = await openDesk({ at });
  expect(await toldTo('lin')).toContain(`现在没有人值班，${words}`);
});

test('an opening in a year whose calendar is not out is not promised', async () => {
  world = await openDesk({ at: '2026-12-31T18:00' });
  expect(await toldTo('lin')).toContain('下次上班的日子还没公布');
});

test('with enough experience the wait is a range of working minutes that most of them fell into', async () => {
  world = await openDesk({ at: '2026-11-25T09:00' });
  for (let n = 0; n < MIN_SAMPLES; n += 1) {
    await toldTo(`early-${n}`);
    const id = await world.caseOf(`early-${n}`);
    await world.pass(n + 1);
    await world.app.desk.claim(world.act(LI, id));
    await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
    await world.settle();
  }
  // Waits of 1 to 10 minutes: the lowest and the highest tenth are left out.
  expect(await toldTo('lin')).toContain(`从最近 ${MIN_SAMPLES} 件看，多数在上班时间 2 到 9 分钟内得到回复`);
});

test('a night in between is nobody’s slowness', async () => {
  world = await openDesk({ at: '2026-11-25T16:59' });
  for (let n = 0; n < MIN_SAMPLES; n += 1) await toldTo(`late-${n}`);
  // To half past nine the next morning: one minute and thirty.
  await world.pass(16 * 60 + 31);
  for (let n = 0; n < MIN_SAMPLES; n += 1) {
    const id = await world.caseOf(`late-${n}`);
    await world.app.desk.claim(world.act(LI, id));
    await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
  }
  await world.settle();
  expect(await toldTo('lin')).toContain('31 到 32 分钟');
});

test('who is already in somebody’s hands hears that, and no place in a queue', async () => {
  world = await openDesk();
  await toldTo('lin');
  const id = await world.caseOf('lin');
  await world.app.desk.claim(world.act(LI, id));
  await world.app.desk.giveBack(world.act(LI, id));
  await world.settle();
  const told = await toldTo('lin');
  expect(told).toContain('已经有工作人员在处理');
  expect(told).not.toContain('排');
  expect((await world.conversation('lin')).status).toBe('waiting');
});
