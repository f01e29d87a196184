/** How it was, in two taps: satisfied or not, and if not, why. Buttons carry the case they ask about. */
import { RATING_REASONS, type RatingReason } from '../contracts/desk.ts';
import type { Choice } from '../domain/conversation.ts';
import type { CaseId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { type Draft, say } from './draft.ts';

/** An opinion later than this is about something else. */
const RATE_WITHIN_MS = 7 * 24 * 3_600_000;

export function askHowItWas(draft: Draft, closed: CaseId): void {
  say(draft, 'staff.closed', { choices: choices(draft, closed, ['yes', 'no']) });
}

/** `<case>:yes`, `<case>:no`, `<case>:<reason>`. */
export function rate(draft: Draft, value: string): void {
  const [id = '', answer = ''] = value.split(':');
  const { lastCase, context } = draft;
  const isKnown = lastCase?.id === id && context.now - Date.parse(lastCase.closedAt) <= RATE_WITHIN_MS;
  if (!isKnown || !isAnswer(answer)) {
    say(draft, 'repair.stale_choice');
    return;
  }
  const isSatisfied = answer === 'yes';
  const reason = answer === 'yes' || answer === 'no' ? {} : { reason: answer };
  const { lastFaq } = draft.profile;
  const entry = lastFaq === undefined ? {} : { entry: lastFaq };
  draft.ratings.push({ case: lastCase.id, isSatisfied, ...reason, ...entry });
  if (answer === 'no') say(draft, 'csat.why', { choices: choices(draft, lastCase.id, RATING_REASONS) });
  else say(draft, isSatisfied ? 'csat.thanks' : 'csat.sorry');
}

function isAnswer(answer: string): answer is 'yes' | 'no' | RatingReason {
  return answer === 'yes' || answer === 'no' || (RATING_REASONS as readonly string[]).includes(answer);
}

function choices({ context }: Draft, id: CaseId, answers: readonly string[]): Json {
  return answers.map((answer): Choice => {
    const label = context.knowledge.replies.get(`label.csat.${answer}`)?.text ?? answer;
    return { value: `csat:${id}:${answer}`, label };
  }) as unknown as Json;
}
