/**
 * The house put together: store, office, clerk, manager, outbox and channels around one engine. Used
 * alike by the server, the terminal, `gongji converse` and the tests; they differ in what they hand in.
 */

import { createChannelTurns } from './channel-turns.ts';
import type { Advice } from './contracts/advice.ts';
import type { Clock, Random } from './contracts/clock.ts';
import type { Connector, Receive } from './contracts/connector.ts';
import type { Desk } from './contracts/desk.ts';
import type { Portal } from './contracts/portal.ts';
import type { Signals } from './contracts/signals.ts';
import type { Store } from './contracts/store.ts';
import { createManager, type ManagerDeps } from './dialog/manager.ts';
import { createOutbox } from './dialog/outbox.ts';
import type { ConversationId, TaskId } from './domain/ids.ts';
import { createEditions, type Editions, newestKnowledge } from './editions.ts';
import { AppError } from './errors.ts';
import { guardReceive } from './guard.ts';
import { openAdvice, openHelpDesk, startDeskClock } from './help-desk.ts';
import { periodsOf } from './knowledge/data-classes.ts';
import type { Library } from './library.ts';
import { codeOf, type Log, type LogEvents } from './log.ts';
import { type BureauParts, openOffice, type SimulatedParts } from './office.ts';
import { keepOfficeAlone } from './office-alone.ts';
import { knowledgeRules } from './portals/simulated/knowledge-rules.ts';
import type { SimulatedOffice } from './portals/simulated/office.ts';
import { createRetentionRound } from './retention.ts';
import { createSecureDesk, type SecureDesk } from './secure/secure-desk.ts';
import { createStatisticsRound, statisticsOf } from './statistics-round.ts';
import { createErasureList } from './store/erasure-list.ts';
import { type OpenedStore, openStore, type VaultKey } from './store/open.ts';
import { createClerk } from './tasks/executor.ts';
import { createOfficeFeed } from './tasks/office-feed.ts';
import type { DiskWatch } from './watch-disk.ts';
import { NO_WATCHDOG, type Watchdog } from './watchdog.ts';
import type { Watch } from './watching.ts';
import { createWithdrawalsWatch } from './withdrawals.ts';

/** How often the office is asked for news, by one process for all of them. */
const FEED_MS = 30_000;

/** With an office of our own, or with that of a bureau; see `office.ts`. */
export type AppParts = HouseParts & (SimulatedParts | BureauParts);

export interface HouseParts extends Library {
  readonly storeUrl: string;
  /** Connections this process may hold to PostgreSQL. */
  readonly connections?: number | undefined;
  readonly vaultKey: VaultKey;
  readonly clock: Clock;
  readonly random: Random;
  /** Folder in which the command line leaves withdrawals; absent: nobody does. */
  readonly intents?: string;
  /** File that lists the deletions, beside the database and outside its backups; absent: none is kept. */
  readonly erasuresFile?: string;
  readonly secureUrl: (token: string) => string;
  /** Where people are sent from channels on which nobody can prove who they are. */
  readonly elsewhere?: ManagerDeps['elsewhere'];
  readonly log: Log;
  /** Who looks on: numbers, traces, health. */
  readonly watch?: Watch | undefined;
  /** Messages that wait, as last counted; with it the front door has limits. */
  readonly waiting?: (() => number) | undefined;
  /** Runs a turn or a task and notes meanwhile that it does. */
  readonly during?: Watchdog['during'] | undefined;
  /** Told when the disk of the store refuses, and asked before anything is taken in or sent out. */
  readonly disk?: Pick<DiskWatch, 'failed' | 'trouble' | 'refusal'> | undefined;
  readonly onTurn?: ManagerDeps['onTurn'];
  /** Told of a turn that failed through our own fault, with the error itself: for tests and the terminal, never for a log. */
  readonly onFault?: (error: unknown) => void;
}

export interface App {
  readonly store: Store;
  readonly portal: Portal;
  /** The office of our own. There is none with that of a bureau, and asking for it throws. */
  readonly office: SimulatedOffice;
  readonly secure: SecureDesk;
  /** The help desk, for its views. */
  readonly desk: Desk;
  /** Its whisperer, for the same views. */
  readonly advice: Advice;
  /** The knowledge in use; whoever reads the folder again publishes here. */
  readonly editions: Editions;
  /** The front door. */
  readonly receive: Receive;
  /** Takes up what an earlier process left, opens the channels and begins to work. */
  start(connectors: readonly Connector[]): Promise<void>;
  /** Asks now what is withdrawn; by itself it is asked every two seconds. */
  refreshWithdrawals(): Promise<void>;
  /** Resolves when nothing is due any more: no turn, no task, no delivery, no news of the office. */
  idle(): Promise<void>;
  /** Ends what is running and closes everything; nothing acknowledged is lost. */
  stop(): Promise<void>;
  readonly engine: OpenedStore['engine'];
  /** To the other processes of this installation. */
  readonly signals: Signals;
  verifyAudit: OpenedStore['verifyAudit'];
  readonly copyTo: OpenedStore['copyTo'];
  /** What one process does for all. */
  readonly rounds: OpenedStore['rounds'];
  /** Writes a row that means nothing. Rejects while the store cannot write. */
  tryWrite(): Promise<void>;
}

export async function createApp(parts: AppParts): Promise<App> {
  const { clock, random, knowledge, log, watch } = parts;
  const editions = createEditions({ knowledge, understander: parts.understander });
  const opened = await openStore({
    url: parts.storeUrl,
    clock,
    random,
    vaultKey: parts.vaultKey,
    connections: parts.connections,
    onDiskTrouble: (error) => parts.disk?.failed(error),
    onError: (job, error) =>
      log.event('job.failed', {
        queue: job === 'sweep' ? 'sweep' : job.queue,
        key: job === 'sweep' ? '' : job.key,
        code: codeOf(error),
      }),
  });
  const { engine, rounds, signals } = opened;
  const store = watch?.store(opened.store) ?? opened.store;
  const rules = knowledgeRules(newestKnowledge(editions));
  if (!('portal' in parts)) await keepOfficeAlone(opened);
  const { portal: office, identity, simulated } = openOffice(parts, { rules, clock, random });
  const portal = watch?.portal(office) ?? office;
  const secure = createSecureDesk({
    links: store,
    vault: store,
    data: store,
    mailbox: store,
    identity,
    // What is signed must be what was shown: the words of these pages change with a restart only.
    knowledge,
    clock,
  });
  const desk = openHelpDesk({
    store,
    knowledge: () => editions.of().knowledge,
    clock,
    random,
    signals,
  });
  const deskClock = startDeskClock(desk, (error) =>
    log.event('job.failed', { queue: 'desk', key: '', code: codeOf(error) }),
  );
  const connectors = new Map<string, Connector>();
  const feed = createPump(createOfficeFeed({ store, vault: store, portal }), log, () => {
    const now = clock.now();
    return rounds.claim('feed', { since: now - FEED_MS / 2, now });
  });
  const manager = createManager({
    store,
    clock,
    random,
    knowledge: (version) => editions.of(version).knowledge,
    understander: (version) => editions.of(version).understander,
    secureUrl: parts.secureUrl,
    elsewhere: parts.elsewhere,
    onFailure: (conversation, error) => {
      log.event('turn.failed', { conversation, code: codeOf(error) });
      parts.onFault?.(error);
    },
    onTurn(turn, said) {
      watch?.onTurn(turn);
      parts.onTurn?.(turn, said);
    },
  });
  const missed = (error: unknown) =>
    log.event('job.failed', { queue: 'outbox', key: '', code: codeOf(error) });
  const channelTurns = createChannelTurns({ store, signals, clock, channels: connectors, onFailure: missed });
  const erasures =
    parts.erasuresFile === undefined ? undefined : createErasureList(store, parts.erasuresFile);
  const outbox = createOutbox({
    store,
    connectors,
    clock,
    leave: (outbound) => channelTurns.leave(outbound),
    onFailure: (outbound, code) => log.event('delivery.failed', { outbound, code }),
  });
  const clerk = createClerk({
    tasks: store,
    vault: store,
    portal,
    clock,
    log: (event, fields) => log.event(event as 'task.settled', fields as LogEvents['task.settled']),
  });
  const withdrawals = createWithdrawalsWatch({ store, editions, log, intents: parts.intents });
  const during = parts.during ?? NO_WATCHDOG.during;
  engine.work('address', (key, how) =>
    during(`turn:${key}`, () => manager.process(key as ConversationId, how)),
  );
  engine.work('outbox', (key) => {
    refuseUnwritten(parts.disk);
    return outbox.deliverTo(key as ConversationId);
  });
  const runTask = (key: string) => {
    refuseUnwritten(parts.disk);
    return during(`task:${key}`, () => clerk.run(key as TaskId));
  };
  engine.work('task', (key) => (watch === undefined ? runTask(key) : watch.task(key, () => runTask(key))));
  portal.onChange(feed.wake);
  // A folder without classes of data is that of a test; `kb check` and the commands insist on all of them.
  const retention =
    knowledge.dataClasses.size === 0
      ? undefined
      : createRetentionRound({ store, periods: periodsOf(knowledge), log });
  const figures = createStatisticsRound({
    statistics: statisticsOf(
      store,
      clock,
      knowledge.dataClasses.size === 0 ? undefined : periodsOf(knowledge),
    ),
    rounds,
    clock,
    log,
  });
  let asking: NodeJS.Timeout | undefined;
  const { waiting } = parts;
  const written: Receive = (inbound) => store.receive(inbound);
  const receive =
    waiting === undefined
      ? written
      : guardReceive(written, {
          clock,
          waiting,
          meter: watch?.meter,
          refusal: parts.disk?.refusal,
          // Where there is a clock to compare with, there are other processes.
          recent: opened.clockSkewMs && store.recentOf,
        });

  return {
    store,
    portal,
    get office() {
      if (simulated !== undefined) return simulated;
      throw new Error(`The office is ${portal.id}; only the simulated one can be looked into`);
    },
    secure,
    desk,
    advice: openAdvice({ store, library: () => editions.of(), clock, random }),
    editions,
    refreshWithdrawals: () => withdrawals.refresh(),
    receive,
    engine,
    signals,
    verifyAudit: opened.verifyAudit,
    copyTo: opened.copyTo,
    rounds,
    async tryWrite() {
      const now = clock.now();
      await rounds.claim('trial', { since: now, now });
    },
    async start(list) {
      // Before the first word: a database out of a backup may know people who have been deleted.
      await erasures?.open();
      // Before the first word: what was withdrawn while we were off must not be said.
      await withdrawals.refresh();
      withdrawals.start();
      for (const connector of list) {
        connectors.set(connector.id, connector);
        await connector.start(receive);
      }
      await channelTurns.note();
      await engine.sweep();
      feed.wake();
      deskClock.wake();
      asking = setInterval(() => {
        void feed.wakeInTurn();
        channelTurns.note().catch(missed);
        erasures?.note().catch(missed);
        deskClock.wake();
        figures.wake();
        retention?.wake();
      }, FEED_MS).unref();
    },
    async idle() {
      do {
        await engine.idle();
        await feed.settled();
        await deskClock.settled();
      } while (await hasMore(engine, feed));
    },
    async stop() {
      clearInterval(asking);
      await deskClock.stop();
      await retention?.settled();
      await figures.settled();
      for (const connector of connectors.values()) await connector.stop();
      await feed.settled();
      await withdrawals.stop();
      await opened.close();
      await portal.stop();
    },
  };
}

/** What cannot be marked as done must not be done: it would be done again with every try. */
function refuseUnwritten(disk: HouseParts['disk']): void {
  if (disk?.trouble === undefined) return;
  throw new AppError(disk.trouble.code, 'The store cannot write now; this waits until it can.');
}

/** The feed may have made work for the engine, and the engine news for the feed. */
async function hasMore(engine: OpenedStore['engine'], feed: Pump): Promise<boolean> {
  const before = feed.count();
  await engine.idle();
  await feed.settled();
  return feed.count() !== before;
}

interface Pump {
  wake(): void;
  /** Unless another process has just done it. Two at once would do no harm: the cursor decides whose news count. */
  wakeInTurn(): Promise<void>;
  settled(): Promise<void>;
  /** How often it was woken; an unchanged number means that nothing happened at the office. */
  count(): number;
}

/** The feed runs one at a time by itself; here its trouble is caught, since the next wake or sweep tries again. */
function createPump(feed: { drain(): Promise<void> }, log: Log, isOurTurn: () => Promise<boolean>): Pump {
  let last: Promise<void> = Promise.resolve();
  let wakes = 0;
  const failed = (error: unknown) => log.event('feed.failed', { code: codeOf(error) });
  const wake = () => {
    wakes += 1;
    last = feed.drain().catch(failed);
  };
  return {
    wake,
    async wakeInTurn() {
      const ours = await isOurTurn().catch(failed);
      if (ours === true) wake();
    },
    settled: () => last,
    count: () => wakes,
  };
}
