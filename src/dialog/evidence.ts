/** Why we think so, under an explanation: each fact with where it comes from. */

import { evidenceReply } from '../diagnosis/explain.ts';
import type { Evidence } from '../domain/fact.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { fillTemplate } from './template.ts';

/** More than these nobody reads; the strongest come first. */
const SHOWN = 4;

/** Lines such as `· 查到（11月24日）：余额 0.00 元`; none when the reply tells no finding. */
export function evidenceLines(params: JsonObject, knowledge: Knowledge): readonly string[] {
  const because = params.because;
  if (!Array.isArray(because) || because.length === 0) return [];
  const lines = (because as unknown as readonly Evidence[]).slice(0, SHOWN).flatMap((one) => {
    const { id, params: shown } = evidenceReply(knowledge.replies, one);
    const words = knowledge.replies.get(id);
    if (words === undefined) return [];
    return [`· ${originOf(one, knowledge)}${fillTemplate(words.text, shown, knowledge)}`];
  });
  return lines.length === 0 ? [] : [text(knowledge, 'diagnose.because', {}), ...lines];
}

function originOf(one: Evidence, knowledge: Knowledge): string {
  const at: Json = one.at === undefined ? '' : localDay(one.at);
  return text(knowledge, `diagnose.origin.${one.origin}`, { at });
}

/** The day of an instant in China, which is what a citizen compares with. */
function localDay(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10);
}

function text(knowledge: Knowledge, id: string, params: JsonObject): string {
  return fillTemplate(knowledge.replies.get(id)?.text ?? '', params, knowledge);
}
