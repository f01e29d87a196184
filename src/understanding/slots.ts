/** Entities of a sentence as slots of a flow: who, where, which, and facts said in passing. */
import type { Slots } from '../domain/conversation.ts';
import type { Entity, Understanding } from '../domain/understanding.ts';
import type { Lexicon } from '../knowledge/schema/lexicon.ts';
import { createNumerals } from './numerals.ts';
import { anyOf } from './patterns.ts';
import { sameProvince } from './regions.ts';
import type { Listening } from './understander.ts';

export interface SlotReader {
  /** Relation, region of insurance of the payer, same_province, object, platform: what the words tell. */
  slots(understanding: Understanding, listening: Listening): Slots;
  /** Facts of diagnosis; those that count only as answers are left out. */
  facts(understanding: Understanding): Slots;
  /** The value these words give to one fact that is being asked for. */
  factAsked(understanding: Understanding, fact: string): string | number | boolean | undefined;
  /** Fen, where a sum is asked for and only a number is said: it means yuan. */
  bareFen(understanding: Understanding): number | undefined;
}

/** More than any account holds: a number of that size is something else. */
const MOST_YUAN = 9_999_999;

interface FactWords {
  readonly fact: string;
  readonly value: string | number | boolean;
  readonly only_as_answer: boolean;
  readonly pattern: RegExp;
}

export function createSlotReader(lexicon: Lexicon): SlotReader {
  const { roles } = lexicon.patterns;
  const people = { self: anyOf(roles.self), other: anyOf(roles.other), too: anyOf(roles.too) };
  const words: FactWords[] = lexicon.facts.map((entry) => ({ ...entry, pattern: anyOf(entry.words) }));
  const facts = ({ normalized }: Understanding): Slots => {
    const said: { [fact: string]: string | number | boolean } = {};
    for (const { fact, value, only_as_answer, pattern } of words) {
      if (!only_as_answer && said[fact] === undefined && pattern.test(normalized)) said[fact] = value;
    }
    return said;
  };
  const numerals = createNumerals(lexicon.patterns.numerals);
  const number = new RegExp(numerals.source, 'gu');
  return {
    facts,
    bareFen({ normalized }) {
      const [only, ...more] = normalized.match(number) ?? [];
      const yuan = only === undefined || more.length > 0 ? undefined : numerals.read(only);
      return yuan === undefined || yuan > MOST_YUAN ? undefined : Math.round(yuan * 100);
    },
    factAsked: ({ normalized }, fact) =>
      words.find((entry) => entry.fact === fact && entry.pattern.test(normalized))?.value,
    slots(understanding, listening) {
      const { entities } = understanding;
      const relation = relationOf(entities);
      const places = placesOf(understanding, people);
      const own = places.self ?? listening.region;
      const told = facts(understanding)['region.same_province'];
      const same =
        places.relative !== undefined && own !== undefined ? sameProvince(places.relative, own) : told;
      const object = valueIn(entities, 'object');
      const platform = valueIn(entities, 'platform');
      return {
        ...(relation === undefined ? {} : { relation }),
        ...(places.self === undefined ? {} : { region: places.self }),
        ...(typeof same === 'boolean' ? { same_province: same ? 'yes' : 'no' } : {}),
        ...(object === undefined ? {} : { object }),
        ...(platform === undefined ? {} : { platform }),
      };
    },
  };
}

function valueIn(entities: readonly Entity[], type: Entity['type']): string | undefined {
  const value = entities.find((entity) => entity.type === type)?.value;
  return typeof value === 'string' ? value : undefined;
}

/**
 * The relative who receives. Somebody else's card makes that person the payer; two relatives without
 * roles, or a word with two readings, leave it open.
 */
export function relationOf(entities: readonly Entity[]): string | undefined {
  const payers = new Set(entities.filter(({ type }) => type === 'role_payer').map(({ start }) => start));
  const named = entities.filter(
    ({ type, value, start }) => type === 'relation' && value !== 'self' && !payers.has(start),
  );
  const receiving = new Set(
    entities.filter(({ type }) => type === 'role_dependent').map(({ start }) => start),
  );
  const asDependent = named.filter(({ start }) => receiving.has(start));
  const considered = asDependent.length > 0 ? asDependent : named;
  const [first] = considered;
  if (first === undefined || first.alternatives !== undefined) return undefined;
  return considered.every(({ value }) => value === first.value) ? String(first.value) : undefined;
}

interface People {
  readonly self: RegExp;
  readonly other: RegExp;
  readonly too: RegExp;
}

/**
 * The first place of the speaker and the first of a relative: 我在苏州，孩子在安徽. A place in a
 * clause of its own, without anybody in it, is the speaker's; 她也在江苏 places both.
 */
function placesOf(
  { text, entities }: Understanding,
  people: People,
): { readonly self?: string; readonly relative?: string } {
  const places = entities.filter(({ type, alternatives }) => type === 'region' && alternatives === undefined);
  let mine: string | undefined;
  let theirs: string | undefined;
  places.forEach(({ value, start }, index) => {
    const owner = ownerOf(text, entities, { since: places[index - 1]?.end ?? 0, start }, people);
    if (owner !== 'relative') mine ??= String(value);
    if (owner !== 'self') theirs ??= String(value);
  });
  return {
    ...(mine === undefined ? {} : { self: mine }),
    ...(theirs === undefined ? {} : { relative: theirs }),
  };
}

function ownerOf(
  text: string,
  entities: readonly Entity[],
  { since, start }: { readonly since: number; readonly start: number },
  { self, other, too }: People,
): 'self' | 'relative' | 'both' {
  const relative = entities.findLast(
    (one) => one.type === 'relation' && one.end <= start && one.start >= since,
  );
  const between = text.slice(Math.max(since, relative?.end ?? 0), start);
  const clause = between.split(/[^\p{L}\p{N}]+/u).at(-1) ?? '';
  const isTheirs =
    other.test(clause) || (relative !== undefined && relative.value !== 'self' && clause === between);
  if (isTheirs && too.test(clause)) return 'both';
  return isTheirs && !self.test(clause) ? 'relative' : 'self';
}
