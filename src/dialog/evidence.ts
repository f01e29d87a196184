/** Why we think so, under an explanation: each fact with where it comes from. */

import { evidenceReply } from '../diagnosis/explain.ts';
import type { Evidence } from '../domain/fact.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { citationsOf } from '../knowledge/answers.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { fillTemplate } from './template.ts';

/** More than these nobody reads; the strongest come first. */
const SHOWN = 4;
/** Doubts are told, but they must not bury the reasons. */
const SHOWN_AGAINST = 2;

/** Lines such as `· 查到（11月24日）：余额 0.00 元`; none when the reply tells no finding. */
export function evidenceLines(params: JsonObject, knowledge: Knowledge): readonly string[] {
  return [
    ...section('diagnose.because', evidenceIn(params.because).slice(0, SHOWN), knowledge),
    ...section('diagnose.against', evidenceIn(params.against).slice(0, SHOWN_AGAINST), knowledge),
  ];
}

function section(heading: string, evidence: readonly Evidence[], knowledge: Knowledge): readonly string[] {
  const lines = evidence.flatMap((one) => {
    const { id, params: shown } = evidenceReply(knowledge.replies, one);
    const words = knowledge.replies.get(id);
    if (words === undefined) return [];
    return [`· ${originOf(one, knowledge)}${fillTemplate(words.text, shown, knowledge)}`];
  });
  return lines.length === 0 ? [] : [text(knowledge, heading, {}), ...lines];
}

function evidenceIn(value: Json | undefined): readonly Evidence[] {
  return Array.isArray(value) ? (value as unknown as readonly Evidence[]) : [];
}

function originOf(one: Evidence, knowledge: Knowledge): string {
  const at: Json = one.at === undefined ? null : one.at;
  return text(knowledge, `diagnose.origin.${one.origin}`, { at, by: sourceOf(one, knowledge) });
}

/** Who set a rule and when, in brackets; nothing for a source we may not cite. */
function sourceOf({ source }: Evidence, knowledge: Knowledge): string {
  const [citation] = source === undefined ? [] : citationsOf(knowledge, [source]);
  if (citation === undefined) return '';
  return text(knowledge, 'diagnose.origin.rule.by', { publisher: citation.publisher, date: citation.date });
}

function text(knowledge: Knowledge, id: string, params: JsonObject): string {
  return fillTemplate(knowledge.replies.get(id)?.text ?? '', params, knowledge);
}
