/** The words for what is known of doing something on one system; the facts are those of its card. */
import type { JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { Operation } from '../knowledge/schema/region.ts';
import { type SystemCard, systemCard } from '../knowledge/systems.ts';
import { fillTemplate, wordsOf } from './template.ts';

export interface SystemAnswer {
  readonly text: string;
  /** Ids of `knowledge/sources.yaml`; those that may not be cited are left out by whoever cites. */
  readonly sources: readonly string[];
}

/** Steps when a published way is known; else the honest word, and the general answer below it. */
export function systemAnswer(params: JsonObject, knowledge: Knowledge): SystemAnswer {
  const system = knowledge.systems.get(String(params.system));
  const say = (id: string, values: JsonObject) =>
    fillTemplate(wordsOf(knowledge, id).text, values, knowledge);
  // The file was withdrawn between the thought and the word.
  if (system === undefined) return { text: say('answer.not_published', {}), sources: [] };
  const operation = String(params.operation) as Operation;
  const card = systemCard(knowledge, system, operation, String(params.asOf), String(params.region));
  const general = knowledge.faq.get(String(params.faq));
  const claims = system.claims.filter(({ about }) => about.includes(operation));
  const [way] = card.ways;
  const lines = [
    headOf(card, say),
    ...(way === undefined ? [] : ['', ...stepsOf(way.path), '']),
    ...bodyOf(card, say),
    ...claims.map(({ truth }) => say('answer.system.truth', { value: truth })),
    ...(way === undefined && general !== undefined
      ? [say('answer.system.general', {}), '', general.body.trim()]
      : [say('answer.system.ask', { value: asksOf(card, knowledge) })]),
  ];
  const grounds = way === undefined ? (general?.sources ?? []) : [way.source ?? ''];
  return {
    text: lines.join('\n'),
    sources: [...grounds, ...claims.flatMap((claim) => claim.sources)],
  };
}

type Say = (id: string, values: JsonObject) => string;

function headOf({ system, operation, ways }: SystemCard, say: Say): string {
  const named = { system: system.label, operation };
  const note = system.operations[operation]?.note;
  if (ways.length > 0) return say('answer.system.way', named);
  return note === undefined
    ? say('answer.system.none', named)
    : say('answer.system.noted', { ...named, note });
}

function stepsOf(path: readonly string[]): string[] {
  return path.map((step, index) => `${index + 1}. ${step}`);
}

function bodyOf({ system, operation, ways: [way] }: SystemCard, say: Say): string[] {
  if (way === undefined) return [];
  const who = system.operations[operation]?.who;
  return [
    ...(who === undefined ? [] : [say('answer.system.who', { value: who })]),
    ...(way.note === undefined ? [] : [say('answer.system.about', { value: way.note })]),
  ];
}

function asksOf({ system }: SystemCard, { systems }: Knowledge): string {
  return system.ask.map((id) => systems.get(id)?.label ?? id).join('、');
}
