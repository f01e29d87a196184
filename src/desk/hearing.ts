/**
 * What words of some length are about: a complaint as a clerk typed it, or the last messages of a citizen.
 * The dialogue hears one message at a time; here a whole report comes at once, so it is heard sentence by
 * sentence, and what the sentences say is put together.
 */
import { choiceOf, coarseRelation, isValueOf, parseAnswer, UNKNOWN } from '../diagnosis/answers.ts';
import { FACTS } from '../diagnosis/facts.ts';
import type { Asking, Slots } from '../domain/conversation.ts';
import type { Fact, FactId } from '../domain/fact.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { CauseId, Intent, Symptom } from '../domain/taxonomy.ts';
import type { Scored, Understanding } from '../domain/understanding.ts';
import type { Listening, Understander } from '../understanding/understander.ts';

/** A report longer than this has said what matters before. */
const MOST_PIECES = 40;
/** The whole is heard as one sentence as well, while it is about as long as one. */
const WHOLE_CHARS = 120;
/** A sentence longer than this is heard clause by clause, and each clause with the one after it. */
const SENTENCE_CHARS = 40;
/** An intent less likely than this is not worth a draft. */
const LIKELY = 0.25;

export interface Heard {
  readonly region?: RegionCode;
  /** Something does not work. */
  readonly isComplaint: boolean;
  /** `other` when it is a complaint and nothing more is certain. */
  readonly symptom?: Symptom;
  readonly facts: readonly Fact[];
  readonly hints: readonly Scored<CauseId>[];
  /** The piece that is most surely a question we have answers for. */
  readonly question?: Understanding;
  /** What it may be about, likeliest first. */
  readonly intents: readonly Scored<Intent>[];
}

export interface Ears {
  readonly understander: Understander;
  readonly asOf: Day;
  readonly region?: RegionCode | undefined;
}

export function hear(text: string, ears: Ears): Heard {
  const pieces = piecesOf(text);
  const region = ears.region ?? placeOf(pieces, ears);
  const listening = listeningTo({ ...ears, region });
  const understood = pieces.map((piece) => ears.understander.understand(piece, listening));
  const troubles = troublesIn(understood);
  const isComplaint = troubles.length > 0;
  const slots = merged(understood.map((one) => toldIn(one, ears.understander, listening)));
  const question = surest(understood.filter(isQuestion));
  const symptom = surest(
    troubles.filter((one) => one.symptom !== undefined && one.symptom !== 'other'),
  )?.symptom;
  return {
    isComplaint,
    facts: factsIn(slots),
    hints: hintsOf(understood),
    intents: intentsOf(understood),
    ...(region === undefined ? {} : { region }),
    ...(isComplaint ? { symptom: symptom ?? 'other' } : {}),
    ...(question === undefined ? {} : { question }),
  };
}

/** What an answer gives to one question: a value of the fact, 不知道, or nothing. */
export function answerTo(
  text: string,
  asking: Asking,
  ears: Ears,
): { readonly slots: Slots; readonly isUnsure: boolean } {
  const listening: Listening = { ...listeningTo(ears), inFlow: true, asking };
  const understood = ears.understander.understand(text, listening);
  const commands = ears.understander.commands(understood, listening);
  const slots = merged(
    commands.flatMap((command): Slots[] => {
      if (command.kind === 'provide' || command.kind === 'correct') return [command.slots];
      if (command.kind === 'affirm') return [{ [asking.slot]: 'yes' }];
      return command.kind === 'deny' ? [{ [asking.slot]: 'no' }] : [];
    }),
  );
  return { slots, isUnsure: understood.reaction === 'unsure' || slots[asking.slot] === UNKNOWN };
}

/** Slots that are facts of diagnosis, as said by the person they are about. */
export function factsIn(slots: Slots): readonly Fact[] {
  return Object.entries(slots).flatMap(([slot, value]): readonly Fact[] => {
    const id: FactId = slot === 'same_province' ? 'region.same_province' : slot;
    if (!Object.hasOwn(FACTS, id)) return [];
    const text = typeof value === 'string' ? value : choiceOf(value as number | boolean);
    const read = isValueOf(id, value)
      ? value
      : parseAnswer(id, id === 'relation' ? coarseRelation(text) : text);
    return read === undefined ? [] : [{ id, value: read, origin: { kind: 'said' } }];
  });
}

function piecesOf(text: string): readonly string[] {
  const pieces = text
    .split(/[。！？!?；;\n]+/u)
    .flatMap(clausesOf)
    .map((piece) => piece.trim())
    .filter((piece) => [...piece].length >= 2);
  const whole = text.replaceAll(/\s+/gu, ' ').trim();
  const isShort = pieces.length !== 1 && whole.length <= WHOLE_CHARS && whole !== '';
  return [...(isShort ? [whole] : []), ...pieces.slice(0, MOST_PIECES)];
}

/** People write to us in short messages, and those were learnt from; a report has sentences of six clauses. */
function clausesOf(sentence: string): readonly string[] {
  if ([...sentence].length <= SENTENCE_CHARS) return [sentence];
  const clauses = sentence.split(/[，,：:]+/u);
  return clauses.flatMap((clause, index) => {
    const next = clauses[index + 1];
    return next === undefined ? [clause] : [clause, `${clause}，${next}`];
  });
}

function listeningTo({ asOf, region }: Ears): Listening {
  return { inFlow: false, asOf, ...(region === undefined ? {} : { region }) };
}

/** Where the caller is insured, before anything else: a place decides how the rest is read. */
function placeOf(pieces: readonly string[], ears: Ears): RegionCode | undefined {
  const listening = listeningTo(ears);
  for (const piece of pieces) {
    const understood = ears.understander.understand(piece, listening);
    const told = toldIn(understood, ears.understander, listening).region;
    if (typeof told === 'string') return told;
    const named = understood.entities.find(({ type, alternatives }) => type === 'region' && !alternatives);
    if (named !== undefined) return String(named.value);
  }
  return undefined;
}

/** A wish brings its own slots; anything else is taken as said in passing while a complaint is being told. */
function toldIn(understood: Understanding, understander: Understander, listening: Listening): Slots {
  const wish = understander.commands(understood, listening);
  const passing = understander.commands(understood, {
    ...listening,
    inFlow: true,
    asking: { slot: 'symptom', reply: 'diagnose.ask.symptom', params: {} },
  });
  return merged(
    [...wish, ...passing].flatMap((command): Slots[] => {
      if (command.kind === 'startFlow') return command.flow === 'diagnose' ? [command.slots] : [];
      return command.kind === 'provide' || command.kind === 'correct' ? [command.slots] : [];
    }),
  );
}

/** What was said first stays: in a report the later sentences are about what was done since. */
function merged(all: readonly Slots[]): Slots {
  return Object.assign({}, ...all.toReversed()) as Slots;
}

/** What is surely trouble; in a report without any such sentence, what most likely is. */
function troublesIn(understood: readonly Understanding[]): readonly Understanding[] {
  const sure = understood.filter(({ action }) => action === 'diagnose');
  if (sure.length > 0 || understood.some(isQuestion)) return sure;
  return understood.filter(({ action, intent }) => action === 'ask_back' && intent === 'diagnose');
}

function isQuestion({ action, intent }: Understanding): boolean {
  return action === 'answer' && intent.startsWith('ask.');
}

function surest(understood: readonly Understanding[]): Understanding | undefined {
  return understood.toSorted((a, b) => b.confidence - a.confidence)[0];
}

function hintsOf(understood: readonly Understanding[]): readonly Scored<CauseId>[] {
  const best = new Map<CauseId, number>();
  for (const { causes } of understood)
    for (const { id, p } of causes) best.set(id, Math.max(p, best.get(id) ?? 0));
  return ranked(best);
}

function intentsOf(understood: readonly Understanding[]): readonly Scored<Intent>[] {
  const best = new Map<Intent, number>();
  for (const { alternatives } of understood) {
    for (const { id, p } of alternatives) if (p >= LIKELY) best.set(id, Math.max(p, best.get(id) ?? 0));
  }
  return ranked(best);
}

function ranked<Id extends string>(best: ReadonlyMap<Id, number>): readonly Scored<Id>[] {
  return [...best].map(([id, p]) => ({ id, p })).sort((a, b) => b.p - a.p || (a.id < b.id ? -1 : 1));
}
