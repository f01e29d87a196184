/** From talks and cases of one day to the numbers that are kept of it. Pure. */
import type { CaseDay, Cell, RatedCase, TalkDay, WithdrawnEntry } from '../contracts/statistics.ts';
import { ageInDays } from './days.ts';
import { type Outcome, WAIT_CLASSES } from './definitions.ts';
import { deedsOf } from './talk.ts';

/** Numbers being added up; as large as there are different cells, however many talks there were. */
export class Tally {
  readonly #cells = new Map<string, { -readonly [Key in keyof Cell]: Cell[Key] }>();

  add(at: Pick<Cell, 'channel' | 'region'>, figure: string, detail: string, n = 1): void {
    const { channel, region } = at;
    const key = [figure, channel, region, detail].join('\u0000');
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, { figure, channel, region, detail, n });
    else cell.n += n;
  }

  cells(): readonly Cell[] {
    return [...this.#cells.values()];
  }
}

export interface Around {
  /** On the day or within the days after it. */
  readonly isHandedOver: boolean;
  readonly isOver: boolean;
  readonly isFirstOfMonth: boolean;
}

export function outcomeOf(talk: TalkDay, { isHandedOver, isOver }: Omit<Around, 'isFirstOfMonth'>): Outcome {
  if (isHandedOver) return 'handed_over';
  if (talk.isConfirmed) return 'confirmed';
  if (!isOver) return 'open';
  return talk.isAnswered ? 'presumed' : 'abandoned';
}

export function addTalk(tally: Tally, talk: TalkDay, around: Around): void {
  tally.add(talk, 'turns', '', talk.turns);
  if (talk.said === 0) return;
  const outcome = outcomeOf(talk, around);
  const [cause] = talk.causes;
  tally.add(talk, 'talks', outcome);
  tally.add(talk, 'said', '', talk.said);
  for (const [action, n] of Object.entries(talk.actions)) tally.add(talk, 'action', action, n);
  for (const [flow, n] of Object.entries(talk.flows)) tally.add(talk, 'flow', flow, n);
  for (const [state, bits] of Object.entries(talk.states)) {
    for (const deed of deedsOf(bits)) tally.add(talk, 'state', `${state}/${deed}`);
  }
  if (cause !== undefined) tally.add(talk, 'cause', cause);
  addTold(tally, talk);
  if (!around.isFirstOfMonth) return;
  tally.add(talk, 'open.outcome', outcome);
  tally.add(talk, 'open.repair', repairOf(talk));
  if (cause !== undefined) tally.add(talk, 'open.cause', cause);
}

function addTold(tally: Tally, talk: TalkDay): void {
  for (const [told, n] of Object.entries(talk.told)) {
    const at = told.lastIndexOf('@');
    const checked = told.slice(at + 1);
    tally.add(talk, 'told', told.slice(0, at), n);
    if (checked !== '') tally.add(talk, 'age', String(Math.max(0, ageInDays(checked, talk.day))), n);
  }
}

function repairOf({ actions }: TalkDay): 'fallback' | 'ask_back' | 'none' {
  if ((actions.fallback ?? 0) > 0) return 'fallback';
  return (actions.ask_back ?? 0) > 0 ? 'ask_back' : 'none';
}

// === Cases

const MINUTE_MS = 60_000;
const minutes = (from: number, until: number): number => Math.max(0, Math.floor((until - from) / MINUTE_MS));

export function addOpened(tally: Tally, opened: CaseDay): void {
  tally.add(opened, 'cases', 'opened');
}

export function addAnswered(tally: Tally, answered: CaseDay): void {
  if (answered.firstAnswerAt === undefined) return;
  const waited = minutes(answered.openedAt, answered.firstAnswerAt);
  tally.add(answered, 'cases', 'answered');
  tally.add(answered, 'wait', String(waited));
  tally.add(answered, 'open.wait', waitClass(waited));
}

export function waitClass(waited: number): string {
  const end = WAIT_CLASSES.find((most) => waited < most);
  return end === undefined ? `from_${WAIT_CLASSES.at(-1)}` : `under_${end}`;
}

export function addClosed(tally: Tally, closed: CaseDay): void {
  if (closed.closedAt === undefined) return;
  const { firstCause, trueCause } = closed;
  tally.add(closed, 'cases', 'closed');
  tally.add(closed, 'handling', String(minutes(closed.openedAt, closed.closedAt)));
  if (firstCause !== undefined && trueCause !== undefined && firstCause !== trueCause) {
    tally.add(closed, 'wrong', `other_cause|cause|${firstCause}|${trueCause}`);
  }
}

export function addRated(tally: Tally, rated: RatedCase): void {
  const { entry, cause, clerk, isSatisfied, reason } = rated;
  const said = isSatisfied ? 'yes' : 'no';
  tally.add(rated, 'csat', said);
  if (entry !== undefined) tally.add(rated, 'csat.entry', `${entry}|${said}`);
  if (cause !== undefined) tally.add(rated, 'csat.cause', `${cause}|${said}`);
  if (clerk !== undefined) tally.add(rated, 'csat.clerk', `${clerk}|${said}`);
  if (!isSatisfied && entry !== undefined)
    tally.add(rated, 'wrong', `unhelpful|faq|${entry}|${reason ?? ''}`);
  tally.add(rated, 'open.csat', `${cause ?? 'unknown'}|${said}`);
}

/** Why stands in words where it was withdrawn; how often it had been told, in the cells of the days before. */
export function addWithdrawn(tally: Tally, { kind, id }: WithdrawnEntry): void {
  tally.add({ channel: '', region: '' }, 'wrong', `withdrawn|${kind}|${id}|`);
}
