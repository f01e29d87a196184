/**
 * Replies into words. The words are in `knowledge/replies`. Region, date and source of what is told are set under it here, so that no
 * author can forget them.
 */
import type { Choice, OutboundPart, Reply, SecurePurpose } from '../domain/conversation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Intent } from '../domain/taxonomy.ts';
import { citationsOf } from '../knowledge/answers.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { regionName } from '../knowledge/lookup.ts';
import type { FaqEntry } from '../knowledge/schema/faq.ts';
import type { ReplyText } from '../knowledge/schema/reply.ts';
import { evidenceLines } from './evidence.ts';
import { systemAnswer } from './system-answer.ts';
import { fillTemplate, wordsOf } from './template.ts';

/** One reply as it goes out. Throws when nobody wrote its words: that is our fault, not the citizen's. */
export function render(reply: Reply, knowledge: Knowledge): OutboundPart {
  if (reply.id === 'answer') return renderAnswer(reply, knowledge);
  if (reply.id === 'answer.system') return renderSystem(reply, knowledge);
  const words = wordsOf(knowledge, reply.id);
  const text = fillTemplate(wordingOf(words, reply.params), reply.params, knowledge);
  const evidence = evidenceLines(reply.params, knowledge);
  const ids = [...words.sources, ...stringsOf(reply.params.sources)];
  const part = withSources([text, ...evidence].join('\n'), ids, reply.params, knowledge);
  const choices = choicesOf(reply, words, knowledge);
  return {
    id: reply.id,
    params: publicParams(reply.params),
    ...part,
    ...(choices.length > 0 ? { choices } : {}),
    ...secureOf(reply.params),
  };
}

function renderAnswer(reply: Reply, knowledge: Knowledge): OutboundPart {
  const entry = knowledge.faq.get(String(reply.params.faq)) as FaqEntry;
  const params = { ...reply.params, asOf: entry.reviewed_on, ruleRegion: reply.params.region ?? '000000' };
  const isOverdue = reply.params.overdue === true;
  const caution = isOverdue ? `${wordsOf(knowledge, 'answer.overdue').text}\n` : '';
  const part = withSources(`${caution}${entry.body.trim()}`, entry.sources, params, knowledge);
  const followUp = reply.params.followUp;
  const label =
    typeof followUp === 'string' ? knowledge.replies.get(`label.follow_up.${followUp}`)?.text : undefined;
  return {
    id: 'answer',
    params: {
      faq: entry.id,
      region: reply.params.region ?? null,
      ...(isOverdue ? { overdue: true } : {}),
    },
    ...part,
    ...(label === undefined ? {} : { choices: [{ value: `flow:${String(followUp)}`, label }] }),
  };
}

function renderSystem({ id, params }: Reply, knowledge: Knowledge): OutboundPart {
  const { text, sources } = systemAnswer(params, knowledge);
  return { id, params, ...withSources(text, sources, params, knowledge) };
}

/** A question that was missed is put in other words; the last wording serves for all further tries. */
function wordingOf(words: ReplyText, params: JsonObject): string {
  const again = typeof params.again === 'number' ? params.again : 0;
  return again === 0 ? words.text : (words.again[Math.min(again, words.again.length) - 1] ?? words.text);
}

function choicesOf(reply: Reply, words: ReplyText, knowledge: Knowledge): readonly Choice[] {
  const { intents, choices } = reply.params;
  if (Array.isArray(choices)) return choices as unknown as readonly Choice[];
  if (!Array.isArray(intents)) return words.choices;
  const offered = (intents as readonly Intent[]).map((intent) => ({
    value: `intent:${intent}`,
    label: knowledge.intents.get(intent)?.label ?? intent,
  }));
  return [...offered, ...words.choices];
}

function withSources(
  text: string,
  ids: readonly string[],
  params: JsonObject,
  knowledge: Knowledge,
): Pick<OutboundPart, 'text' | 'sources'> {
  const sources = citationsOf(knowledge, ids);
  if (sources.length === 0) return { text };
  const region = regionName(knowledge, String(params.ruleRegion ?? params.region ?? '000000'));
  const named = sources
    .slice(0, 2)
    .map(({ publisher, title, date }) => `${publisher}《${title}》（${date}）`);
  return { text: `${text}\n\n适用地区：${region}\n依据：${named.join('；')}`, sources };
}

function secureOf({ secure, url }: JsonObject): Pick<OutboundPart, 'secure'> {
  if (typeof secure !== 'string') return {};
  const purpose = secure as SecurePurpose;
  return { secure: typeof url === 'string' ? { purpose, url } : { purpose } };
}

/** The address of a secure page travels in `secure` only; choices in `choices`. */
function publicParams({ secure: _, url: __, choices: ___, ...params }: JsonObject): JsonObject {
  return params;
}

function stringsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
