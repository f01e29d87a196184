/** Short ways to write facts in tests. */
import type { Fact, FactOrigin, FactValue } from '../../src/domain/fact.ts';

type Values = Readonly<Record<string, FactValue>>;

export const said = (values: Values): readonly Fact[] => of(values, { kind: 'said' });
export const lookedUp = (values: Values, at = '2026-11-22T02:00:00.000Z'): readonly Fact[] =>
  of(values, { kind: 'looked_up', at });
export const ruled = (values: Values): readonly Fact[] =>
  of(values, { kind: 'rule', source: 'test-source', from: '2025-01-01' });
export const assumed = (values: Values): readonly Fact[] => of(values, { kind: 'assumed' });

function of(values: Values, origin: FactOrigin): readonly Fact[] {
  return Object.entries(values).map(([id, value]) => ({ id, value, origin }));
}
