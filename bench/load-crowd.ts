/** A crowd: so many citizens at once, each with a talk of their own, thinking in between; a new one for each that leaves. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Citizen, NoAnswer, webCitizen, wechatCitizen } from './load-citizens.ts';
import { type Kind, TALKS } from './load-talks.ts';
import type { World } from './load-world.ts';

export interface CrowdOptions {
  readonly world: World;
  /** At the same time. */
  readonly atOnce: number;
  /** In all. */
  readonly people: number;
  /** Of one thought on the average, in real milliseconds. */
  readonly thinkMs: number;
  /** How many of the people speak to a person: a clerk has one pair of hands. */
  readonly handOvers: number;
  readonly patienceMs?: number;
  /** No new citizens after that. */
  readonly untilMs?: number;
  /** Told of each answered word, as it is. */
  readonly onAnswer?: (soFar: number) => void;
}

export interface CrowdReport {
  readonly citizens: readonly Citizen[];
  readonly waits: readonly number[];
  readonly seconds: number;
  /** Answered words a second while new citizens came in: afterwards the last ones only finish. */
  readonly perSecond: number;
  readonly binds: number;
  /** Citizens by what they came for. */
  readonly came: Readonly<Record<Kind, number>>;
  /** Who went on without an answer, and what they had said. */
  readonly unanswered: readonly string[];
}

const PATIENCE_MS = 20_000;
/** Of ten citizens, six come by WeChat. */
const isWechat = (index: number): boolean => index % 10 < 6;

export async function runCrowd(options: CrowdOptions, firstIndex = 0): Promise<CrowdReport> {
  const { world, patienceMs = PATIENCE_MS } = options;
  const citizens: Citizen[] = [];
  const waits: number[] = [];
  const unanswered: string[] = [];
  const came: Record<Kind, number> = { ask: 0, diagnose: 0, bind: 0, hand_over: 0 };
  const kinds = kindsOf(options);
  const chance = countedChance();
  let next = 0;
  let binds = 0;
  const begun = performance.now();
  const untilMs = options.untilMs ?? Number.POSITIVE_INFINITY;
  let inTime = 0;
  const answered = (ms: number): void => {
    waits.push(ms);
    if (performance.now() - begun <= untilMs) inTime += 1;
    options.onAnswer?.(waits.length);
  };
  // Thoughts differ: some are short, few are long.
  const think = (): Promise<void> =>
    pause(Math.min(-Math.log(1 - chance()) * options.thinkMs, options.thinkMs * 5));

  async function live(index: number): Promise<void> {
    const wish = kinds[index] as Kind;
    const family = wish === 'bind' ? world.nextFamily() : undefined;
    const kind = wish === 'bind' && family === undefined ? 'ask' : wish;
    const parts = { world, index: firstIndex + index, patienceMs };
    try {
      const citizen = isWechat(index) && !world.isWebOnly ? wechatCitizen(parts) : await webCitizen(parts);
      citizens.push(citizen);
      came[kind] += 1;
      await TALKS[kind]({ world, citizen, family, patienceMs, think, answered });
      if (kind === 'bind') binds += 1;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      unanswered.push(`${kind}: ${error.message}`);
    }
  }

  async function place(): Promise<void> {
    if (options.thinkMs > 0) await pause(chance() * options.thinkMs);
    while (next < options.people && performance.now() - begun < untilMs) {
      next += 1;
      await live(next - 1);
    }
  }

  await Promise.all(Array.from({ length: options.atOnce }, place));
  const seconds = (performance.now() - begun) / 1000;
  const perSecond = inTime / Math.min(seconds, untilMs / 1000);
  return { citizens, waits, seconds, perSecond, binds, came, unanswered };
}

/** Mixed evenly: half ask, a quarter diagnose, the rest bind (or ask, when nobody is left to bind). */
function kindsOf({ people, handOvers }: CrowdOptions): readonly Kind[] {
  let persons = handOvers;
  // Early, so that they end with the others.
  const every = Math.max(1, Math.floor(Math.min(people, 100) / Math.max(1, handOvers)));
  return Array.from({ length: people }, (_, index): Kind => {
    if (persons > 0 && index % every === Math.floor(every / 2)) {
      persons -= 1;
      return 'hand_over';
    }
    return index % 4 === 3 ? 'bind' : index % 4 === 1 ? 'diagnose' : 'ask';
  });
}

/** The same crowd each time. */
function countedChance(): () => number {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
