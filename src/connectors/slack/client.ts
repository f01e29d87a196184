/**
 * Calls to Slack. Three tries at most, never longer than half a minute; when Slack asks us to slow down
 * its words are obeyed by the caller (`retryAfterMs`), and a void token ends all calls until a restart.
 */
import { type Logger, webApi } from '@slack/bolt';
import { AppError } from '../../errors.ts';
import type { Block, Message } from './blocks.ts';

/** By default the library would go on for half an hour, with jobs piling up behind it. */
const RETRIES = { retries: 2, factor: 2, minTimeout: 300, maxTimeout: 2000, randomize: true };
const NO_RETRIES = { retries: 0 };
export const NOT_INSTALLED = 'not_installed';
const TIMEOUT_MS = 8000;
const PAGES = 20;

/** The token will not become good again by itself. */
const VOID = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'team_disabled',
  'user_removed_from_team',
]);
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Trouble with Slack; `slack` is Slack's own code, such as `not_in_channel`, or `http_500`. */
export class SlackError extends AppError {
  readonly method: string;
  readonly slack: string;
  /** What Slack asked us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(method: string, slack: string, retryAfterMs?: number) {
    const passes = retryAfterMs !== undefined || PASSING.has(slack) || /^(?:http_5|network)/u.test(slack);
    super(passes ? 'channel_unavailable' : 'channel_refused', `Slack answered ${method} with ${slack}`);
    this.method = method;
    this.slack = slack;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** What a message is, for us to find it again. Seen by other apps in the channel, so: ids and numbers. */
export interface Mark {
  readonly case: string;
  /** Within the case. */
  readonly what: string;
}

export interface SlackApi {
  identity(): Promise<{ readonly team: string; readonly url: string; readonly bot: string }>;
  channel(id: string): Promise<{ readonly isMember: boolean; readonly isArchived: boolean }>;
  members(channel: string): Promise<readonly string[]>;
  groupMembers(group: string): Promise<readonly string[]>;
  nameOf(user: string): Promise<string>;
  /**
   * `broadcast` shows a message of a thread in the channel as well; by `mark` it is found again. Tried once: an
   * answer that got lost is no proof that nothing was posted.
   */
  post(
    to: {
      readonly channel: string;
      readonly thread?: string;
      readonly broadcast?: true;
      readonly mark?: Mark & { readonly n?: number };
    },
    message: Message,
  ): Promise<Place>;
  /** Our own message with this mark, in the channel or in a thread; undefined when there is none. */
  find(where: {
    readonly channel: string;
    readonly thread?: string;
    readonly sinceMs: number;
    readonly mark: Mark;
  }): Promise<{ readonly place: Place; readonly n?: number } | undefined>;
  update(at: Place, message: Message): Promise<void>;
  /** Seen by one person only, beside the thread it is about. */
  hint(
    to: { readonly channel: string; readonly thread?: string; readonly user: string },
    message: Message,
  ): Promise<void>;
  /** The answer to a command, wherever it was typed. */
  respond(url: string, message: Message): Promise<void>;
  openView(trigger: string, view: webApi.ViewsOpenArguments['view']): Promise<string>;
  updateView(id: string, view: webApi.ViewsOpenArguments['view']): Promise<void>;
  publishHome(user: string, view: webApi.ViewsPublishArguments['view']): Promise<void>;
  /** Why no call is made any more; undefined as long as all is well. */
  refusedBy(): string | undefined;
  /** From here on every call fails at once with this code. */
  refuse(code: string): void;
  /** From here on calls are made with this token. */
  useToken(token: string): void;
}

export interface ClientParts {
  /** Absent until the app is installed: every call then fails with `not_installed`. */
  readonly token?: string | undefined;
  /** Where Slack is, when it is not Slack: for tests and emulators. */
  readonly apiUrl?: string | undefined;
  readonly logger: Logger;
  readonly onRefused: (code: string) => void;
}

export function createSlackApi({ token, apiUrl, logger, onRefused }: ClientParts): SlackApi {
  const clientWith = (retryConfig: webApi.WebClientOptions['retryConfig'], given = token) =>
    new webApi.WebClient(given, {
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      logger,
      ...(retryConfig === undefined ? {} : { retryConfig }),
      timeout: TIMEOUT_MS,
      rejectRateLimitedCalls: true,
      // Else a method name that is an address would take the token elsewhere.
      allowAbsoluteUrls: false,
    });
  let web = clientWith(RETRIES);
  let webOnce = clientWith(NO_RETRIES);
  let refused = token === undefined ? NOT_INSTALLED : undefined;

  function refuse(code: string): void {
    if (refused !== undefined) return;
    refused = code;
    onRefused(code);
  }

  async function call<T>(method: string, run: () => Promise<T>): Promise<T> {
    if (refused !== undefined) throw new SlackError(method, refused);
    try {
      return await run();
    } catch (error) {
      const trouble = asSlackError(method, error);
      if (VOID.has(trouble.slack)) refuse(trouble.slack);
      throw trouble;
    }
  }

  async function all(method: string, page: (cursor: string) => Promise<Page>): Promise<readonly string[]> {
    const found: string[] = [];
    let cursor = '';
    for (let n = 0; n < PAGES; n += 1) {
      const { items, next } = await call(method, () => page(cursor));
      found.push(...items);
      if (next === undefined || next === '') break;
      cursor = next;
    }
    return found;
  }

  return {
    async identity() {
      const { team = '', url = '', user_id: bot = '' } = await call('auth.test', () => web.auth.test());
      return { team, url, bot };
    },
    async channel(id) {
      const { channel } = await call('conversations.info', () => web.conversations.info({ channel: id }));
      return { isMember: channel?.is_member ?? false, isArchived: channel?.is_archived ?? false };
    },
    members: (channel) =>
      all('conversations.members', async (cursor) => {
        const page = await web.conversations.members({ channel, limit: 200, ...(cursor && { cursor }) });
        return { items: page.members ?? [], next: page.response_metadata?.next_cursor };
      }),
    groupMembers: (usergroup) =>
      all('usergroups.users.list', async () => ({
        items: (await web.usergroups.users.list({ usergroup })).users ?? [],
        next: undefined,
      })),
    async nameOf(user) {
      const found = (await call('users.info', () => web.users.info({ user }))).user;
      return found?.profile?.display_name || found?.real_name || found?.name || user;
    },
    async post({ channel, thread, broadcast, mark }, message) {
      const sent = await call('chat.postMessage', () =>
        webOnce.chat.postMessage({
          channel,
          ...given(message),
          ...(mark === undefined ? {} : { metadata: { event_type: MARKED, event_payload: payloadOf(mark) } }),
          ...(thread === undefined ? {} : inThread(thread, broadcast)),
          unfurl_links: false,
          unfurl_media: false,
        }),
      );
      return { channel: sent.channel ?? channel, ts: sent.ts ?? '' };
    },
    async find({ channel, thread, sinceMs, mark }) {
      const where = {
        channel,
        oldest: String(sinceMs / 1000),
        limit: 200,
        include_all_metadata: true,
      };
      let cursor = '';
      for (let n = 0; n < PAGES; n += 1) {
        const at = cursor === '' ? where : { ...where, cursor };
        const page: webApi.ConversationsHistoryResponse | webApi.ConversationsRepliesResponse =
          thread === undefined
            ? await call('conversations.history', () => web.conversations.history(at))
            : await call('conversations.replies', () => web.conversations.replies({ ...at, ts: thread }));
        for (const { ts = '', metadata } of page.messages ?? []) {
          const found = markIn(metadata, mark);
          if (found !== undefined) return { place: { channel, ts }, ...found };
        }
        cursor = page.response_metadata?.next_cursor ?? '';
        if (cursor === '') return undefined;
      }
      return undefined;
    },
    async update({ channel, ts }, message) {
      await call('chat.update', () => web.chat.update({ channel, ts, ...given(message) }));
    },
    async hint({ channel, thread, user }, message) {
      await call('chat.postEphemeral', () =>
        web.chat.postEphemeral({
          channel,
          user,
          ...given(message),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        }),
      );
    },
    respond: (url, message) => call('response_url', () => respond(url, message, apiUrl)),
    async openView(trigger, view) {
      const opened = await call('views.open', () => web.views.open({ trigger_id: trigger, view }));
      return opened.view?.id ?? '';
    },
    async updateView(id, view) {
      try {
        await call('views.update', () => web.views.update({ view_id: id, view }));
      } catch (error) {
        // Closed meanwhile: whoever closes a form does not want what would be in it.
        if (!(error instanceof SlackError && error.slack === 'not_found')) throw error;
      }
    },
    async publishHome(user, view) {
      await call('views.publish', () => web.views.publish({ user_id: user, view }));
    },
    refusedBy: () => refused,
    refuse,
    useToken(given) {
      web = clientWith(RETRIES, given);
      webOnce = clientWith(NO_RETRIES, given);
      refused = undefined;
    },
  };
}

function inThread(thread: string, broadcast: true | undefined) {
  return broadcast === undefined ? { thread_ts: thread } : { thread_ts: thread, reply_broadcast: broadcast };
}

const MARKED = 'gongji_case';

function payloadOf({ case: id, what, n }: Mark & { readonly n?: number }): Record<string, string | number> {
  return { case_id: id, what, ...(n === undefined ? {} : { n }) };
}

function markIn(metadata: unknown, mark: Mark): { readonly n?: number } | undefined {
  const { event_type: type, event_payload: payload } = (metadata ?? {}) as Record<string, unknown>;
  const { case_id: id, what, n } = (payload ?? {}) as Record<string, unknown>;
  if (type !== MARKED || id !== mark.case || what !== mark.what) return undefined;
  return typeof n === 'number' ? { n } : {};
}

interface Page {
  readonly items: readonly string[];
  readonly next: string | undefined;
}

function given({ text, blocks }: Message): { text: string; blocks: Block[] } {
  return { text, blocks: [...blocks] };
}

async function respond(url: string, message: Message, apiUrl: string | undefined): Promise<void> {
  // The address came in a signed request; still, nothing of ours is sent in the clear to the world.
  if (apiUrl === undefined && !url.startsWith('https://hooks.slack.com/'))
    throw new SlackError('response_url', 'foreign_address');
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...given(message) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new SlackError('response_url', 'network');
  }
  if (answer.status === 429) throw new SlackError('response_url', 'ratelimited', retryAfterOf(answer));
  if (!answer.ok) throw new SlackError('response_url', `http_${answer.status}`);
}

function retryAfterOf(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after'));
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : 1) * 1000;
}

/** Slack's messages may hold what we sent; only codes go on from here. */
function asSlackError(method: string, error: unknown): SlackError {
  if (error instanceof SlackError) return error;
  if (error instanceof webApi.WebAPIPlatformError) return new SlackError(method, error.data.error);
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new SlackError(method, 'ratelimited', error.retryAfter * 1000);
  if (error instanceof webApi.WebAPIHTTPError) return new SlackError(method, `http_${error.statusCode}`);
  if (error instanceof webApi.WebAPIRequestError) return new SlackError(method, 'network');
  return new SlackError(method, error instanceof Error ? error.name : 'unknown');
}
