/**
 * What is known of doing something on one system: where to tap, or honestly that nothing was
 * published. The ways are those of the region files; a system holds none of its own.
 */
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { Intent } from '../domain/taxonomy.ts';
import type { Entity } from '../domain/understanding.ts';
import { type Answer, findAnswer, type Question } from './answers.ts';
import type { Knowledge } from './knowledge.ts';
import { type EffectiveEntry, entriesOf, isTellable, NATION, regionChain } from './lookup.ts';
import type { FaqEntry } from './schema/faq.ts';
import { OPERATIONS, type Operation } from './schema/region.ts';
import type { System } from './schema/system.ts';

export interface SystemCard {
  readonly system: System;
  readonly operation: Operation;
  /** Where the ways hold; the place of the system when the citizen's is not known. */
  readonly region: RegionCode;
  /** Only ways that may be told; empty means that no published one was found. */
  readonly ways: readonly EffectiveEntry[];
  /** The general answer to the same question, for what the system does not settle. */
  readonly general?: Answer;
}

export type Chosen =
  | { readonly kind: 'entry'; readonly answer: Answer }
  | { readonly kind: 'system'; readonly card: SystemCard };

/** The intent whose answers tell how an operation is done. */
const INTENT_OF: Readonly<Record<Operation, Intent>> = {
  bind: 'ask.how_bind',
  confirm: 'ask.how_bind',
  unbind: 'ask.how_unbind',
  order: 'ask.order',
  members: 'ask.how_query',
  spending: 'ask.how_query',
  refund: 'ask.how_query',
  balance: 'ask.how_query',
  premium: 'ask.how_pay',
  allocate: 'ask.how_use',
  wallet: 'ask.cross_region',
};

/** Intents that say the operation by themselves. */
const OPERATION_OF: Partial<Record<Intent, Operation>> = {
  'ask.how_bind': 'bind',
  'ask.how_unbind': 'unbind',
  'ask.how_pay': 'premium',
  'ask.order': 'order',
};

/** 支付宝能绑吗 is heard as a question of who may or what for, and is one of where. The first that is talked about wins. */
const VAGUE: readonly Intent[] = ['ask.eligibility', 'ask.scope', 'ask.what', 'ask.other', 'ask.how_use'];
const TALKED_OF: readonly (readonly [concept: string, Operation])[] = [
  ['unbind', 'unbind'],
  ['allocate', 'allocate'],
  ['premium', 'premium'],
  ['spending_obj', 'spending'],
  ['refund_obj', 'refund'],
  ['balance', 'balance'],
  ['members_obj', 'members'],
  ['bind', 'bind'],
];

/**
 * What is said to a question: an entry of `faq`, or, when the question is about a system that no
 * entry speaks of, what is known of that system. A place named in the question counts; then the
 * place of the system, unless the citizen's own lies within it.
 */
export function chooseAnswer(knowledge: Knowledge, question: Question): Chosen | undefined {
  const system = systemOf(knowledge, question.entities ?? []);
  if (system === undefined) return entry(findAnswer(knowledge, question));
  const region = placeOf(knowledge, system, question);
  const local = { ...question, ...(region === undefined ? {} : { region }) };
  const asked = findAnswer(knowledge, local);
  const operation = operationOf(question);
  if (operation === undefined || asked?.entry.when.platform?.includes(system.id)) return entry(asked);
  const general = findAnswer(knowledge, { ...local, intent: INTENT_OF[operation] });
  if (general !== undefined && speaksOf(knowledge, general.entry, system)) return entry(general);
  return { kind: 'system', card: systemCard(knowledge, system, operation, question.asOf, region, general) };
}

/** What is known of one operation on one system on a day. */
export function systemCard(
  knowledge: Knowledge,
  system: System,
  operation: Operation,
  asOf: Day,
  region: RegionCode = system.regions[0] ?? NATION,
  general?: Answer,
): SystemCard {
  const ways = waysOn(knowledge, system, operation, region, asOf);
  return { system, operation, region, ways, ...(general === undefined ? {} : { general }) };
}

/** Ways on this very system along the chain of the region, nearest first; only those that may be told. */
export function waysOn(
  knowledge: Knowledge,
  system: System,
  operation: Operation,
  region: RegionCode,
  asOf: Day,
): readonly EffectiveEntry[] {
  return regionChain(knowledge, region).flatMap((code) =>
    entriesOf(knowledge, operation, code, asOf).filter(
      (way) => way.platform === system.id && isTellable(way),
    ),
  );
}

function entry(answer: Answer | undefined): Chosen | undefined {
  return answer && { kind: 'entry', answer };
}

/** A local system before a shell that opens it: 支付宝 in 支付宝里的闽政通 only says the way there. */
function systemOf({ systems }: Knowledge, entities: readonly Entity[]): System | undefined {
  const named = entities.flatMap(({ type, value }) =>
    type === 'platform' ? (systems.get(String(value)) ?? []) : [],
  );
  return named.find(({ regions }) => !regions.includes(NATION)) ?? named[0];
}

function operationOf({ intent, entities = [] }: Question): Operation | undefined {
  const object = entities.find(({ type }) => type === 'object')?.value;
  if (intent === 'ask.how_query' && OPERATIONS.includes(object as Operation)) return object as Operation;
  const known = OPERATION_OF[intent];
  if (known !== undefined) return known;
  if (!VAGUE.includes(intent) && intent !== 'ask.how_query') return undefined;
  return TALKED_OF.find(([concept]) =>
    entities.some((one) => one.type === 'concept' && one.value === concept),
  )?.[1];
}

function placeOf(knowledge: Knowledge, system: System, question: Question): RegionCode | undefined {
  const isNamed = question.entities?.some(({ type, alternatives }) => type === 'region' && !alternatives);
  const { region } = question;
  if (isNamed || system.regions.includes(NATION)) return region;
  const isWithin =
    region !== undefined && regionChain(knowledge, region).some((code) => system.regions.includes(code));
  return isWithin ? region : system.regions[0];
}

/** An answer is about a system when it is bound to it or names it before its exceptions. */
function speaksOf({ lexicon }: Knowledge, { when, title, body }: FaqEntry, system: System): boolean {
  const { id, label, regions } = system;
  if (when.platform?.includes(id)) return true;
  const main = body.split(/^(?:例外|不行怎么办)：/mu)[0] ?? '';
  // 窗口 and the like stand in answers about anything.
  const shortest = regions.includes(NATION) ? 3 : 2;
  const names = [label, ...(lexicon.platforms[id]?.words ?? [])].filter(({ length }) => length >= shortest);
  return names.some((name) => title.includes(name) || main.includes(name));
}
