/**
 * The process may die between any two steps of a push: WeChat tries again, and all is said and done once. One
 * thing can get lost, never doubled: a customer message that was on its way, for WeChat can not tell whether it
 * came.
 */
import { expect, it } from 'vitest';
import { type House, openHouse } from './house.ts';
import { acts, expectShownOnce, heard, written } from './whole.ts';

const QUESTION = '绑定以后看病用谁的卡';
/** More than any push crosses: the loops end by themselves. */
const CROSSINGS_MAX = 120;
/** A binding crosses many: each run looks at one of so many. */
const STEP = 6;
const LONG_MS = 240_000;

/** @returns whether the process got as far as to break there */
async function breaksAt(house: House, crossing: number, push: () => Promise<unknown>): Promise<boolean> {
  const happened = house.crashAt(crossing).then(() => true);
  const pushed = push();
  const whole = pushed.then(() => house.settled()).then(() => false);
  whole.catch(() => undefined);
  const isBroken = await Promise.race([happened, whole]);
  if (isBroken) await house.revive();
  else house.spare();
  await pushed;
  // What waited for its next try, or for somebody to notice.
  for (let minutes = 0; minutes < 30; minutes += 10) await house.pass(600_000);
  return isBroken;
}

it(
  'a question is written down once and answered once, wherever the process broke',
  async () => {
    let crossing = 1;
    for (; crossing < CROSSINGS_MAX; crossing += 1) {
      const house = await openHouse({ patienceMs: 300 });
      const lin = house.wechat.phone('lin');
      const isBroken = await breaksAt(house, crossing, () => lin.say(QUESTION));
      expect({ crossing, words: await written(house, lin) }).toEqual({ crossing, words: [QUESTION] });
      await expectShownOnce(house, lin, house.wasSending() ? 'or_lost' : undefined);
      await house.close();
      if (!isBroken) break;
    }
    expect(crossing).toBeGreaterThan(10);
    expect(crossing).toBeLessThan(CROSSINGS_MAX);
  },
  LONG_MS,
);

it(
  'a confirmed binding is made once, wherever the process broke',
  async () => {
    let crossing = 1;
    for (; crossing < CROSSINGS_MAX; crossing += STEP) {
      const house = await openHouse({ patienceMs: 300 });
      const lin = house.wechat.phone('lin');
      await lin.say('我在石家庄参保，想给我妈绑定家庭共济，她也是河北的');
      await house.settled();
      await house.proveAs(lin, 'zheng-kai');
      await house.nameRelative(lin, 'yang-shufen');
      const isBroken = await breaksAt(house, crossing, () => lin.tap('确认提交'));
      expect({ crossing, acts: acts(house) }).toEqual({ crossing, acts: { bind: 1 } });
      expect(await heard(house, lin)).toContain('bind.result.ACTIVE');
      await expectShownOnce(house, lin, house.wasSending() ? 'or_lost' : undefined);
      await house.close();
      if (!isBroken) break;
    }
    expect(crossing).toBeGreaterThan(10);
    expect(crossing).toBeLessThan(CROSSINGS_MAX);
  },
  LONG_MS,
);
