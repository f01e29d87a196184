/**
 * What a clerk could say now: at most three drafts for the latest words of the citizen, each from the knowledge and
 * each with where it comes from. Nothing is sent from here. Every draft is a row, so that pressing it later
 * means the very words that were seen, and so that it is known which entries are of use.
 */
import { createHash } from 'node:crypto';
import type { Advice, Draft, DraftFigures } from '../contracts/advice.ts';
import type { DraftRow, NewDraft } from '../contracts/advice-store.ts';
import { STAFF_CHANNEL } from '../contracts/desk.ts';
import type { CaseRow } from '../contracts/desk-store.ts';
import type { HistoryLine } from '../contracts/store.ts';
import { diagnose } from '../diagnosis/engine.ts';
import { regionFacts } from '../diagnosis/rule-facts.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { Evidence, Fact } from '../domain/fact.ts';
import type { CaseId } from '../domain/ids.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import { citationsOf, mayBeSaid } from '../knowledge/answers.ts';
import { cannedFor, mayBeOffered } from '../knowledge/canned.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { NATION, regionName } from '../knowledge/lookup.ts';
import { dayAt } from '../knowledge/working-time.ts';
import { mayAct } from './access.ts';
import type { AdviceDeps } from './advice-deps.ts';
import { editDistance } from './edit-distance.ts';
import { factsIn, type Heard, hear } from './hearing.ts';
import { type Told, toldAnswer, toldCause, toldQuestion } from './tellable.ts';
import { dayBounds } from './times.ts';
import { isWorthTelling } from './triage.ts';

const MOST_DRAFTS = 3;
/** What can be sent; a longer entry is read, not whispered. */
const DRAFT_CHARS = 1_500;
/** The last messages since a clerk spoke: people say one thing in several. */
const LATEST_LINES = 3;
const ID_CHARS = 16;

export type Whisper = Pick<Advice, 'drafts' | 'draft' | 'useDraft' | 'draftFigures'>;

export function whisper(deps: AdviceDeps): Whisper {
  const { store } = deps;
  return {
    async drafts(id) {
      const row = await store.caseRow(id);
      if (row === undefined || row.closedAt !== undefined || row.channel === STAFF_CHANNEL) return [];
      const told = await tellable(row, deps);
      const before = await store.draftsOf(id);
      // What was sent or waved away for this case is not offered again.
      const fresh = told
        .map((one) => asDraft(id, one))
        .filter((one) => before.find((known) => known.id === one.id)?.outcome === undefined)
        .slice(0, MOST_DRAFTS);
      await store.keepDrafts(fresh);
      return fresh.map((one) => shown(one, deps));
    },
    async draft(id, draft) {
      const row = (await store.draftsOf(id)).find((known) => known.id === draft);
      return row !== undefined && isUsable(row, deps) ? shown(row, deps) : undefined;
    },
    async useDraft({ by, case: about, draft, outcome, sent }) {
      if (!mayAct(by)) return;
      const row = (await store.draftsOf(about)).find((known) => known.id === draft);
      if (row === undefined) return;
      const distance = outcome === 'ignored' || sent === undefined ? 0 : editDistance(row.text, sent);
      await store.settleDraft({
        case: about,
        id: draft,
        // Opened for editing and sent as it was: it was good as it was.
        outcome: outcome === 'edited' && distance === 0 ? 'sent' : outcome,
        by: { id: by.id, displayName: by.displayName },
        distance,
      });
    },
    draftFigures: (period) => draftFigures(deps, period),
  };
}

function asDraft(id: CaseId, { entry, text, source, region, checked }: Told): NewDraft {
  const digest = createHash('sha256').update(`${entry}\n${text}`).digest('hex').slice(0, ID_CHARS);
  return {
    case: id,
    id: `d_${digest}`,
    entry,
    text,
    ...(source === undefined ? {} : { source }),
    ...(region === undefined ? {} : { region }),
    ...(checked === undefined ? {} : { checked }),
  };
}

function shown({ id, text, source, region, checked }: NewDraft, { clock }: AdviceDeps): Draft {
  return {
    id,
    text,
    ...(source === undefined ? {} : { source }),
    ...(region === undefined ? {} : { region }),
    ...(checked === undefined ? {} : { ageDays: daysBetween(checked, dayAt(clock.now())) }),
  };
}

function daysBetween(from: Day, until: Day): number {
  return Math.max(0, Math.round((Date.parse(until) - Date.parse(from)) / 86_400_000));
}

/** What was whispered an hour ago may have been withdrawn since, or its time may have run out. */
function isUsable({ entry, outcome }: DraftRow, { knowledge, clock }: AdviceDeps): boolean {
  if (outcome === 'sent' || outcome === 'edited') return false;
  const books = knowledge();
  const today = dayAt(clock.now());
  const [kind, id = ''] = split(entry);
  if (kind === 'faq') {
    const answer = books.faq.get(id);
    return answer !== undefined && mayBeSaid(books, answer, today);
  }
  if (kind === 'canned') {
    const ready = books.canned.get(id);
    return ready !== undefined && mayBeOffered(books, ready, today);
  }
  return kind !== 'cause' || [...books.causes.keys()].some((cause) => cause === id);
}

function split(entry: string): readonly [string, string] {
  const at = entry.indexOf(':');
  return [entry.slice(0, at), entry.slice(at + 1)];
}

// === What fits

/** Best first. A sure answer to a question; what mends it; ready words; the question that would tell most. */
async function tellable(row: CaseRow, deps: AdviceDeps): Promise<readonly Told[]> {
  const { store, clock } = deps;
  const { conversation: id, region: known } = row.record;
  const [conversation, history] = await Promise.all([
    store.conversation(id),
    store.history(id, 0, Number.MAX_SAFE_INTEGER),
  ]);
  const latest = latestWords(history);
  if (latest === '') return [];
  const asOf = dayAt(clock.now());
  const heard = hear(latest, {
    understander: deps.understander(),
    asOf,
    region: known ?? conversation?.profile.region,
  });
  const place = { asOf, region: heard.region };
  const trouble = troubleOf(row, heard, { conversation, place, deps });
  const answer = heard.question && toldAnswer(heard.question, place, deps);
  const canned = cannedFor(deps.knowledge(), {
    asOf,
    intents: heard.intents.map((one) => one.id),
    causes: trouble.likely,
    ...(heard.region === undefined ? {} : { region: heard.region }),
    ...(trouble.symptom === undefined ? {} : { symptom: trouble.symptom }),
  }).map((entry) => toldCanned(entry.id, deps.knowledge(), place.region));
  return unique([
    answer,
    trouble.remedy,
    canned[0],
    trouble.question,
    guessed(heard, place, deps),
    canned[1],
  ]);
}

function latestWords(history: readonly HistoryLine[]): string {
  const spoke = history.findLastIndex(({ who, part }) => who === 'bot' && part.id === 'staff.replied');
  const since = history.slice(spoke + 1).filter(({ who, part }) => who === 'citizen' && part.text !== '');
  // Somebody was answered and has said nothing since: their last words are still what it is about.
  const lines = since.length > 0 ? since : history.filter(({ who }) => who === 'citizen');
  return lines
    .slice(-LATEST_LINES)
    .map(({ part }) => part.text)
    .join('\n');
}

interface Around {
  readonly conversation: Conversation | undefined;
  readonly place: { readonly asOf: Day; readonly region?: RegionCode | undefined };
  readonly deps: AdviceDeps;
}

/** The complaint of the case, judged anew with what was said since. */
function troubleOf(row: CaseRow, heard: Heard, { conversation, place, deps }: Around) {
  const { record } = row;
  const symptom =
    heard.symptom === undefined || heard.symptom === 'other'
      ? (record.symptom ?? heard.symptom)
      : heard.symptom;
  if (symptom === undefined) return { likely: record.findings.map(({ cause }) => cause), symptom };
  const knowledge = deps.knowledge();
  const facts = [
    ...regionFacts(knowledge, place.region ?? NATION, place.asOf),
    ...known(row, conversation),
    ...heard.facts,
  ];
  const { causes } = knowledge;
  const found = diagnose(causes, { symptom, facts, hints: heard.hints, records: 'closed' });
  const [likeliest] = found.findings;
  const remedy =
    likeliest !== undefined && isWorthTelling(likeliest, found.settled)
      ? toldCause(likeliest, facts, place, deps)
      : undefined;
  const question = found.next === undefined ? undefined : toldQuestion(found.next, deps);
  return { symptom, likely: found.findings.map(({ cause }) => cause), remedy, question };
}

/** What the talk has told: slots of the complaint, facts of the profile, and what the findings rested on. */
function known({ record }: CaseRow, conversation: Conversation | undefined): readonly Fact[] {
  const slots = conversation?.stack.find(({ flow }) => flow === 'diagnose')?.slots ?? {};
  const kept = Object.entries(conversation?.profile.facts ?? {}).map(
    ([id, { value, at }]): Fact => ({
      id,
      value,
      origin: at === undefined ? { kind: 'said' } : { kind: 'looked_up', at },
    }),
  );
  const evidence = record.findings
    .flatMap(({ because, against }) => [...because, ...against])
    .flatMap(asFact);
  return [...evidence, ...kept, ...factsIn(slots)];
}

function asFact({ fact: id, value, origin, at }: Evidence): readonly Fact[] {
  if (origin === 'said') return [{ id, value, origin: { kind: 'said' } }];
  return origin === 'looked_up' && at !== undefined ? [{ id, value, origin: { kind: origin, at } }] : [];
}

/** The likeliest topic of words that are no sure question: better than nothing, and the clerk decides. */
function guessed(heard: Heard, place: Around['place'], deps: AdviceDeps): Told | undefined {
  const topic = heard.intents.find(({ id }) => id.startsWith('ask.'));
  if (heard.question !== undefined || topic === undefined) return undefined;
  return toldAnswer({ intent: topic.id, entities: [], normalized: '' }, place, deps);
}

function toldCanned(id: string, books: Knowledge, region: RegionCode | undefined): Told | undefined {
  const entry = books.canned.get(id);
  if (entry === undefined) return undefined;
  const [source] = citationsOf(books, entry.sources);
  return {
    entry: `canned:${id}`,
    text: entry.text,
    region: regionName(books, entry.regions.includes(region ?? NATION) ? (region ?? NATION) : NATION),
    checked: entry.reviewed_on,
    ...(source === undefined ? {} : { source: `${source.publisher}《${source.title}》（${source.date}）` }),
  };
}

function unique(all: readonly (Told | undefined)[]): readonly Told[] {
  const fitting = all.filter((one) => one !== undefined && [...one.text].length <= DRAFT_CHARS) as Told[];
  return [...new Map(fitting.map((one) => [one.entry, one])).values()];
}

// === Figures

async function draftFigures(
  { store, clock, ...deps }: AdviceDeps,
  { from, until }: { readonly from?: Day; readonly until?: Day } = {},
): Promise<readonly DraftFigures[]> {
  const begin = from === undefined ? 0 : dayBounds(from).from;
  const end = until === undefined ? clock.now() + 1 : dayBounds(until).before;
  const counts = await store.draftCounts(begin, end);
  return counts.map(({ distance, ...count }) => {
    const used = count.sent + count.edited;
    return {
      ...count,
      title: titleOf(count.entry, deps),
      ...(used === 0 ? {} : { meanDistance: distance / used }),
    };
  });
}

function titleOf(entry: string, { knowledge, words }: Pick<AdviceDeps, 'knowledge' | 'words'>): string {
  const books = knowledge();
  const [kind, id] = split(entry);
  switch (kind) {
    case 'faq':
      return books.faq.get(id)?.title ?? id;
    case 'canned':
      return books.canned.get(id)?.title ?? id;
    case 'cause': {
      const title = [...books.causes.values()].find((cause) => cause.id === id)?.title ?? id;
      return words('desk.draft.cause', { title });
    }
    case 'ask':
      return words('desk.draft.ask', { fact: words(`diagnose.ask.${id}`) || id });
    default:
      return words('desk.draft.system', { label: books.systems.get(id.split('.')[0] ?? '')?.label ?? id });
  }
}
