/**
 * What a run has left behind, counted in the tables, at the office and on the screens: every acknowledged
 * message written down and answered once, in order, every act once, nothing that nobody has said, chains unbroken.
 */
import { type OpenedStore, openStore } from '../src/store/open.ts';
import type { Citizen } from './load-citizens.ts';
import { VAULT_KEY, type World } from './load-world.ts';

export interface Count {
  readonly messages: number;
  readonly turns: number;
  readonly parts: number;
  /** Acknowledged and not in the tables. */
  readonly lost: number;
  /** In the tables and never sent. */
  readonly forged: number;
  /** Not part of exactly one turn, or set aside. */
  readonly notAnsweredOnce: number;
  /** Words of one person that changed places. */
  readonly outOfOrder: number;
  /** Parts that are neither delivered nor waiting for the citizen's next word. */
  readonly undelivered: number;
  readonly acts: number;
  readonly actsWanted: number;
  /** Acts that happened twice, or not at all. */
  readonly misdoneActs: number;
  readonly brokenChains: number;
  /** On screens: lines shown more often than said, and lines said but not seen. */
  readonly shownTwice: number;
  readonly notSeen: number;
}

/** Zero in every one of these is what a run is for. */
export const FAULTS = [
  'lost',
  'forged',
  'notAnsweredOnce',
  'outOfOrder',
  'undelivered',
  'misdoneActs',
  'brokenChains',
] as const satisfies readonly (keyof Count)[];

export const isClean = (count: Count): boolean => FAULTS.every((fault) => count[fault] === 0);

const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };

export function openWatcher(url: string): Promise<OpenedStore> {
  const vaultKey = new Uint8Array(Buffer.from(VAULT_KEY, 'hex'));
  return openStore({ url, clock, random, vaultKey, connections: 3, isVisitor: true });
}

/** @param url a database nobody else holds, or PostgreSQL */
export async function countUp(
  url: string,
  {
    world,
    citizens,
    binds,
  }: { readonly world: Pick<World, 'office'>; readonly citizens: readonly Citizen[]; readonly binds: number },
): Promise<Count> {
  const opened = await openWatcher(url);
  try {
    const tables = await readTables(opened);
    const acts = world.office.acts().filter(({ kind }) => kind === 'bind');
    return {
      messages: tables.items.length,
      turns: tables.turns.length,
      parts: tables.parts.length,
      ...compareWords(tables, citizens),
      notAnsweredOnce: notAnsweredOnce(tables),
      undelivered: tables.parts.filter(({ state }) => state === 'pending' || state === 'dead').length,
      acts: acts.length,
      actsWanted: binds,
      misdoneActs: Math.abs(acts.length - binds) + acts.filter(({ times }) => times !== 1).length,
      brokenChains: (await opened.verifyAudit()).broken.length,
      ...compareScreens(tables, citizens),
    };
  } finally {
    await opened.close();
  }
}

type Tables = Awaited<ReturnType<typeof readTables>>;

async function readTables({ db }: OpenedStore) {
  const addresses = await db
    .selectFrom('addresses')
    .select(['conversation_id', 'channel', 'user_id'])
    .execute();
  return {
    conversations: new Map(addresses.map((row) => [`${row.channel}:${row.user_id}`, row.conversation_id])),
    items: await db
      .selectFrom('inbox')
      .select(['channel', 'message_id', 'conversation_id', 'seq', 'kind', 'dead', 'closed_at'])
      .orderBy('conversation_id')
      .orderBy('seq')
      .execute(),
    turns: await db
      .selectFrom('turns')
      .select(['conversation_id', 'version', 'seqs'])
      .orderBy('conversation_id')
      .orderBy('version')
      .execute(),
    parts: await db
      .selectFrom('outbox')
      .select(['conversation_id', 'position', 'part', 'state'])
      .orderBy('conversation_id')
      .orderBy('position')
      .execute(),
  };
}

/** What each citizen was promised against what stands there, in its order. */
function compareWords({ items, conversations }: Tables, citizens: readonly Citizen[]) {
  let [lost, forged, outOfOrder] = [0, 0, 0];
  const byTalk = Map.groupBy(
    items.filter(({ channel, kind }) => channel !== 'inside' && kind !== 'opened'),
    ({ conversation_id: id }) => id,
  );
  for (const { channel, user, sent } of citizens) {
    const there = (byTalk.get(conversations.get(`${channel}:${user}`) ?? '') ?? []).map(
      ({ message_id: id }) => (channel === 'web' ? id.slice(id.indexOf(':') + 1) : plainId(id)),
    );
    const known = new Set(there);
    const said = new Set(sent);
    lost += sent.filter((id) => !known.has(id)).length;
    // The last word of somebody who was not answered may have been written down after all.
    const mine = there.filter((id) => said.has(id));
    forged += Math.max(0, there.length - mine.length - 1);
    if (mine.join() !== sent.filter((id) => known.has(id)).join()) outOfOrder += 1;
  }
  const users = new Set(citizens.map(({ channel, user }) => conversations.get(`${channel}:${user}`)));
  forged += [...byTalk.keys()].filter((id) => !users.has(id)).length;
  return { lost, forged, outOfOrder };
}

/** The official account adds which of several contents it was. */
const plainId = (id: string): string => /^\d+/u.exec(id)?.[0] ?? id;

function notAnsweredOnce({ items, turns }: Tables): number {
  const times = new Map<string, number>();
  let disordered = 0;
  const newest = new Map<string, number>();
  for (const { conversation_id: talk, seqs } of turns) {
    for (const seq of JSON.parse(seqs) as number[]) {
      times.set(`${talk}:${seq}`, (times.get(`${talk}:${seq}`) ?? 0) + 1);
      if (seq < (newest.get(talk) ?? 0)) disordered += 1;
      newest.set(talk, seq);
    }
  }
  const wrong = items.filter(
    (item) =>
      times.get(`${item.conversation_id}:${item.seq}`) !== 1 || item.dead === 1 || item.closed_at === null,
  );
  return wrong.length + disordered;
}

/** On the web every line has its place; on a phone only words can be compared. */
function compareScreens({ parts, conversations }: Tables, citizens: readonly Citizen[]) {
  let [shownTwice, notSeen] = [0, 0];
  const byTalk = Map.groupBy(parts, ({ conversation_id: id }) => id);
  for (const citizen of citizens) {
    const said = byTalk.get(conversations.get(`${citizen.channel}:${citizen.user}`) ?? '') ?? [];
    const seen = citizen.seen();
    if (citizen.channel === 'web') {
      const places = seen.map(({ position }) => position);
      shownTwice += places.length - new Set(places).size;
      notSeen += said.filter(({ position }) => !places.includes(position)).length;
    } else {
      const lines = seen.flatMap(({ text }) => text.split('\n').map((line) => line.trim()));
      const firsts = said.map(
        ({ part }) => (JSON.parse(part) as { text: string }).text.split('\n')[0]?.trim() ?? '',
      );
      for (const first of new Set(firsts)) {
        const [wanted, there] = [firsts, lines].map(
          (list) => list.filter((line) => line === first).length,
        ) as [number, number];
        if (there > wanted) shownTwice += there - wanted;
        else notSeen += wanted - there;
      }
    }
  }
  return { shownTwice, notSeen };
}
