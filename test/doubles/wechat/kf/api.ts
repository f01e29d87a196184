/** The API of customer service: fetch, send, and who is in charge of a session. */
import { type ApiError, apiError } from '../errors.ts';
import { fieldsOf, type Json } from '../json.ts';
import { type Entry, readText, type Touch } from '../screen.ts';
import { type Answer, type Endpoints, foreignIp } from '../server.ts';
import { changeState, type KfUser, type KfWorld, type State, spendKf } from './world.ts';

const OK = { errcode: 0, errmsg: 'ok' };
const KEPT_MS = 3 * 86_400_000;
const LIMIT_MAX = 1000;
/** Fetches without a push's token: "strictly limited" is all the docs say. */
const BARE_A_MINUTE = 5;
const MINUTE = 60_000;
const TEXT_MAX = 2048;
const MSGID = /^[0-9a-zA-Z_-]{1,32}$/u;

export function kfEndpoints(world: KfWorld): Endpoints {
  const post = (run: (json: Json) => Answer) => ({
    needs: 'token' as const,
    run: ({ json }: { readonly json: Json | undefined }) =>
      json === undefined ? apiError(47001) : run(json),
  });
  return {
    'GET /cgi-bin/gettoken': {
      needs: 'nothing',
      run(request) {
        const { corpid, secret } = world.account;
        if (request.query.get('corpid') !== corpid) return apiError(40013);
        if (request.query.get('corpsecret') !== secret) return apiError(40001);
        return foreignIp(world, request) ?? { ...OK, ...world.tokens.stable(false) };
      },
    },
    'POST /cgi-bin/kf/sync_msg': post((json) => fetchNews(world, json)),
    'POST /cgi-bin/kf/send_msg': post((json) => send(world, json)),
    'POST /cgi-bin/kf/send_msg_on_event': post((json) => welcome(world, json)),
    'POST /cgi-bin/kf/service_state/get': post((json) => getState(world, json)),
    'POST /cgi-bin/kf/service_state/trans': post((json) => setState(world, json)),
  };
}

// === Fetching

const CURSOR = /^c(\d+)$/u;

function fetchNews(world: KfWorld, { cursor = '', token, limit = LIMIT_MAX, open_kfid }: Json): Answer {
  if (open_kfid !== undefined && open_kfid !== world.account.openKfid) return apiError(95000);
  const problem =
    token === undefined || token === '' ? bareProblem(world) : tokenProblem(world, String(token));
  if (problem !== undefined) return problem;
  const start = cursor === '' ? 0 : Number(CURSOR.exec(String(cursor))?.[1] ?? Number.NaN);
  if (!(start <= world.news.length)) return apiError(40058, 'cursor');
  const count = Math.min(Number(limit), LIMIT_MAX, world.account.pageSize);
  if (!(count >= 1)) return apiError(40058, 'limit');
  const page = world.news.slice(start, start + count);
  const next = start + page.length;
  return {
    ...OK,
    next_cursor: `c${next}`,
    has_more: next < world.news.length ? 1 : 0,
    // What is older than three days is gone, so a page can be short or empty and more may still follow.
    msg_list: page.filter(({ at }) => world.clock.now() - at < KEPT_MS).map(({ item }) => item),
  };
}

function tokenProblem({ pushTokens, clock }: KfWorld, token: string): ApiError | undefined {
  return clock.now() < (pushTokens.get(token) ?? 0) ? undefined : apiError(95007);
}

function bareProblem(world: KfWorld): ApiError | undefined {
  const now = world.clock.now();
  world.bareFetches = [...world.bareFetches.filter((at) => now - at < MINUTE), now];
  return world.bareFetches.length > BARE_A_MINUTE ? apiError(45009) : undefined;
}

// === Sending

function send(world: KfWorld, order: Json): Answer {
  if (order.open_kfid !== world.account.openKfid) return apiError(95000);
  const user = world.users.get(String(order.touser));
  if (user === undefined) return apiError(40003);
  const checked = checkedId(world, order);
  if (typeof checked !== 'string') return checked;
  if (user.state > 1) return apiError(95018);
  const entry = entryOf(order);
  if ('errcode' in entry) return entry;
  const spent = spendKf(user, world.clock);
  if (spent !== undefined) return apiError(spent);
  return deliver(world, user, entry, checked);
}

/** The id of what is sent, or the answer to one that was used. */
function checkedId(world: KfWorld, { msgid }: Json): string | Answer {
  if (msgid === undefined) return `kfsent${world.nextNumber()}`;
  if (typeof msgid !== 'string' || !MSGID.test(msgid)) return apiError(40058, 'msgid');
  if (!world.sent.has(msgid)) return msgid;
  return world.account.reusedMsgid === 'ok' ? { ...OK, msgid } : apiError(world.account.reusedMsgid);
}

/** Accepted is not delivered: a failure comes later, as an event. */
function deliver(world: KfWorld, user: KfUser, entry: Entry, msgid: string): Answer {
  world.sent.add(msgid);
  const failure = world.failures.shift();
  if (failure === undefined) {
    user.screen.push(entry);
  } else {
    const { openKfid } = world.account;
    const event = { event_type: 'msg_send_fail', open_kfid: openKfid, external_userid: user.id };
    world.put({ origin: 4, msgtype: 'event', event: { ...event, fail_msgid: msgid, fail_type: failure } });
    world.announce();
  }
  return { ...OK, msgid };
}

function welcome(world: KfWorld, { code, ...order }: Json): Answer {
  const found = world.welcomes.get(String(code));
  if (found === undefined || found.isUsed || world.clock.now() >= found.until) return apiError(95019);
  const entry = entryOf(order);
  if ('errcode' in entry) return entry;
  if (entry.kind !== 'text' && entry.kind !== 'menu') return apiError(40008);
  const checked = checkedId(world, order);
  if (typeof checked !== 'string') return checked;
  found.isUsed = true;
  return deliver(world, found.user, entry, checked);
}

function entryOf(order: Json): Entry | ApiError {
  const body = fieldsOf(order[String(order.msgtype)]);
  switch (order.msgtype) {
    case 'text':
      return textEntry(body.content);
    case 'msgmenu':
      return menuEntry(body);
    case 'link': {
      const { title, url } = body;
      if (typeof title !== 'string' || typeof url !== 'string') return apiError(40058, 'link');
      return { kind: 'card', via: 'kf', text: title, touch: [{ label: title, url }] };
    }
    default:
      return apiError(40008);
  }
}

function textEntry(content: unknown): Entry | ApiError {
  if (typeof content !== 'string' || content === '') return apiError(44004);
  if (Buffer.byteLength(content) > TEXT_MAX) return apiError(40058, 'text.content');
  return { kind: 'text', via: 'kf', ...readText(content) };
}

const ITEMS_MAX = 10;
const HEAD_MAX = 1024;
const fits = (text: unknown, max: number): boolean =>
  typeof text === 'string' && Buffer.byteLength(text) <= max;

function menuEntry({ head_content: head = '', tail_content: tail = '', list }: Json): Entry | ApiError {
  if (!fits(head, HEAD_MAX) || !fits(tail, HEAD_MAX)) return apiError(40058, 'msgmenu');
  const items = Array.isArray(list) ? list.map(fieldsOf) : [];
  if (items.length > ITEMS_MAX) return apiError(95008);
  const touch: Touch[] = [];
  const lines = [String(head)];
  for (const item of items) {
    const read = itemOf(item);
    if ('errcode' in read) return read;
    lines.push(read.label);
    if ('touch' in read) touch.push(read.touch);
  }
  const text = [...lines, String(tail)].filter((line) => line !== '').join('\n');
  return text === '' ? apiError(44004) : { kind: 'menu', via: 'kf', text, touch };
}

function itemOf(item: Json): ApiError | { readonly label: string; readonly touch?: Touch } {
  const body = fieldsOf(item[String(item.type)]);
  switch (item.type) {
    case 'click': {
      const isFit = fits(body.id ?? '', 64) && fits(body.content, 128) && body.content !== '';
      const label = String(body.content);
      return isFit
        ? { label, touch: { label, sends: label, id: String(body.id ?? '') } }
        : apiError(40058, 'msgmenu.list.click');
    }
    case 'view': {
      const isFit = fits(body.url, 2048) && fits(body.content, 1024) && body.content !== '';
      const label = String(body.content);
      return isFit
        ? { label, touch: { label, url: String(body.url) } }
        : apiError(40058, 'msgmenu.list.view');
    }
    case 'text':
      return fits(body.content, 256) ? { label: String(body.content) } : apiError(40058, 'msgmenu.list.text');
    default:
      return apiError(95009);
  }
}

// === Who is in charge

function getState(world: KfWorld, order: Json): Answer {
  const user = userOf(world, order);
  if ('errcode' in user) return user;
  const { state, servicer } = user;
  return { ...OK, service_state: state, ...(servicer === undefined ? {} : { servicer_userid: servicer }) };
}

const WAYS: Readonly<Record<State, readonly State[]>> = {
  0: [1, 2, 3, 4],
  1: [2, 3, 4],
  2: [3, 4],
  3: [3, 4],
  4: [],
};

function setState(world: KfWorld, order: Json): Answer {
  const user = userOf(world, order);
  if ('errcode' in user) return user;
  const next = Number(order.service_state) as State;
  if (!WAYS[user.state].includes(next)) return apiError(95016);
  const servicer = String(order.servicer_userid);
  if (next === 3 && !world.account.servicers.includes(servicer)) return apiError(95014);
  changeState(world, user, next, next === 3 ? { new_servicer_userid: servicer } : {});
  return { ...OK, ...(next === 2 || next === 3 ? { msg_code: `msgcode-${world.nextNumber()}` } : {}) };
}

function userOf(world: KfWorld, { open_kfid, external_userid }: Json): KfUser | ApiError {
  if (open_kfid !== world.account.openKfid) return apiError(95000);
  return world.users.get(String(external_userid)) ?? apiError(40003);
}
