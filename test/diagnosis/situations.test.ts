import { describe, expect, it } from 'vitest';
import { MAX_QUESTIONS } from '../../src/diagnosis/engine.ts';
import { type Played, play, readOrdinary, readSituations } from '../situations/play.ts';
import { knowledge } from './knowledge.ts';

const ordinary = readOrdinary();
const played = readSituations().map((situation) => ({
  situation,
  ...play(knowledge, situation, ordinary),
}));

function told({ found }: Played): readonly string[] {
  return found.findings.slice(0, found.told).map(({ cause }) => cause);
}

function share(test: (one: (typeof played)[number]) => boolean): number {
  return played.filter(test).length / played.length;
}

describe('situations', () => {
  it.each(played.map((one) => [`${one.situation.region} ${one.situation.name}`, one] as const))(
    '%s',
    (_, one) => {
      const { situation, found, questions } = one;
      expect(told(one)).toEqual(situation.unsure ? [] : situation.causes);
      expect(found.findings.map(({ cause }) => cause)).toContain(situation.causes[0]);
      expect(questions.length).toBeLessThanOrEqual(MAX_QUESTIONS);
      if (situation.next !== undefined) expect(questions[0]).toBe(situation.next);
    },
  );

  it('have names of their own', () => {
    const names = played.map(({ situation }) => `${situation.region} ${situation.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('name every cause at least twice', () => {
    const named = played.flatMap(({ situation }) => situation.causes);
    const rare = [...knowledge.causes.keys()].filter((id) => named.filter((one) => one === id).length < 2);
    expect(rare).toEqual([]);
  });

  it('find the cause at the first place in 90 %, among three in 98 %, with at most three questions for most', () => {
    const counts = played.map(({ questions }) => questions.length).toSorted((a, b) => a - b);
    const median = counts[Math.floor(counts.length / 2)] ?? 0;
    const top1 = share(({ found, situation }) => found.findings[0]?.cause === situation.causes[0]);
    const top3 = share(({ found, situation }) =>
      found.findings.slice(0, 3).some(({ cause }) => cause === situation.causes[0]),
    );
    const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
    console.log(
      `situations ${played.length}, first ${percent(top1)}, among three ${percent(top3)}, questions: median ${median}, most ${counts.at(-1)}`,
    );
    expect(top1).toBeGreaterThanOrEqual(0.9);
    expect(top3).toBeGreaterThanOrEqual(0.98);
    expect(median).toBeLessThanOrEqual(3);
    expect(share(({ questions }) => questions.length <= 3)).toBeGreaterThan(0.8);
  });
});
