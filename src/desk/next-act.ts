/** What a clerk would best do next, and why. A suggestion from what the case says, in a fixed order. */
import { type FindingLine, type NextAct, STAFF_CHANNEL } from '../contracts/desk.ts';
import type { CaseRow, ReplyRow } from '../contracts/desk-store.ts';
import type { DeskDeps } from './deps.ts';

/** Less sure than this, nobody should be led into an act. */
const SURE_ENOUGH = 0.5;

export interface Situation {
  readonly row: CaseRow;
  readonly findings: readonly FindingLine[];
  readonly isVerified: boolean;
  readonly replies: readonly ReplyRow[];
}

export function nextAct(
  { row, findings, isVerified, replies }: Situation,
  words: DeskDeps['words'],
): NextAct {
  const plain = (act: NextAct['act']): NextAct => ({ act, because: words(`desk.next.${act}`) });
  const ask = (what: 'region' | 'verification'): NextAct => ({
    act: 'ask_for',
    because: words(`desk.next.ask_for.${what}`),
    what,
  });
  if (row.closedAt !== undefined) return plain('nothing');
  if (row.failedReplies > 0) return plain('look_into_delivery');
  if (row.owner === undefined) return plain('claim');
  if (row.channel === STAFF_CHANNEL) return { act: 'close', because: words('desk.next.close.aloud') };
  const hasAsked = row.record.status === 'waiting';
  if (hasAsked && row.waitingSince === undefined) return plain('wait_for_citizen');
  if (row.record.region === undefined && replies.length === 0) return ask('region');
  const [likeliest] = findings;
  if (likeliest !== undefined && likeliest.p >= SURE_ENOUGH && likeliest.remedy.kind === 'act') {
    return {
      act: 'start_act',
      because: words('desk.next.start_act', { title: likeliest.title }),
      flow: likeliest.remedy.flow,
      cause: likeliest.cause,
    };
  }
  if (!isVerified && row.record.symptom !== undefined && replies.length === 0) return ask('verification');
  return plain(row.waitingSince === undefined ? 'close' : 'reply');
}
