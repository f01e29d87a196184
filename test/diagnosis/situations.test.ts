import { describe, expect, it } from 'vitest';
import { MAX_QUESTIONS } from '../../src/diagnosis/engine.ts';
import { figuresOf, type Outcome, toldBy } from '../../src/diagnosis/measure.ts';
import { HELD, playFolder, TUNED } from '../situations/play.ts';
import { knowledge } from './knowledge.ts';

const tuned = playFolder(knowledge, TUNED);
const held = playFolder(knowledge, HELD);
const both = [
  ['of regression', tuned],
  ['held back', held],
] as const;
const nameOf = ({ situation }: Outcome) => `${situation.region} ${situation.name}`;

describe('situations', () => {
  it.each(tuned.map((one) => [nameOf(one), one] as const))('%s', (_, { situation, played }) => {
    const { found, questions } = played;
    expect(toldBy(played)).toEqual(situation.unsure ? [] : situation.causes);
    expect(found.findings.map(({ cause }) => cause)).toContain(situation.causes[0]);
    if (situation.next !== undefined) expect(questions[0]).toBe(situation.next);
  });

  it('have names of their own', () => {
    const names = [...tuned, ...held].map(nameOf);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(both)('%s name every cause at least twice', (_, outcomes) => {
    const named = outcomes.flatMap(({ situation }) => situation.causes);
    const rare = [...knowledge.causes.keys()].filter((id) => named.filter((one) => one === id).length < 2);
    expect(rare).toEqual([]);
  });

  it.each(both)('%s ask no citizen more than six questions, and most at most three', (_, outcomes) => {
    const { mostQuestions, medianQuestions, short } = figuresOf(outcomes);
    expect(mostQuestions).toBeLessThanOrEqual(MAX_QUESTIONS);
    expect(medianQuestions).toBeLessThanOrEqual(3);
    expect(short).toBeGreaterThan(0.8);
  });

  it('of regression find the cause first in 95 %, and among three nearly always', () => {
    const { first, amongThree } = figuresOf(tuned);
    expect(first).toBeGreaterThanOrEqual(0.95);
    expect(amongThree).toBeGreaterThanOrEqual(0.99);
  });

  it('held back find the cause first in 90 % and are rarely told a wrong one', () => {
    const { first, misled } = figuresOf(held);
    expect(first).toBeGreaterThanOrEqual(0.9);
    expect(misled).toBeLessThan(0.05);
  });
});
