/**
 * What somebody who waits for a person is told: whether anybody is there, when next, how many are before
 * them, and how long others have waited. Measured or said to be unknown, never hoped.
 */
import type { QueueState } from '../contracts/desk-store.ts';
import type { RegionCode } from '../domain/insurance.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { dayAt, isOpenAt, nextOpening, workingMinutesBetween } from '../knowledge/working-time.ts';
import { fillTemplate, wordsOf } from './template.ts';

/** Fewer waits than these say nothing about the next one. */
export const MIN_SAMPLES = 10;
/** Of ten who waited, eight waited no shorter and no longer than this. */
const LOW = 0.1;
const HIGH = 0.9;
const DAY_MS = 86_400_000;

interface Here {
  readonly knowledge: Knowledge;
  readonly region: RegionCode | undefined;
  readonly now: number;
}

/** Each list holds one set of values when its line is to be said, and none when it is not. */
export function outlook(here: Here, queue: QueueState): JsonObject {
  const { knowledge, region, now } = here;
  if (queue.isOwned) return { owned: [{}] };
  const isOpen = isOpenAt(knowledge, region, now);
  const place = queue.ahead + 1;
  const line = queue.ahead === 0 ? { first: [{}] } : { queue: [{ ahead: queue.ahead, place }] };
  return { isOpen, ahead: queue.ahead, ...line, ...(isOpen ? {} : closed(here)), ...wait(here, queue) };
}

function closed({ knowledge, region, now }: Here): JsonObject {
  const opening = nextOpening(knowledge, region, now);
  // A day in a year whose calendar is not out may turn out to be a holiday.
  if (opening === undefined || !opening.isPublished) return { unsure: [{}] };
  return {
    closed: [{ when: inWords(knowledge, opening.at, now) }],
    opensAt: new Date(opening.at).toISOString(),
  };
}

function inWords(knowledge: Knowledge, at: number, now: number): string {
  const local = new Date(at + 8 * 3_600_000);
  const today = dayAt(now);
  const day = dayAt(at);
  const tomorrow = dayAt(now + DAY_MS);
  const kind = day === today ? 'today' : day === tomorrow ? 'tomorrow' : 'later';
  const params = {
    time: local.toISOString().slice(11, 16).replace(/^0/u, ''),
    weekday: String(local.getUTCDay()),
    month: local.getUTCMonth() + 1,
    date: local.getUTCDate(),
  };
  return fillTemplate(wordsOf(knowledge, `hand_off.when.${kind}`).text, params, knowledge);
}

/** In working time, as the desk has it: a night in between is nobody's slowness. */
function wait({ knowledge }: Here, { firstAnswers }: QueueState): JsonObject {
  if (firstAnswers.length < MIN_SAMPLES) return { unknown: [{}] };
  const minutes = firstAnswers
    .map(({ region, openedAt, answeredAt }) => workingMinutesBetween(knowledge, region, openedAt, answeredAt))
    .toSorted((a, b) => a - b);
  const at = (part: number): number => minutes[Math.round(part * (minutes.length - 1))] ?? 0;
  const from = Math.max(1, at(LOW));
  const to = Math.max(from + 1, at(HIGH));
  return { range: [{ from, to, samples: minutes.length }], waitFrom: from, waitTo: to };
}
