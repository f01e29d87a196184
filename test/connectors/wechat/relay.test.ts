/** An answer found in one process, for a push that another one holds: said once, whichever of them ends, and when. */
import { describe, expect, it } from 'vitest';
import type { Delivery, Receive } from '../../../src/contracts/connector.ts';
import type { Outbound } from '../../../src/domain/conversation.ts';
import { LASTING, type TestBackend } from '../../store/backends.ts';
import { openRig, type Process, type Rig } from './relay-rig.ts';

const SEND = '/cgi-bin/message/custom/send';
/** More than anybody crosses: the loops end by themselves. */
const CROSSINGS_MAX = 60;
const LONG_MS = 240_000;
const MINUTE = 60_000;

const BOTH = '第一段\n\n第二段';
const shownIn = (rig: Rig): string => rig.lin.reads().join('\n');
const timesIn = (text: string, line: string): number => text.split(line).length - 1;

/** A push comes to `holder`, and the answer is found in `finder` as soon as it is written down. */
async function twoProcesses(rig: Rig) {
  const delivered = Promise.withResolvers<readonly Delivery[]>();
  const receive: Receive = async () => {
    setImmediate(() => void finder.deliver(rig.parts).then(delivered.resolve, delivered.reject));
    return 'stored';
  };
  delivered.promise.catch(() => undefined);
  const finder = await rig.open('finder');
  const holder = await rig.open('holder', receive);
  rig.wechat.connect(holder.url);
  return { holder, finder, delivered: delivered.promise };
}

async function inRig(backend: TestBackend, run: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await openRig(backend);
  try {
    await run(rig);
  } finally {
    await rig.close();
  }
}

describe.each(LASTING)('two processes of an official account on $name', (backend) => {
  it('the answer found in one goes into the push the other holds', () =>
    inRig(backend, async (rig) => {
      const { delivered } = await twoProcesses(rig);
      const { tries } = await rig.lin.say('在吗');
      expect(tries).toMatchObject([{ outcome: 'answered', status: 200 }]);
      expect(rig.lin.screen()).toMatchObject([{ via: 'passive', text: BOTH }]);
      expect((await delivered).map(({ state }) => state)).toEqual(['sent', 'sent']);
      expect(rig.wechat.calls(SEND)).toEqual([]);
    }));

  it('a nudge that is lost costs time and nothing else', () =>
    inRig(backend, async (rig) => {
      rig.deafen();
      const { delivered } = await twoProcesses(rig);
      await rig.lin.say('在吗');
      await delivered;
      expect(shownIn(rig)).toBe(BOTH);
    }));

  it('a push that nobody holds any more is not waited for longer than a moment', () =>
    inRig(backend, async (rig) => {
      const { holder, finder } = await twoProcesses(rig);
      // It dies after it has noted the push, and before it has told anybody.
      const broken = holder.breakAt(3);
      rig.wechat.connect(finder.url);
      void broken;
      await rig.lin.say('在吗');
      expect((await finder.deliver(rig.parts)).map(({ state }) => state)).toEqual(['sent', 'sent']);
      expect(timesIn(shownIn(rig), '第一段')).toBe(1);
    }));

  it.each(['holder', 'finder'] as const)(
    'the answer is shown once, wherever the %s broke',
    async (victim) => {
      let crossing = 1;
      for (; crossing < CROSSINGS_MAX; crossing += 1) {
        let isBroken = false;
        await inRig(backend, async (rig) => {
          isBroken = await oneBreak(rig, victim, crossing);
        });
        if (!isBroken) break;
      }
      expect(crossing).toBeGreaterThan(5);
      expect(crossing).toBeLessThan(CROSSINGS_MAX);
    },
    LONG_MS,
  );
});

/** @returns whether the victim got as far as to break there */
async function oneBreak(rig: Rig, victim: 'holder' | 'finder', crossing: number): Promise<boolean> {
  const { delivered, ...processes } = await twoProcesses(rig);
  const heir = await rig.open('heir', async () => 'duplicate');
  const broken = processes[victim].breakAt(crossing).then(() => {
    rig.wechat.connect(heir.url);
    return true;
  });
  const pushed = rig.lin.say('在吗');
  const isBroken = await Promise.race([
    broken,
    Promise.all([pushed, delivered]).then(
      () => false,
      () => false,
    ),
  ]);
  await pushed;
  const first = victim === 'holder' && isBroken ? await settledOr(delivered) : undefined;
  // What the outbox does: again, until all of it has gone or waits for the citizen.
  const left = await deliverAgain(rig, heir, first);
  const before = shownIn(rig);
  expect({ crossing, times: timesIn(before, '第一段') <= 1 }).toEqual({ crossing, times: true });
  if (left.length > 0) {
    // It was on its way as a message: nobody knows. The next word brings it, with the reason.
    rig.clock.advance(MINUTE);
    await rig.lin.say('还在吗');
    await deliverAgain(rig, heir, undefined, left);
  }
  const after = shownIn(rig);
  const isSaidAgain = after.includes('再发一遍');
  const times = timesIn(after, '第二段');
  expect({ crossing, isShown: times === 1 || (isSaidAgain && times === 2), isSaidAgain }).toEqual({
    crossing,
    isShown: true,
    isSaidAgain: left.length > 0,
  });
  expect(rig.wechat.complaints()).toEqual([]);
  return isBroken;
}

/** Undefined when it never came to that, because who should have delivered is waiting for ever. */
const settledOr = (delivered: Promise<readonly Delivery[]>) =>
  Promise.race([
    delivered.catch(() => undefined),
    new Promise<undefined>((resolve) => setTimeout(resolve, 400, undefined)),
  ]);

async function deliverAgain(
  rig: Rig,
  heir: Process,
  first: readonly Delivery[] | undefined,
  outbounds: readonly Outbound[] = rig.parts,
): Promise<readonly Outbound[]> {
  let last = first;
  for (let tries = 0; last === undefined && tries < 5; tries += 1) {
    rig.clock.advance(MINUTE + 1);
    last = await heir.deliver(outbounds).catch(() => undefined);
  }
  if (last === undefined) throw new Error('It was never delivered');
  return outbounds.filter((_, index) => last[index]?.state !== 'sent');
}
