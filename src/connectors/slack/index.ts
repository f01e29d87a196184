/**
 * Slack as the desk of the staff. Not a channel of citizens: they never notice it. It is handed a desk
 * and an inbox, and shows, takes and answers; nothing is kept here that the database does not have.
 */
import type { RequestListener } from 'node:http';
import type { Advice } from '../../contracts/advice.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Desk, Staff } from '../../contracts/desk.ts';
import type { Installations } from '../../contracts/installations.ts';
import type { StaffInbox } from '../../contracts/staff-inbox.ts';
import type { CaseId } from '../../domain/ids.ts';
import { type SelfCheck, selfCheck } from './check.ts';
import { createSlackApi, NOT_INSTALLED } from './client.ts';
import { command } from './command.ts';
import { type Check, createDoor } from './door.ts';
import { createFollower } from './follow.ts';
import { faultsOf, waitingModal } from './forms.ts';
import type { Gesture } from './gesture.ts';
import { type Hands, hint, placeOf, VIEW } from './hands.ts';
import { installing } from './install.ts';
import { createInstalled } from './installed.ts';
import { createLease } from './lease.ts';
import { homeView } from './lists.ts';
import { createLibraryLogger } from './logger.ts';
import { INSTALL_PATH, REDIRECT_PATH, SLACK_PATH, scopesFor } from './manifest.ts';
import type { ViewId } from './names.ts';
import { note } from './notes.ts';
import { createOwnNotes } from './own-notes.ts';
import { createPace, EVERY_MS } from './pace.ts';
import { press, shortcut } from './presses.ts';
import { createStaffBook, type RoleLists } from './staff.ts';
import { submit } from './submits.ts';
import { createTransport, type LinkState, type TransportOptions } from './transport.ts';
import { words } from './words.ts';
import { codeOf, createWorker, type Occasion } from './worker.ts';

export type { SelfCheck } from './check.ts';
export type { RoleLists } from './staff.ts';
export type { LinkState } from './transport.ts';

const CHECK_AGAIN_MS = 60_000;
/** Of a home page that was opened; after that it is drawn when it is opened again. */
const HOME_FRESH_MS = 30 * 60_000;
const HOME_EVERY_MS = 10_000;
const MOST_HOMES = 50;
/** Forms whose answer appears in their own place. */
const STAYS_OPEN: ReadonlySet<ViewId> = new Set(['form.reveal', 'form.dry_run', 'form.triage']);

export type SlackOptions = TransportOptions & {
  /** Absent when the app is installed by our page. */
  readonly botToken?: string | undefined;
  readonly install?: InstallOptions | undefined;
  /** Id of the triage channel. */
  readonly channel: string;
  readonly roles: RoleLists;
  /** Between two messages in the channel; about a second unless told. */
  readonly everyMs?: number | undefined;
  /** Where Slack is, when it is not Slack. */
  readonly apiUrl?: string | undefined;
};

/** Of the app, for installing it by a visit to `/slack/install`; HTTP only. */
export interface InstallOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly publicUrl: string;
  /** What kind of channel the triage channel is: it decides which permissions are asked for. */
  readonly channelKind: 'private' | 'public';
}

/** What happens, by codes and numbers: for the log and for figures. */
export interface SlackEvents {
  'slack.link': { readonly state: string; readonly code: string };
  'slack.checked': { readonly problem: string };
  'slack.refused': { readonly code: string };
  'slack.trouble': { readonly code: string };
  'slack.received': { readonly what: string; readonly ackMs: number };
  'slack.item_failed': { readonly kind: string; readonly code: string };
  'slack.draw_failed': { readonly case: string; readonly code: string };
}

export interface SlackParts {
  readonly options: SlackOptions;
  readonly desk: Desk;
  /** Whispered drafts, triage and gaps; absent: their buttons are not there, the command says so. */
  readonly advice?: Advice | undefined;
  readonly inbox: StaffInbox;
  /** Where tokens of installations are kept; needed with `options.install`. */
  readonly installations?: Installations | undefined;
  readonly clock: Clock;
  readonly event: <E extends keyof SlackEvents>(name: E, fields: SlackEvents[E]) => void;
  /** Told of what a person must do, in words, and of its end. */
  readonly tell?: ((line: string) => void) | undefined;
  /** @internal for tests that cannot wait: how long a wait of so many milliseconds takes */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface SlackStatus {
  readonly mode: 'http' | 'socket';
  readonly link: LinkState;
  /** Of whatever Slack sent last; undefined since the start. Silence in working hours means a broken link. */
  readonly lastEventAgeMs?: number;
  /** Slack's code when it does not accept us any more. */
  readonly refused?: string;
  readonly problem?: string;
}

export interface SlackView {
  /** What the HTTP server mounts, exact paths; none in socket mode. */
  readonly listeners: readonly { readonly path: string; readonly listener: RequestListener }[];
  start(): Promise<void>;
  status(): SlackStatus;
  rebuild(): Promise<void>;
  /** @internal draws what changed and does what is due, now */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export function createSlackView(parts: SlackParts): SlackView {
  const { options, desk, advice, inbox, clock, event } = parts;
  const { channel } = options;
  const waits = createWaits();
  const wait = parts.wait ?? waits.wait;
  const logger = createLibraryLogger((code) => event('slack.trouble', { code }));
  const api = createSlackApi({
    token: options.botToken,
    apiUrl: options.apiUrl,
    logger,
    onRefused: (code) => {
      event('slack.refused', { code });
      parts.tell?.(
        `Slack 不再接受本系统的令牌（${code}），客服台已停；参保人一侧不受影响。${parts.options.install === undefined ? '更新令牌后重启。' : `请打开 ${parts.options.install.publicUrl}${INSTALL_PATH} 重新安装。`}`,
      );
    },
  });
  const staff = createStaffBook({ api, clock, channel, roles: options.roles });
  const own = createOwnNotes(desk);
  const homes = new Map<string, number>();
  let teamUrl = '';
  let problem: string | undefined;
  let wasChecked = false;
  let lastEventAt: number | undefined;
  let checkTimer: NodeJS.Timeout | undefined;
  let homeTimer: NodeJS.Timeout | undefined;

  const follower = createFollower({
    api,
    desk,
    advice,
    clock,
    channel,
    own,
    lease: createLease(inbox, clock),
    pace: createPace(clock, options.everyMs ?? EVERY_MS, wait),
    onFailure: (id, code) => event('slack.draw_failed', { case: id, code }),
    onDrawn: refreshHomesSoon,
  });

  // === Home pages

  async function showHome(user: string, who: Staff): Promise<void> {
    const [mine, unassigned, overdue, stats] = await Promise.all([
      desk.list({ show: 'mine', owner: who.id }, { limit: 10 }),
      desk.list({ show: 'unassigned' }, { limit: 10 }),
      desk.list({ show: 'overdue' }, { limit: 10 }),
      desk.statsOf(),
    ]);
    await api.publishHome(user, await homeView({ mine, unassigned, overdue, stats, linkOf }));
    homes.delete(user);
    homes.set(user, clock.now());
    const oldest = homes.keys().next().value;
    if (homes.size > MOST_HOMES && oldest !== undefined) homes.delete(oldest);
  }

  function refreshHomesSoon(): void {
    if (homeTimer !== undefined || homes.size === 0) return;
    homeTimer = setTimeout(() => {
      homeTimer = undefined;
      void refreshHomes().catch((error: unknown) =>
        event('slack.item_failed', { kind: 'home', code: codeOf(error) }),
      );
    }, HOME_EVERY_MS).unref();
  }

  async function refreshHomes(): Promise<void> {
    for (const [user, openedAt] of homes) {
      if (clock.now() - openedAt > HOME_FRESH_MS) homes.delete(user);
      else {
        const who = await staff.of({ id: user });
        if (who !== undefined) await showHome(user, who);
        // Drawing is not opening: the time of the person's own visit counts.
        homes.set(user, openedAt);
      }
    }
  }

  async function linkOf(id: CaseId): Promise<string | undefined> {
    const place = placeOf((await desk.anchor(VIEW, id))?.place ?? '');
    if (place === undefined || teamUrl === '') return undefined;
    return `${teamUrl}archives/${place.channel}/p${place.ts.replace('.', '')}`;
  }

  // === What people do

  const hands: Hands = {
    api,
    desk,
    advice,
    staff,
    clock,
    channel,
    showHome,
    linkOf,
    rebuild: () => follower.rebuild(),
  };

  async function handle(gesture: Gesture, occasion: Occasion): Promise<void> {
    switch (gesture.kind) {
      case 'press':
        return press(hands, gesture, occasion);
      case 'submit':
        return submit(hands, gesture, occasion);
      case 'command':
        return command(hands, gesture);
      case 'shortcut':
        return shortcut(hands, gesture, occasion);
      case 'note':
        return note(hands, own, gesture, occasion);
      case 'home': {
        const who = await staff.of(gesture.by);
        if (who !== undefined) await showHome(gesture.by.id, who);
        return;
      }
    }
  }

  const worker = createWorker({
    inbox,
    clock,
    handle,
    onFailure: (kind, code) => event('slack.item_failed', { kind, code }),
    onGivenUp: async (gesture) => {
      if (api.refusedBy() !== undefined || gesture.kind === 'home') return;
      await hint(hands, gesture.by, 'at' in gesture ? gesture.at : undefined, words.givenUp);
    },
  });

  const door = createDoor({
    inbox,
    clock,
    check,
    work: worker.work,
    onRevoked: (team) => {
      if (installed === undefined) return api.refuse('token_revoked');
      void installed.revoked(team).catch((error: unknown) => event('slack.trouble', { code: codeOf(error) }));
    },
    onSeen: (what, ackMs) => {
      lastEventAt = clock.now();
      event('slack.received', { what, ackMs });
    },
  });

  const installed =
    options.install === undefined || parts.installations === undefined
      ? undefined
      : createInstalled({
          store: parts.installations,
          api,
          async onTaken() {
            await checkUp();
            follower.resume();
          },
          onFailure: (error) => event('slack.trouble', { code: codeOf(error) }),
        });

  const transport = createTransport({
    options,
    door,
    logger,
    installing: pages(),
    clock,
    onState: (state, code = '') => {
      event('slack.link', { state, code });
      if (state === 'refused') {
        parts.tell?.(`Slack 不认 GONGJI_SLACK_APP_TOKEN（${code}），客服台没有连上；更新令牌后重启。`);
      }
    },
  });

  // === Installing and starting

  function pages() {
    if (options.install === undefined || parts.installations === undefined) return undefined;
    const { channelKind, ...install } = options.install;
    const groups = Object.values(options.roles)
      .flat()
      .some((id) => id.startsWith('S'))
      ? 'yes'
      : 'no';
    return installing(
      {
        ...install,
        apiUrl: options.apiUrl,
        scopes: Object.keys(scopesFor({ channel: channelKind, groups })),
      },
      { store: parts.installations, logger, onInstalled: (now) => installed?.taken(now) },
    );
  }

  async function checkUp(): Promise<void> {
    let found: SelfCheck;
    try {
      found = await selfCheck(api, channel, options.install?.publicUrl);
    } catch (error) {
      found = { team: '', url: teamUrl, problems: [{ code: codeOf(error), todo: UNREACHABLE }] };
    }
    teamUrl = found.url;
    const [first] = found.problems;
    if (first?.code !== problem || !wasChecked) {
      event('slack.checked', { problem: first?.code ?? '' });
      parts.tell?.(
        first === undefined ? `Slack 客服台已就绪（${found.team}）` : `Slack 客服台：${first.todo}`,
      );
    }
    problem = first?.code;
    wasChecked = true;
    if (problem !== undefined && api.refusedBy() === undefined) {
      checkTimer = setTimeout(() => void checkUp(), CHECK_AGAIN_MS).unref();
    }
  }

  return {
    listeners: listenersOf(transport.listener, installed !== undefined),
    async start() {
      await (installed === undefined ? checkUp() : installed.start());
      if (api.refusedBy() === NOT_INSTALLED) await checkUp();
      worker.start();
      follower.start();
      await transport.start();
    },
    status: () => ({
      mode: options.mode,
      link: transport.state(),
      ...(lastEventAt === undefined ? {} : { lastEventAgeMs: clock.now() - lastEventAt }),
      ...(api.refusedBy() === undefined ? {} : { refused: api.refusedBy() as string }),
      ...(problem === undefined ? {} : { problem }),
    }),
    rebuild: () => follower.rebuild(),
    async settle() {
      await worker.sweep();
      await worker.idle();
      await follower.drain();
    },
    async stop() {
      clearTimeout(checkTimer);
      clearTimeout(homeTimer);
      installed?.stop();
      waits.end();
      await transport.stop();
      await worker.stop();
      await follower.stop();
    },
  };
}

function listenersOf(listener: RequestListener | undefined, isInstalling: boolean): SlackView['listeners'] {
  if (listener === undefined) return [];
  const paths = isInstalling ? [SLACK_PATH, INSTALL_PATH, REDIRECT_PATH] : [SLACK_PATH];
  return paths.map((path) => ({ path, listener }));
}

const UNREACHABLE = '现在连不上 Slack，会自己再试；参保人一侧不受影响。';

/** Before the acknowledgement: forms that are not filled in stay open, others close or wait for their answer. */
function check(gesture: Gesture): Check {
  if (gesture.kind !== 'submit') return { go: 'on' };
  const errors = faultsOf(gesture.view, gesture.values);
  if (errors !== undefined) return { go: 'refuse', ack: { response_action: 'errors', errors } };
  if (STAYS_OPEN.has(gesture.view))
    return { go: 'on', ack: { response_action: 'update', view: waitingModal } };
  return { go: 'on' };
}

/** Waits that end at once when all is to end: a stop must not last as long as a pause Slack asked for. */
function createWaits() {
  const open = new Set<() => void>();
  return {
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          open.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        open.add(done);
      }),
    end() {
      for (const done of open) done();
    },
  };
}
