/** The turns of one conversation on one day, folded into a row of codes. */
import type { CountedTurn, Counts, TalkDay, TurnFigures } from '../contracts/statistics.ts';
import type { Day } from '../domain/insurance.ts';
import { ACTS, GONE, LOOKS, UNCLEAR } from './definitions.ts';

const FROM_CITIZEN = ['text', 'choice', 'unsupported', 'secure.done'];

/** @param turns of one conversation and one day, in order; at least one */
export function foldTalk(day: Day, turns: readonly CountedTurn[]): TalkDay {
  const [first] = turns as readonly [CountedTurn, ...CountedTurn[]];
  const figures = turns.flatMap((turn) => turn.figures ?? []);
  const said = turns.filter(isFromCitizen);
  const ends = turns.flatMap(({ events }) => events).flatMap(endOf);
  const ended = (flows: ReadonlySet<string>) =>
    ends.some(({ flow, how }) => how === 'done' && flows.has(flow));
  const told = figures.flatMap((one) => one.told);
  const isUnderstood = !UNCLEAR.has(said.at(-1)?.action ?? '');
  return {
    day,
    conversation: first.conversation,
    channel: first.channel,
    region: figures.findLast(({ region }) => region !== undefined)?.region ?? '',
    lastAt: Math.max(...turns.map(({ at }) => at)),
    turns: turns.length,
    said: said.length,
    isConfirmed: ended(ACTS) || figures.some((one) => one.said.some((id) => id.startsWith(GONE))),
    isAnswered: (told.length > 0 || ended(LOOKS)) && isUnderstood,
    isHandedOver: figures.some(({ cases, floor }) => cases > 0 || floor === 'waiting' || floor === 'human'),
    actions: count(said.flatMap(({ action }) => action ?? [])),
    flows: count([
      ...turns.flatMap(({ events }) => events).flatMap(begunBy),
      ...ends.map(({ flow, how }) => `${flow}:${how}`),
    ]),
    states: statesOf(figures),
    causes: [...new Set(told.flatMap(({ kind, id }) => (kind === 'cause' ? [id] : [])))],
    told: count(told.map(({ kind, id, checked }) => `${kind}/${id}@${checked ?? ''}`)),
  };
}

/** A turn that left no events took up what a citizen said to the clerk who has the floor. */
const isFromCitizen = ({ events }: CountedTurn): boolean =>
  events.length === 0 || events.some((event) => FROM_CITIZEN.includes(event));

function begunBy(event: string): readonly string[] {
  return event.startsWith('begin:') ? [`${event.slice('begin:'.length)}:begin`] : [];
}

function endOf(event: string): readonly { readonly flow: string; readonly how: string }[] {
  const [kind, flow, how] = event.split(':');
  return kind === 'end' && flow !== undefined && how !== undefined ? [{ flow, how }] : [];
}

const ENTERED = 1;
const RESTED = 2;
const LEFT = 4;

function statesOf(figures: readonly TurnFigures[]): Counts {
  const states = new Map<string, number>();
  const add = (state: string, bit: number) => states.set(state, (states.get(state) ?? 0) | bit);
  for (const { moves, rests } of figures) {
    for (const move of moves) add(move.slice(1), move.startsWith('>') ? ENTERED : LEFT);
    for (const state of rests) add(state, RESTED);
  }
  return Object.fromEntries(states);
}

/** What a talk did with a state, in words. */
export function deedsOf(bits: number): readonly ('entered' | 'rested' | 'left')[] {
  return [
    ...((bits & ENTERED) === 0 ? [] : ['entered' as const]),
    ...((bits & RESTED) === 0 ? [] : ['rested' as const]),
    ...((bits & LEFT) === 0 ? [] : ['left' as const]),
  ];
}

function count(codes: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
