/**
 * What the figures mean. Published word for word in `docs/statistics.md`; whoever changes a rule here
 * changes it there, and counts anew (`gongji stats rebuild`).
 */
import type { FlowId } from '../../flows/flow.ts';

/** Days after the day of a talk within which a hand-over still says that it was not solved. The desk reopens cases as long. */
export const SETTLE_DAYS = 3;

/**
 * How one talk (a conversation on a day) ended. The first that holds:
 * - `handed_over`: on that day or within `SETTLE_DAYS` a case was opened, or a person had the floor;
 * - `confirmed`: a second look at the records found the trouble gone, or an act was carried out;
 * - `open`: none of these, and the days are not over;
 * - `presumed`: something was told, the last words were understood, and nobody was wanted in those days;
 * - `abandoned`: the rest.
 * "Solved" is `confirmed` and `presumed`, and is never shown without telling the two apart.
 */
export const OUTCOMES = ['confirmed', 'presumed', 'handed_over', 'abandoned', 'open'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Flows whose end `done` is an act carried out. */
export const ACTS: ReadonlySet<string> = new Set<FlowId>([
  'bind',
  'accept-invite',
  'unbind',
  'set-payer-order',
  'pay-premium',
  'allocate',
  'set-quota',
]);
/** Flows whose end `done` told what was asked for. */
export const LOOKS: ReadonlySet<string> = new Set<FlowId>(['query', 'case-status', 'my-data']);

/** Replies by which a second look says that the trouble is gone begin so. */
export const GONE = 'diagnose.recheck.ok';

/** Words that were not understood well enough to act on. */
export const UNCLEAR: ReadonlySet<string> = new Set(['ask_back', 'fallback']);

/** Upper ends, in minutes, of how long somebody waited; the last class has none. */
export const WAIT_CLASSES = [30, 60, 240, 1440, 4320] as const;

export const FIGURES = [
  'talks',
  'turns',
  'said',
  'action',
  'flow',
  'state',
  'cause',
  'told',
  'age',
  'cases',
  'wait',
  'handling',
  'wrong',
  'csat',
  'csat.entry',
  'csat.cause',
  'csat.clerk',
] as const;

/** Counted for the open data: each conversation once a month, each case once. */
export const OPEN_FIGURES = ['open.outcome', 'open.cause', 'open.repair', 'open.wait', 'open.csat'] as const;
