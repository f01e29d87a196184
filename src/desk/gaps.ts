/**
 * What nobody could answer, and what staff say should be known. Sentences nobody was sure of and cases that were
 * handed over without a finding are put together by likeness, as the curators' own review does it. A proposal
 * changes nothing that is said: a second person approves it, and a curator puts it into the knowledge folder with
 * the command that shows what it would change. Nothing here writes a file.
 */
import { createHash } from 'node:crypto';
import type { Advice, ApprovalResult, Gap, Proposal, ProposalResult } from '../contracts/advice.ts';
import type { ProposalRow } from '../contracts/advice-store.ts';
import type { Staff } from '../contracts/desk.ts';
import type { CaseRow } from '../contracts/desk-store.ts';
import type { ReviewItem } from '../contracts/store.ts';
import type { CaseId } from '../domain/ids.ts';
import { maskNumbers } from '../domain/masking.ts';
import { type Intent, QUESTION_INTENTS } from '../domain/taxonomy.ts';
import type { Understanding } from '../domain/understanding.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { dayAt } from '../knowledge/working-time.ts';
import { isSure } from '../understanding/policy.ts';
import { isLead, mayAct } from './access.ts';
import type { AdviceDeps } from './advice-deps.ts';
import { toInstant } from './times.ts';
import { groupsOf } from './word-groups.ts';

/** The oftenest said come first, and a group nobody has time for may as well not be made. */
const MOST_ITEMS = 500;
const MOST_CASES = 300;
const GAPS = 20;
const SEASON_MS = 90 * 24 * 3_600_000;
/** So many sentences are heard before others get their turn. */
const AT_ONCE = 20;
/** Of one talk; what was asked before is another matter. */
const LINES = 10;
const TEXT_CHARS = 2_000;
const SENTENCE_CHARS = 200;
const EXAMPLE = /^例句[:：]\s*(?<sentence>[^\n]+)\n?/u;

export type Gaps = Pick<Advice, 'gaps' | 'proposeEntry' | 'approveEntry' | 'proposals'>;

export function gaps(deps: AdviceDeps): Gaps {
  const { store } = deps;
  return {
    gaps: (limit = GAPS) => gapsOf(deps, limit),
    proposeEntry: (about) => propose(about, deps),
    async approveEntry({ by, key, proposal }): Promise<ApprovalResult> {
      if (!mayApprove(by)) return { ok: false, reason: 'forbidden' };
      const ref = { id: by.id, displayName: by.displayName };
      const done = await store.approve({ id: proposal, by: ref, key });
      if (done === 'approved' || done === 'repeat') return { ok: true, isRepeat: done === 'repeat' };
      return { ok: false, reason: done };
    },
    proposals: async (state) => (await store.proposalRows(state)).map((row) => asProposal(row, deps)),
  };
}

const mayApprove = (by: Staff): boolean => isLead(by) || by.roles.includes('curator');
const mayPropose = (by: Staff): boolean => mayAct(by) || by.roles.includes('curator');

// === Finding them

interface Unanswered extends ReviewItem {
  readonly cases: readonly { readonly id: CaseId; readonly number: string }[];
}

async function gapsOf(deps: AdviceDeps, limit: number): Promise<readonly Gap[]> {
  const items = await unanswered(deps);
  const casesOf = new Map(items.map((item) => [item.text, item.cases]));
  return groupsOf(items)
    .slice(0, limit)
    .map(({ key, count, examples, guesses, lastAt, items: said }) => ({
      key,
      count,
      examples,
      guesses: guesses.map(({ id, p }) => ({ intent: id, label: labelOf(deps.knowledge(), id), p })),
      cases: said.flatMap(({ text }) => casesOf.get(text) ?? []),
      lastAt,
    }));
}

/** Sentences that are understood by now are no gap any more. */
async function unanswered(deps: AdviceDeps): Promise<readonly Unanswered[]> {
  const [said, handedOver] = await Promise.all([deps.store.reviewItems(), withoutFinding(deps)]);
  const open = new Map<string, Unanswered>();
  const understander = deps.understander();
  const listening = { inFlow: false, asOf: dayAt(deps.clock.now()) };
  for (const [index, item] of said.slice(0, MOST_ITEMS).entries()) {
    if (index % AT_ONCE === 0) await pause();
    if (!isSure(understander.understand(item.text, listening))) open.set(item.text, { ...item, cases: [] });
  }
  for (const [index, row] of handedOver.entries()) {
    if (index % AT_ONCE === 0) await pause();
    const item = itemOf(row, deps);
    if (item === undefined) continue;
    const known = open.get(item.text);
    // The turn that was unsure has counted the words already.
    open.set(item.text, known === undefined ? item : { ...known, cases: [...known.cases, ...item.cases] });
  }
  return [...open.values()];
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function withoutFinding({ store, clock }: AdviceDeps): Promise<readonly CaseRow[]> {
  const { rows } = await store.caseRows({
    openedFrom: clock.now() - SEASON_MS,
    limit: MOST_CASES,
    offset: 0,
  });
  return rows.filter(({ record }) => record.findings.length === 0).sort((a, b) => b.openedAt - a.openedAt);
}

/** The last words of the talk that nobody was sure of, in the form the turn kept them in. */
function itemOf({ record, openedAt }: CaseRow, deps: AdviceDeps): Unanswered | undefined {
  const said = record.transcript.filter(({ who }) => who === 'citizen').map(({ text }) => text);
  const lost = lastLost(said, deps);
  if (lost === undefined) return undefined;
  const at = toInstant(openedAt);
  return {
    text: shortened(lost.normalized),
    action: lost.action,
    alternatives: lost.alternatives,
    knowledge: deps.knowledge().version,
    count: 1,
    firstAt: at,
    lastAt: at,
    cases: [{ id: record.id, number: record.number }],
  };
}

/** Whoever only says yes, or asks for a person, has asked nothing we could not answer. */
function lastLost(said: readonly string[], { understander, clock }: AdviceDeps): Understanding | undefined {
  const listening = { inFlow: false, asOf: dayAt(clock.now()) };
  for (const text of said.toReversed().slice(0, LINES)) {
    const understood = understander().understand(text, listening);
    if (!isSure(understood) && understood.reaction === undefined) return understood;
  }
  return undefined;
}

// === Proposing

type Wanted = Parameters<Advice['proposeEntry']>[0];

async function propose(about: Wanted, deps: AdviceDeps): Promise<ProposalResult> {
  const { by, key } = about;
  if (!mayPropose(by)) return { ok: false, reason: 'forbidden' };
  const { text, example } = partsOf(about.text);
  if (text === '') return { ok: false, reason: 'empty' };
  if ([...text].length > TEXT_CHARS) return { ok: false, reason: 'too_long' };
  const words = await wordsFor(about, deps);
  if (words === undefined) return { ok: false, reason: 'unknown' };
  const sentence = example ?? words;
  if (sentence === '') return { ok: false, reason: 'empty' };
  const id = `g_${createHash('sha256').update(`${by.id}\n${key}`).digest('hex').slice(0, 24)}`;
  const made = await deps.store.propose({
    id,
    sentence,
    by: { id: by.id, displayName: by.displayName },
    ...aimOf(text, sentence, deps),
    ...('case' in about ? { case: about.case } : {}),
  });
  const row = await deps.store.proposalById(id);
  if (row === undefined) return { ok: false, reason: 'unknown' };
  return { ok: true, proposal: asProposal(row, deps), isRepeat: made === 'repeat' };
}

function partsOf(given: string): { readonly text: string; readonly example?: string } {
  const text = maskNumbers(given).text.trim();
  const example = EXAMPLE.exec(text)?.groups?.sentence?.trim();
  if (example === undefined) return { text };
  return { text: text.replace(EXAMPLE, '').trim(), example: shortened(example) };
}

/** The words nobody could answer; undefined when there is no such case or gap. */
async function wordsFor(about: Wanted, deps: AdviceDeps): Promise<string | undefined> {
  const { store } = deps;
  if ('gap' in about) {
    const gap = (await gapsOf(deps, MOST_ITEMS)).find(({ key }) => key === about.gap);
    return gap?.examples[0];
  }
  const row = await store.caseRow(about.case);
  if (row === undefined) return undefined;
  const history = await store.history(row.record.conversation, 0, Number.MAX_SAFE_INTEGER);
  const said = history.filter(({ who, part }) => who === 'citizen' && part.text !== '');
  const lost = lastLost(
    said.map(({ part }) => part.text),
    deps,
  );
  return shortened(lost?.text ?? '');
}

const shortened = (text: string): string => [...text].slice(0, SENTENCE_CHARS).join('');

/** Where the words belong: an entry or an intent that was named, or a new answer to what they most likely ask. */
function aimOf(
  text: string,
  sentence: string,
  deps: AdviceDeps,
): Pick<ProposalRow, 'kind' | 'intent'> & { readonly entry?: string; readonly text?: string } {
  const { faq, intents } = deps.knowledge();
  const entry = faq.get(text) ?? [...faq.values()].find(({ title }) => title === text);
  if (entry !== undefined) return { kind: 'example', intent: entry.intent, entry: entry.id };
  const intent = [...intents.values()].find(({ id, label }) => id === text || label === text);
  if (intent !== undefined) return { kind: 'example', intent: intent.id };
  const { alternatives } = deps.understander().understand(sentence, {
    inFlow: false,
    asOf: dayAt(deps.clock.now()),
  });
  const asked = alternatives.find(({ id }) => (QUESTION_INTENTS as readonly Intent[]).includes(id));
  return { kind: 'draft', intent: asked?.id ?? 'ask.other', text };
}

function labelOf({ intents }: Knowledge, id: Intent): string {
  return intents.get(id)?.label ?? id;
}

function asProposal({ at, approvedAt, ...row }: ProposalRow, deps: AdviceDeps): Proposal {
  return {
    ...row,
    state: approvedAt === undefined ? 'open' : 'approved',
    label: labelOf(deps.knowledge(), row.intent),
    at: toInstant(at),
    ...(approvedAt === undefined ? {} : { approvedAt: toInstant(approvedAt) }),
  };
}
