/** The help desk as views are handed it; see `contracts/desk.ts`. */
import type { Desk, DeskFeed, DeskViews } from '../contracts/desk.ts';
import type { CaseId } from '../domain/ids.ts';
import { CAUSES } from '../domain/taxonomy.ts';
import { dayAt } from '../knowledge/working-time.ts';
import { deskActs } from './acts.ts';
import { asRating, cardOf } from './card.ts';
import type { DeskDeps } from './deps.ts';
import { clockChange } from './goals.ts';
import { headOf } from './heads.ts';
import { listCases, statsOf } from './lists.ts';
import { rehearse } from './rehearsal.ts';
import { reveal, revealedAgain } from './reveal.ts';
import { dayBounds } from './times.ts';

const CHANGES = 200;
/** What one sweep takes on at a time; it goes on until nothing is due. */
const DUE_AT_ONCE = 200;
/** Opinions are read by the season. */
const RATINGS_MS = 92 * 24 * 3_600_000;

export function createDesk(deps: DeskDeps): Desk {
  return {
    ...views(deps),
    ...deskActs(deps),
    dryRun: (act) => rehearse(act, deps),
    reveal: (act) => reveal(act, deps),
    revealed: (by, id) => revealedAgain(by, id, deps),
    ...feed(deps),
    sweep: () => sweep(deps),
  };
}

function views(deps: DeskDeps): DeskViews {
  const { store, clock, knowledge } = deps;
  return {
    list: (filter, paging = {}) => listCases(filter, paging, deps),
    async caseView(id) {
      const row = await store.caseRow(id);
      return row && cardOf(row, deps);
    },
    async find(idOrNumber) {
      const row =
        (await store.caseRow(idOrNumber as CaseId)) ?? (await store.caseRowByNumber(idOrNumber.trim()));
      return row && headOf(row, deps);
    },
    eventsOf: (id, after = 0) => store.caseEvents(id, after),
    statsOf: (day) => statsOf(day ?? dayAt(clock.now()), deps),
    async ratings({ from, until } = {}) {
      const now = clock.now();
      const begin = from === undefined ? now - RATINGS_MS : dayBounds(from).from;
      const end = until === undefined ? now + 1 : dayBounds(until).before;
      return (await store.ratingsBetween(begin, end)).map(asRating);
    },
    staff: () => store.staffKnown(),
    async causes(id) {
      const row = await store.caseRow(id);
      const likely = row?.record.findings.map(({ cause }) => cause) ?? [];
      const { causes } = knowledge();
      return [...new Set([...likely, ...CAUSES])].flatMap((cause) => {
        const entry = causes.get(cause);
        return entry === undefined ? [] : [{ id: cause, title: entry.title }];
      });
    },
  };
}

function feed({ store }: DeskDeps): DeskFeed {
  return {
    changes: (after, limit = CHANGES) => store.eventsAfter(after, limit),
    onChange: (listener) => store.onCaseChange(listener),
    latest: () => store.lastEvent(),
    cursor: (view) => store.viewCursor(view),
    moveCursor: (view, to) => store.moveViewCursor(view, to),
    anchor: (view, id) => store.anchorOf(view, id),
    anchored: (view, place) => store.anchorAt(view, place),
    setAnchor: (anchor) => store.keepAnchor(anchor),
    seenBefore: (source, id) => store.seenBefore(source, id),
    forget: (source, id) => store.forgetSeen(source, id),
  };
}

/** Each change holds only for the version that was read: of two processes that sweep at once, one writes. */
async function sweep({ store, knowledge, clock }: DeskDeps): Promise<void> {
  for (;;) {
    const due = await store.dueCases(DUE_AT_ONCE);
    const now = clock.now();
    for (const row of due) await store.changeCase(clockChange(row, knowledge(), now));
    if (due.length < DUE_AT_ONCE) return;
  }
}
