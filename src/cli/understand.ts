/** `gongji understand`: what a sentence means, one sentence a line, as JSON or as bare text. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Entity, Understanding } from '../domain/understanding.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { daySchema } from '../knowledge/schema/dated.ts';
import { chooseAnswer } from '../knowledge/systems.ts';
import { openLibrary } from '../library.ts';
import type { Listening } from '../understanding/understander.ts';
import { type Command, eachLine } from './command.ts';
import { dayOf } from './rules.ts';

export const sentenceSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  text: z.string(),
  asking: z.string().min(1).optional(),
  region: z
    .string()
    .regex(/^\d{6}$/, 'a region code of six digits')
    .optional(),
  asOf: daySchema.optional(),
});
export type SentenceInput = z.infer<typeof sentenceSchema>;

export const understand: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { 'as-of': { type: 'string' }, data: { type: 'string' }, memory: { type: 'boolean' } },
  });
  const today = dayOf(values['as-of']);
  const { knowledge, understander } = openLibrary(values.data === undefined ? {} : { cacheDir: values.data });
  let number = 0;
  await eachLine(io, (line) => {
    number += 1;
    const input = parseSentence(line);
    const listening = listeningTo(input, today);
    const begun = performance.now();
    const understood = understander.understand(input.text, listening);
    const ms = Math.round((performance.now() - begun) * 1000) / 1000;
    const shown = describe(understood, answerOf(knowledge, understood, listening));
    return [{ id: input.id ?? number, ...shown, ms }];
  });
  return 0;
};

/** A line that is no JSON object is the text itself. */
export function parseSentence(line: string): SentenceInput {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    if (line.trimStart().startsWith('{')) throw error;
    return { text: line };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { text: line };
  const parsed = sentenceSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('bad_input', `${issue?.path.join('.') || 'line'}: ${issue?.message}`);
}

export function listeningTo({ asking, region, asOf }: SentenceInput, today: string): Listening {
  return {
    inFlow: asking !== undefined,
    asOf: asOf ?? today,
    ...(asking === undefined ? {} : { asking: { slot: asking, reply: '', params: {} } }),
    ...(region === undefined ? {} : { region }),
  };
}

/** The entry that would be said, for an answer or in place of a task that has no flow yet; or `system.operation`. */
export function answerOf(
  knowledge: Knowledge,
  understood: Understanding,
  listening: Listening,
): string | undefined {
  const entry = knowledge.intents.get(understood.intent);
  const instead = entry?.flow === undefined ? entry?.answer_with : undefined;
  const isSaid =
    understood.action === 'answer' ||
    (understood.action === 'task' && instead !== undefined) ||
    (understood.action === 'out_of_scope' && understood.intent === 'ask.other');
  if (!isSaid) return undefined;
  const region = regionOf(understood.entities) ?? listening.region;
  const chosen = chooseAnswer(knowledge, {
    intent: instead ?? understood.intent,
    asOf: listening.asOf,
    entities: understood.entities,
    text: understood.normalized,
    ...(region === undefined ? {} : { region }),
  });
  if (chosen?.kind !== 'system') return chosen?.answer.entry.id;
  return `${chosen.card.system.id}.${chosen.card.operation}`;
}

function regionOf(entities: readonly Entity[]): string | undefined {
  const value = entities.find(({ type, alternatives }) => type === 'region' && !alternatives)?.value;
  return typeof value === 'string' ? value : undefined;
}

function describe(understood: Understanding, faq: string | undefined): object {
  const { text, normalized, action, intent, symptom, reaction, repairedAs } = understood;
  return {
    text,
    normalized,
    action,
    intent,
    confidence: rounded(understood.confidence),
    alternatives: understood.alternatives.map(({ id, p }) => ({ intent: id, p: rounded(p) })),
    ...(symptom === undefined ? {} : { symptom }),
    causes: understood.causes.map(({ id, p }) => ({ cause: id, p: rounded(p) })),
    entities: understood.entities,
    ...(faq === undefined ? {} : { faq }),
    ...(reaction === undefined ? {} : { reaction }),
    ...(repairedAs === undefined ? {} : { repairedAs }),
  };
}

function rounded(p: number): number {
  return Math.round(p * 10_000) / 10_000;
}
