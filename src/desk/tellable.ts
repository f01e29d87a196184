/** What may be told, as words with where they come from: answers, causes, questions. */
import type { Diagnosis } from '../diagnosis/engine.ts';
import { explain } from '../diagnosis/explain.ts';
import type { Citation } from '../domain/conversation.ts';
import type { Fact, Finding } from '../domain/fact.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { Understanding } from '../domain/understanding.ts';
import { mayBeSaid } from '../knowledge/answers.ts';
import { NATION, regionName } from '../knowledge/lookup.ts';
import { chooseAnswer } from '../knowledge/systems.ts';
import type { Thinking } from './advice-deps.ts';

export interface Told {
  /** By which it is counted; see `DraftFigures`. */
  readonly entry: string;
  readonly text: string;
  readonly source?: string;
  readonly region?: string;
  /** When somebody last looked at what it says. */
  readonly checked?: Day;
}

export interface Place {
  readonly asOf: Day;
  readonly region?: RegionCode | undefined;
}

/** The answer of the knowledge to a question, by region and day; undefined when nothing published was found. */
export function toldAnswer(
  { intent, entities, normalized }: Pick<Understanding, 'intent' | 'entities' | 'normalized'>,
  { asOf, region }: Place,
  thinking: Thinking,
): Told | undefined {
  const knowledge = thinking.knowledge();
  const named = entities.find((entity) => entity.type === 'region' && entity.alternatives === undefined);
  const where = named === undefined ? region : String(named.value);
  const chosen = chooseAnswer(knowledge, {
    intent,
    asOf,
    entities,
    text: normalized,
    ...(where === undefined ? {} : { region: where }),
  });
  if (chosen === undefined) return undefined;
  if (chosen.kind === 'entry') return toldEntry(chosen.answer.entry.id, chosen.answer.region, asOf, thinking);
  const { system, operation, region: place, general } = chosen.card;
  const params = { system: system.id, operation, region: place, asOf, faq: general?.entry.id ?? null };
  const said = thinking.say({ id: 'answer.system', params });
  const entry = `system:${system.id}.${operation}`;
  return { entry, text: said.text, region: regionName(knowledge, place), ...sourceOf(said.sources) };
}

/** One entry, as it would be said; undefined when it may not be. */
export function toldEntry(
  id: string,
  region: RegionCode,
  asOf: Day,
  { knowledge, say }: Thinking,
): Told | undefined {
  const books = knowledge();
  const entry = books.faq.get(id);
  if (entry === undefined || !mayBeSaid(books, entry, asOf)) return undefined;
  const overdue = entry.review_due < asOf ? { overdue: true } : {};
  const said = say({ id: 'answer', params: { faq: id, region, followUp: null, ...overdue } });
  return {
    entry: `faq:${id}`,
    text: said.text,
    region: regionName(books, region),
    checked: entry.reviewed_on,
    ...sourceOf(said.sources),
  };
}

/** Why it does not work, and what mends it. */
export function toldCause(
  finding: Finding,
  facts: readonly Fact[],
  { asOf, region = NATION }: Place,
  thinking: Thinking,
): Told | undefined {
  const books = thinking.knowledge();
  const cause = books.causes.get(finding.cause);
  if (cause === undefined) return undefined;
  const { reply, sources, remedy } = explain(cause, facts);
  const params = { ...reply.params, cause: cause.id, region, ruleRegion: region, sources: [...sources] };
  const said = thinking.say({ id: reply.id, params });
  const steps = remedy.kind === 'guide' ? toldEntry(remedy.faq ?? '', region, asOf, thinking) : undefined;
  const checked = sources.flatMap((id) => books.sources.get(id)?.checked ?? []).sort()[0];
  return {
    entry: `cause:${cause.id}`,
    text: steps === undefined ? said.text : `${bare(said.text)}\n\n${steps.text}`,
    region: regionName(books, region),
    ...sourceOf(steps === undefined ? said.sources : undefined),
    ...(steps?.source === undefined ? {} : { source: steps.source }),
    ...(checked === undefined ? {} : { checked }),
  };
}

/** Below the words of a cause with steps stand the source lines of the steps; twice would be once too often. */
function bare(text: string): string {
  return text.split('\n\n适用地区：', 1)[0] ?? text;
}

/** The question that would tell most, with what may be answered. */
export function toldQuestion(
  next: NonNullable<Diagnosis['next']>,
  { knowledge, words }: Pick<Thinking, 'knowledge' | 'words'>,
): Told | undefined {
  const id = `diagnose.ask.${next.fact}`;
  const question = words(id);
  if (question === '') return undefined;
  const labels = choicesOf(next, knowledge()).map(({ label }) => label);
  const text = labels.length === 0 ? question : words('desk.triage.choices', { question, choices: labels });
  return { entry: `ask:${next.fact}`, text };
}

/** The answers that are worth offering, 不知道 included. */
export function choicesOf(
  next: NonNullable<Diagnosis['next']>,
  { replies }: ReturnType<Thinking['knowledge']>,
) {
  const all = replies.get(`diagnose.ask.${next.fact}`)?.choices ?? [];
  return all.filter(({ value }) => value === 'unknown' || next.choices.includes(value));
}

function sourceOf(sources: readonly Citation[] | undefined): { readonly source?: string } {
  const named = (sources ?? [])
    .slice(0, 2)
    .map(({ publisher, title, date }) => `${publisher}《${title}》（${date}）`);
  return named.length === 0 ? {} : { source: named.join('；') };
}
