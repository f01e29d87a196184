/** What only this room can check about the causes: the facts they speak of, and the words they need. */
import type { FactId } from '../domain/fact.ts';
import type { CauseId } from '../domain/taxonomy.ts';
import type { CauseEntry, Condition, Operand } from '../knowledge/schema/cause.ts';
import type { ReplyText } from '../knowledge/schema/reply.ts';
import { choicesFor, isValueOf } from './answers.ts';
import { factsOf } from './conditions.ts';
import { FACT_IDS, factSpec } from './facts.ts';

/** One sentence for every problem, with cause and fact; empty when all is well. */
export function causeProblems(
  causes: ReadonlyMap<CauseId, CauseEntry>,
  replies: ReadonlyMap<string, ReplyText>,
): readonly string[] {
  return [...[...causes.values()].flatMap((entry) => problemsOf(entry, replies)), ...factProblems(replies)];
}

function problemsOf(entry: CauseEntry, replies: ReadonlyMap<string, ReplyText>): readonly string[] {
  const name = `causes/${entry.id}`;
  const conditions = conditionsOf(entry).flatMap(conditionProblems);
  const words = [`diagnose.cause.${entry.id}`, ...entry.variants.flatMap(({ reply }) => reply ?? [])]
    .filter((id) => !replies.has(id))
    .map((id) => `reply '${id}' has no words`);
  return [...conditions, ...words, ...placeholderProblems(entry, replies)].map((one) => `${name}: ${one}`);
}

function conditionsOf(entry: CauseEntry): readonly Condition[] {
  const hard = [entry.excluded_if, entry.settled_if].filter((condition) => condition !== undefined);
  return [...hard, ...entry.evidence.map((one) => one.if), ...entry.variants.map((one) => one.if)];
}

function conditionProblems(condition: Condition): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(conditionProblems);
  if ('any' in condition) return condition.any.flatMap(conditionProblems);
  if ('not' in condition) return conditionProblems(condition.not);
  const unknown = factsOf(condition).filter((id) => factSpec(id) === undefined);
  if (unknown.length > 0)
    return unknown.map((id) => `there is no fact '${id}'; add it to diagnosis/facts.ts`);
  const { fact } = condition;
  if ('known' in condition) return [];
  if ('is' in condition) return valueProblems(fact, [condition.is]);
  if ('in' in condition) return valueProblems(fact, condition.in);
  return boundProblems(fact, 'at_least' in condition ? condition.at_least : condition.at_most);
}

function valueProblems(fact: FactId, values: readonly unknown[]): readonly string[] {
  return values
    .filter((value) => !isValueOf(fact, value))
    .map((value) => `'${String(value)}' is no value of '${fact}'`);
}

function boundProblems(fact: FactId, operand: Operand): readonly string[] {
  const ids = typeof operand === 'number' ? [fact] : [fact, operand.fact];
  return ids
    .filter((id) => factSpec(id)?.type !== 'number')
    .map((id) => `'${id}' is no number and cannot be compared`);
}

/** A text may only name facts that its own condition guarantees: a hole in a sentence is never said. */
function placeholderProblems(entry: CauseEntry, replies: ReadonlyMap<string, ReplyText>): readonly string[] {
  const plain = { reply: `diagnose.cause.${entry.id}`, known: new Set<FactId>() };
  const variants = entry.variants.flatMap(({ reply, if: condition }) =>
    reply === undefined ? [] : [{ reply, known: new Set(factsOf(condition)) }],
  );
  return [plain, ...variants].flatMap(({ reply, known }) => {
    const named = [...(replies.get(reply)?.text ?? '').matchAll(/\{fact\.([\w.]+)/gu)].map(
      (match) => match[1],
    );
    return named
      .filter((id) => id === undefined || !known.has(id))
      .map((id) => `reply '${reply}' names '${id}', which its condition does not guarantee`);
  });
}

function factProblems(replies: ReadonlyMap<string, ReplyText>): readonly string[] {
  return FACT_IDS.flatMap((id) => {
    const evidence = replies.get(`diagnose.evidence.${id}`);
    const missing = evidence === undefined ? [`facts/${id}: 'diagnose.evidence.${id}' has no words`] : [];
    if (factSpec(id)?.askCost === undefined) return missing;
    const question = replies.get(`diagnose.ask.${id}`);
    if (question === undefined) return [...missing, `facts/${id}: 'diagnose.ask.${id}' has no words`];
    const offered = new Set(question.choices.map(({ value }) => value));
    const unlabelled = choicesFor(id).filter((choice) => !offered.has(choice));
    return [...missing, ...unlabelled.map((choice) => `facts/${id}: choice '${choice}' has no label`)];
  });
}
