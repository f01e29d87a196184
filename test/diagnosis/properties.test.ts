import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceOf, choicesFor, parseAnswer, UNKNOWN, valuesOf } from '../../src/diagnosis/answers.ts';
import { holds } from '../../src/diagnosis/conditions.ts';
import { type DiagnosisInput, diagnose, MAX_QUESTIONS } from '../../src/diagnosis/engine.ts';
import { factBook } from '../../src/diagnosis/fact-book.ts';
import { FACT_IDS, factSpec } from '../../src/diagnosis/facts.ts';
import type { Fact, FactId, FactOrigin } from '../../src/domain/fact.ts';
import { CAUSES, SYMPTOMS } from '../../src/domain/taxonomy.ts';
import { knowledge } from './knowledge.ts';

const RUNS = { numRuns: 200, seed: 20261122 };

const origin: fc.Arbitrary<FactOrigin> = fc.constantFrom<FactOrigin>(
  { kind: 'said' },
  { kind: 'looked_up', at: '2026-11-22T02:00:00.000Z' },
  { kind: 'looked_up', at: '2026-11-20T02:00:00.000Z' },
  { kind: 'rule', source: 's', from: '2025-01-01' },
  { kind: 'assumed' },
);
const possible = fc.constantFrom(...FACT_IDS).chain((id) => {
  const values = valuesOf(id);
  const value = values.length === 0 ? fc.nat(1_000_000) : fc.constantFrom(...values);
  return fc.record({ id: fc.constant<FactId>(id), value, origin });
});
/** Whatever an older version, a faulty portal or a hostile caller may hand over. */
const odd = fc.record({
  id: fc.oneof(fc.string(), fc.constantFrom<FactId>(...FACT_IDS), fc.constantFrom('__proto__', 'toString')),
  value: fc.oneof(fc.string(), fc.double(), fc.boolean()),
  origin,
});
const facts: fc.Arbitrary<Fact[]> = fc.array(fc.oneof({ weight: 5, arbitrary: possible }, odd), {
  maxLength: 25,
});
const input: fc.Arbitrary<DiagnosisInput> = fc.record({
  symptom: fc.constantFrom(...SYMPTOMS),
  facts,
  hints: fc.array(fc.record({ id: fc.constantFrom(...CAUSES), p: fc.double() }), { maxLength: 5 }),
  skipped: fc.array(fc.constantFrom<FactId>(...FACT_IDS), { maxLength: 10 }),
  asked: fc.nat(8),
  records: fc.constantFrom('open', 'locked', 'closed'),
});

describe('whatever facts come', () => {
  it('the engine does not throw, and every probability lies between 0 and 1', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { findings, told, settled } = diagnose(knowledge.causes, given);
        for (const { p } of findings) expect(p >= 0 && p <= 1).toBe(true);
        expect(told <= findings.length).toBe(true);
        expect(settled).toBe(told > 0);
      }),
      RUNS,
    );
  });

  it('an excluded cause never appears', () => {
    fc.assert(
      fc.property(input, (given) => {
        const book = factBook(given.facts);
        for (const { cause } of diagnose(knowledge.causes, given).findings) {
          const excluding = knowledge.causes.get(cause)?.excluded_if;
          if (excluding !== undefined) expect(holds(excluding, (id) => book.get(id))).not.toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('a question is one that can be answered and was not answered yet', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { next } = diagnose(knowledge.causes, given);
        if (next === undefined) return;
        expect(factSpec(next.fact)?.askCost).toBeGreaterThan(0);
        expect(factBook(given.facts).has(next.fact)).toBe(false);
        expect(given.skipped).not.toContain(next.fact);
        expect(next.choices.at(-1)).toBe(UNKNOWN);
        for (const choice of next.choices) expect(choicesFor(next.fact)).toContain(choice);
      }),
      RUNS,
    );
  });

  it('the same facts give the same diagnosis', () => {
    fc.assert(
      fc.property(input, (given) => {
        expect(diagnose(knowledge.causes, given)).toEqual(diagnose(new Map(knowledge.causes), given));
      }),
      { ...RUNS, numRuns: 50 },
    );
  });

  it('evidence is shown for or against, never both, and only from facts that were given', () => {
    fc.assert(
      fc.property(input, (given) => {
        const book = factBook(given.facts);
        for (const { because, against } of diagnose(knowledge.causes, given).findings) {
          for (const { fact, value } of [...because, ...against]) expect(book.get(fact)?.value).toBe(value);
          expect(because.filter(({ fact }) => against.some((other) => other.fact === fact))).toEqual([]);
        }
      }),
      RUNS,
    );
  });
});

describe('whatever the citizen answers', () => {
  it('a talk ends after at most six questions', () => {
    const answers = fc.array(fc.nat(20), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...SYMPTOMS), answers, (symptom, picks) => {
        let talk: DiagnosisInput = { symptom, facts: [], records: 'closed' };
        let asked = 0;
        for (const pick of picks) {
          const { next } = diagnose(knowledge.causes, talk);
          if (next === undefined) break;
          asked += 1;
          const choice = next.choices[pick % next.choices.length] as string;
          const value = parseAnswer(next.fact, choice);
          talk =
            value === undefined
              ? { ...talk, asked, skipped: [...(talk.skipped ?? []), next.fact] }
              : {
                  ...talk,
                  asked,
                  facts: [...talk.facts, { id: next.fact, value, origin: { kind: 'said' } }],
                };
        }
        expect(asked).toBeLessThanOrEqual(MAX_QUESTIONS);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  it('every choice but 不知道 is read back as the value it stands for', () => {
    for (const id of FACT_IDS) {
      for (const value of valuesOf(id)) expect(parseAnswer(id, choiceOf(value))).toBe(value);
      expect(parseAnswer(id, UNKNOWN)).toBeUndefined();
    }
  });

  it('any text is an answer or none, never an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, text) => {
        expect(parseAnswer(id, text)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
