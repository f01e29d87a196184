/** A case as one line of a list. */
import type { CaseHead, Floor } from '../contracts/desk.ts';
import type { CaseRow } from '../contracts/desk-store.ts';
import type { ConversationStatus } from '../domain/conversation.ts';
import { regionName } from '../knowledge/lookup.ts';
import type { DeskDeps } from './deps.ts';
import { goalsOf } from './goals.ts';
import { toInstant } from './times.ts';

const FLOORS: { readonly [Status in ConversationStatus]: Floor } = {
  bot: 'bot',
  waiting: 'queue',
  human: 'clerk',
  closed: 'nobody',
};

export function headOf(row: CaseRow, { knowledge, clock, words }: DeskDeps): CaseHead {
  const books = knowledge();
  const { record, owner, waitingSince, firstAnswerAt, snoozedUntil, closedAt } = row;
  const { region, symptom } = record;
  const [goal] = goalsOf(row, books, clock.now());
  return {
    id: record.id,
    number: record.number,
    version: row.version,
    conversation: record.conversation,
    channel: row.channel,
    status: record.status,
    floor: FLOORS[row.floor],
    priority: row.priority,
    citizen: row.person?.maskedName ?? words('desk.citizen', { number: record.number.slice(-4) }),
    reason: { id: record.reason, label: labelOf(words, 'case_reason', record.reason) },
    subject: row.subject,
    openedAt: toInstant(row.openedAt),
    hasFailedReply: row.failedReplies > 0,
    ...(owner === undefined ? {} : { owner }),
    ...(region === undefined ? {} : { region: { code: region, name: regionName(books, region) } }),
    ...(symptom === undefined
      ? {}
      : { symptom: { id: symptom, label: books.lexicon.symptoms[symptom]?.label ?? symptom } }),
    ...(waitingSince === undefined ? {} : { waitingSince: toInstant(waitingSince) }),
    ...(firstAnswerAt === undefined ? {} : { firstAnswerAt: toInstant(firstAnswerAt) }),
    ...(snoozedUntil === undefined ? {} : { snoozedUntil: toInstant(snoozedUntil) }),
    ...(closedAt === undefined ? {} : { closedAt: toInstant(closedAt) }),
    ...(goal === undefined ? {} : { goal }),
  };
}

/** The id itself where nobody wrote a label. */
export function labelOf(words: DeskDeps['words'], group: string, id: string): string {
  return words(`label.${group}.${id}`) || id;
}
