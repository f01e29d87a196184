/**
 * Ten thousand hostile deliveries (repeated, late, out of order, forged) with the process killed in
 * between: every message that was acknowledged is there once and answered once, and nothing else is.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';

const CHILD = join(import.meta.dirname, 'hostile-child.ts');
const root = mkdtempSync(join(tmpdir(), 'gongji-hostile-'));
const UNIQUE = 1_000;
const COPIES = 9;
const FORGED = 1_000;
const LIVES = 5;

afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Delivery {
  readonly id: string;
  readonly user: string;
  readonly text: string;
  readonly forged?: string;
}

/** The same order in every run: a small generator of its own, since chance must be repeatable. */
function shuffled(list: readonly Delivery[], seed: number): Delivery[] {
  const result = [...list];
  let state = seed;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as Delivery, result[index] as Delivery];
  }
  return result;
}

const SAID = ['家庭共济是什么', '跨省能用吗', '谢谢', '给我妈绑定', '取消', '岳母可以绑吗'];
const messages: readonly Delivery[] = Array.from({ length: UNIQUE }, (_, n) => ({
  id: `m${n}`,
  user: `u${n % 40}`,
  text: SAID[n % SAID.length] as string,
}));
const forged: readonly Delivery[] = Array.from({ length: FORGED }, (_, n) => ({
  id: `f${n}`,
  user: `u${n % 40}`,
  text: '',
  // A guessed secret of a secure page, of the right length and of a wrong one.
  forged: n % 2 === 0 ? String(n).padStart(43, 'A') : `guess-${n}`,
}));

/** One life of the house: deliveries until it is killed after so many acknowledgements, or to the end. */
async function live(
  deliveries: readonly Delivery[],
  dieAfter: number,
): Promise<{ acked: Set<string>; accepted: number; last: Report | undefined }> {
  const child = spawn(process.execPath, [CHILD, root], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  const acked = new Set<string>();
  let accepted = 0;
  let count = 0;
  let last: Report | undefined;
  child.stdin.write(`${deliveries.map((delivery) => JSON.stringify(delivery)).join('\n')}\n`);
  child.stdin.end();
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as {
      readonly ack?: string;
      readonly forgery?: string;
      readonly report?: Report;
    };
    if (answer.ack !== undefined) acked.add(answer.ack);
    if (answer.forgery === 'completed') accepted += 1;
    last = answer.report ?? last;
    count += 1;
    if (count === dieAfter) child.kill('SIGKILL');
  }
  return { acked, accepted, last };
}

interface Report {
  readonly heard: readonly string[];
  /** Messages of citizens that were worked off more or less than once. */
  readonly misdone: readonly string[];
  readonly open: number;
  readonly broken: readonly string[];
  readonly outOfOrder: readonly string[];
}

describe('ten thousand hostile deliveries with kills', () => {
  it('lose nothing, do nothing twice and accept nothing forged', async () => {
    const copies = Array.from({ length: COPIES }, () => messages).flat();
    const all = shuffled([...copies, ...forged], 20261124);
    expect(all).toHaveLength(10_000);
    const share = Math.ceil(all.length / LIVES);
    const acked = new Set<string>();
    let accepted = 0;
    for (let life = 0; life < LIVES; life += 1) {
      const part = all.slice(life * share, (life + 1) * share);
      // Killed somewhere in the second half; what was not acknowledged comes again, as a channel would send it.
      const first = await live(part, Math.floor(share * (0.5 + life / 12)));
      for (const id of first.acked) acked.add(id);
      accepted += first.accepted;
      const missed = part.filter(({ id }) => !first.acked.has(id));
      if (missed.length === 0) continue;
      const second = await live(missed, Number.POSITIVE_INFINITY);
      for (const id of second.acked) acked.add(id);
      accepted += second.accepted;
    }
    const { last } = await live([], Number.POSITIVE_INFINITY);
    expect(acked.size).toBe(UNIQUE);
    expect(last?.heard.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
    expect(last?.misdone).toEqual([]);
    expect(last?.open).toBe(0);
    expect(last?.outOfOrder).toEqual([]);
    expect(last?.broken).toEqual([]);
    expect(accepted).toBe(0);
  }, 300_000);
});
