/** The card of a case: everything a clerk should see before the first word. Nothing in it identifies a person. */
import { flowOf } from '../../flows/index.ts';
import type {
  ApplicationLine,
  CaseEvent,
  CaseView,
  EvidenceLine,
  FindingLine,
  Rating,
  StaffReply,
  TalkLine,
} from '../contracts/desk.ts';
import { STAFF_CHANNEL } from '../contracts/desk.ts';
import type { CaseRow, RatingRow, ReplyRow } from '../contracts/desk-store.ts';
import type { HistoryLine } from '../contracts/store.ts';
import { evidenceReply } from '../diagnosis/explain.ts';
import type { Evidence, Finding } from '../domain/fact.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { workingMinutesBetween } from '../knowledge/working-time.ts';
import type { DeskDeps } from './deps.ts';
import { goalsOf } from './goals.ts';
import { headOf, labelOf } from './heads.ts';
import { nextAct } from './next-act.ts';
import { toInstant } from './times.ts';

/** Lines of the talk a card shows; the rest can be read in the conversation. */
const TALK_LINES = 200;
const ASKED_LINES = 5;
const TRIED_LINES = 12;
const LINE_CHARS = 80;

/** Acts with a confirmation of the citizen's own. */
export const ACTS: readonly string[] = [
  'bind',
  'unbind',
  'accept-invite',
  'set-payer-order',
  'pay-premium',
  'allocate',
  'set-quota',
];

export async function cardOf(row: CaseRow, deps: DeskDeps): Promise<CaseView> {
  const { store, knowledge, clock, words } = deps;
  const { record, waitingSince } = row;
  const { id, conversation } = record;
  const [history, events, replies, rating, following, previous, applications] = await Promise.all([
    store.history(conversation, 0, Number.MAX_SAFE_INTEGER),
    store.caseEvents(id, 0),
    store.staffReplies(id),
    store.ratingOf(id),
    store.caseAfter(id),
    record.previous === undefined ? undefined : store.caseRow(record.previous),
    applicationsOf(row, deps),
  ]);
  const books = knowledge();
  const now = clock.now();
  const findings = record.findings.map((finding) => findingLine(finding, deps));
  const talk = history.map(talkLine);
  const isVerified = row.person !== undefined;
  return {
    ...headOf(row, deps),
    isVerified,
    asked: talk
      .filter(({ who }) => who === 'citizen')
      .slice(-ASKED_LINES)
      .map(({ text }) => text),
    findings,
    tried: tried(history, deps),
    applications,
    goals: goalsOf(row, books, now),
    next: nextAct({ row, findings, isVerified, replies }, words),
    acts: actsIn(row, findings).map((flow) => ({ flow, label: labelOf(words, 'flow', flow) })),
    replies: replies.map(asReply),
    talk: talk.slice(-TALK_LINES),
    events,
    ...(waitingSince === undefined
      ? {}
      : { waitingMinutes: workingMinutesBetween(books, record.region, waitingSince, now) }),
    ...closingOf(row, books, events),
    ...(rating === undefined ? {} : { rating: asRating(rating) }),
    ...(previous === undefined
      ? {}
      : { previous: { id: previous.record.id, number: previous.record.number } }),
    ...(following === undefined ? {} : { following }),
  };
}

function findingLine(finding: Finding, deps: DeskDeps): FindingLine {
  const line = (one: Evidence): EvidenceLine => ({ ...one, label: evidenceLabel(one, deps) });
  return {
    cause: finding.cause,
    title: deps.knowledge().causes.get(finding.cause)?.title ?? finding.cause,
    p: finding.p,
    because: finding.because.map(line),
    against: finding.against.map(line),
    remedy: finding.remedy,
  };
}

export function evidenceLabel(
  one: Evidence,
  { knowledge, words }: Pick<DeskDeps, 'knowledge' | 'words'>,
): string {
  const { id, params } = evidenceReply(knowledge().replies, one);
  const said = words(id, params) || `${one.fact}：${String(one.value)}`;
  return words(`desk.evidence.${one.origin}`, { words: said, at: one.at ?? null });
}

/** Words of staff are told apart from those of the bot, which delivers them. */
export function talkLine({ who, part, at, position }: HistoryLine): TalkLine {
  const isStaff = who === 'bot' && (part.id === 'staff.replied' || part.id.startsWith('staff.ask.'));
  return { who: isStaff ? 'staff' : who, text: part.text, at, position };
}

/** What the bot has answered, explained and got back from the office, each once. */
function tried(history: readonly HistoryLine[], { knowledge, words }: DeskDeps): readonly string[] {
  const books = knowledge();
  const lines = history.flatMap(({ who, part }) => {
    if (who !== 'bot') return [];
    if (part.id === 'answer') {
      const title = books.faq.get(String(part.params.faq))?.title;
      return title === undefined ? [] : [words('desk.tried.answer', { title })];
    }
    const cause = /^diagnose\.cause\.(\w+)/u.exec(part.id)?.[1];
    if (cause !== undefined) {
      const title = [...books.causes.values()].find((one) => one.id === cause)?.title ?? cause;
      return [words('desk.tried.cause', { title })];
    }
    if (!OUTCOMES.test(part.id)) return [];
    const [first = ''] = part.text.split('\n');
    return [words('desk.tried.said', { text: [...first].slice(0, LINE_CHARS).join('') })];
  });
  return [...new Set(lines)].slice(-TRIED_LINES);
}

/** Replies that tell how something came out. */
const OUTCOMES = /\.(?:result|refused|done|excluded|accepted|unavailable|none)(?:\.|$)/u;

async function applicationsOf({ person }: CaseRow, { store, words }: DeskDeps): Promise<ApplicationLine[]> {
  if (person === undefined) return [];
  const records = await store.applicationsOf(person.ref);
  return records.map(({ applicationNo, kind, state, reason, updatedAt }) => ({
    applicationNo,
    kind,
    state,
    label: words('desk.application', { kind, applicationNo, state }),
    updatedAt,
    ...(reason === undefined ? {} : { reason }),
  }));
}

/** Nobody can confirm an act where nobody can be written to. */
const actsIn = ({ channel }: CaseRow, findings: readonly FindingLine[]): readonly string[] =>
  channel === STAFF_CHANNEL ? [] : actsFor(findings);

/** The likeliest remedies first, then every other act. */
function actsFor(findings: readonly FindingLine[]): readonly string[] {
  const remedies = findings.flatMap(({ remedy }) => (remedy.kind === 'act' ? [remedy.flow] : []));
  return [...new Set([...remedies, ...ACTS])].filter((flow) => ACTS.includes(flow) && flowOf(flow));
}

const asReply = ({ key, by, at, text, delivery }: ReplyRow): StaffReply => ({
  key,
  by,
  at: toInstant(at),
  text,
  delivery,
});

export const asRating = ({ at, ...rest }: RatingRow): Rating => ({ ...rest, at: toInstant(at) });

function closingOf(
  { record: { closed } }: CaseRow,
  { causes }: Knowledge,
  events: readonly CaseEvent[],
): Pick<CaseView, 'closing'> {
  if (closed === undefined) return {};
  const { at, by, trueCause, note } = closed;
  return {
    closing: {
      at,
      by: events.findLast(({ kind }) => kind === 'closed')?.by ?? { id: by, displayName: by },
      ...(trueCause === undefined
        ? {}
        : { trueCause: { id: trueCause, title: causes.get(trueCause)?.title ?? trueCause } }),
      ...(note === undefined ? {} : { note }),
    },
  };
}
