/** Customer messages and the sign that somebody is typing. */
import { refusalOf } from './account.ts';
import { type ApiError, apiError } from './errors.ts';
import { type Entry, readText, type Touch } from './screen.ts';
import type { Answer, Endpoints } from './server.ts';
import { spend, type User } from './users.ts';
import type { World } from './world.ts';

/** Measured by two independent reports; the docs are silent. Checked 2026-11-22. */
export const TEXT_MAX_BYTES = 2048;
const TYPING_MS = 15_000;
const CONTACT_MS = 30_000;
const OK = { errcode: 0, errmsg: 'ok' };

export function messageEndpoints(world: World): Endpoints {
  return {
    'POST /cgi-bin/message/custom/send': { needs: 'token', run: ({ json }) => sendMessage(world, json) },
    'POST /cgi-bin/message/custom/typing': { needs: 'token', run: ({ json }) => setTyping(world, json) },
  };
}

type Json = Record<string, unknown>;

function sendMessage(world: World, message: Json | undefined): Answer {
  if (message === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'custom');
  if (refused !== undefined) return apiError(refused);
  const user = world.userOf(String(message.touser));
  if (user === undefined) return apiError(40003);
  if (user.isBlacklisted) return apiError(43019);
  if (user.refusesMessages) return apiError(48002);
  const entry = entryOf(world, message);
  if ('errcode' in entry) return entry;
  const spent = spend(user, world.clock);
  if (spent !== undefined) return apiError(spent);
  show(user, entry);
  return OK;
}

/** A message that arrives ends the typing. */
export function show(user: User, entry: Entry): void {
  user.screen.push(entry);
  user.typingUntil = Number.NEGATIVE_INFINITY;
}

function entryOf(world: World, message: Json): Entry | ApiError {
  const kind = String(message.msgtype);
  const given = message[kind];
  const body = typeof given === 'object' && given !== null ? (given as Json) : {};
  switch (kind) {
    case 'text':
      return textEntry(body.content);
    case 'msgmenu':
      return refusalOf(world.account, 'msgmenu') === undefined ? menuEntry(body) : apiError(40200);
    case 'news':
      return newsEntry(body.articles);
    case 'miniprogrampage':
      return programEntry(world, body);
    case 'image':
    case 'voice':
    case 'video':
      return mediaEntry(world, kind, body.media_id);
    default:
      return apiError(40008);
  }
}

function textEntry(content: unknown): Entry | ApiError {
  if (typeof content !== 'string' || content === '') return apiError(44004);
  if (Buffer.byteLength(content) > TEXT_MAX_BYTES) return apiError(45002);
  return { kind: 'text', via: 'custom', ...readText(content) };
}

function menuEntry({ head_content: head = '', tail_content: tail = '', list }: Json): Entry | ApiError {
  const items = Array.isArray(list) ? (list as Json[]) : [];
  const isFit =
    items.length > 0 &&
    items.every(({ id, content }) => typeof id === 'string' && typeof content === 'string' && content !== '');
  if (!isFit) return apiError(44004);
  const touch: Touch[] = items.map(({ id, content }) => ({
    label: String(content),
    sends: String(content),
    id: String(id),
  }));
  const lines = [
    readText(String(head)).text,
    ...touch.map(({ label }) => label),
    readText(String(tail)).text,
  ];
  const text = lines.filter((line) => line !== '').join('\n');
  if (Buffer.byteLength(text) > TEXT_MAX_BYTES) return apiError(45002);
  return { kind: 'menu', via: 'custom', text, touch };
}

function newsEntry(articles: unknown): Entry | ApiError {
  const list = Array.isArray(articles) ? (articles as Json[]) : [];
  if (list.length > 1) return apiError(45008);
  const [article] = list;
  if (typeof article?.title !== 'string' || typeof article.url !== 'string') return apiError(44003);
  return cardEntry('custom', {
    title: article.title,
    description: String(article.description ?? ''),
    url: article.url,
  });
}

export function cardEntry(
  via: Entry['via'],
  card: { title: string; description: string; url: string },
): Entry {
  const { title, description, url } = card;
  return {
    kind: 'card',
    via,
    text: description === '' ? title : `${title}\n${description}`,
    touch: [{ label: title, url }],
  };
}

function programEntry(
  world: World,
  { title, appid, pagepath, thumb_media_id: thumb }: Json,
): Entry | ApiError {
  if (!world.account.programs.includes(String(appid))) return apiError(40013);
  if (!hasMedia(world, thumb)) return apiError(40007);
  const label = String(title);
  return {
    kind: 'program',
    via: 'custom',
    text: label,
    touch: [{ label, url: String(pagepath), program: String(appid) }],
  };
}

function mediaEntry(world: World, kind: 'image' | 'voice' | 'video', id: unknown): Entry | ApiError {
  if (!hasMedia(world, id)) return apiError(40007);
  return { kind, via: 'custom', text: '', touch: [], media: String(id) };
}

const KEPT_MS = 3 * 86_400_000;
export function hasMedia({ media, clock }: World, id: unknown): boolean {
  const found = media.get(String(id));
  return found !== undefined && clock.now() - found.at < KEPT_MS;
}

function setTyping(world: World, order: Json | undefined): Answer {
  if (order === undefined) return apiError(47001);
  const refused = refusalOf(world.account, 'typing');
  if (refused !== undefined) return apiError(refused);
  const user = world.userOf(String(order.touser));
  if (user === undefined) return apiError(40003);
  if (order.command !== 'Typing' && order.command !== 'CancelTyping') return apiError(45072);
  const now = world.clock.now();
  if (now - user.lastContact > CONTACT_MS) return apiError(45080);
  if (order.command === 'CancelTyping') {
    user.typingUntil = Number.NEGATIVE_INFINITY;
    return OK;
  }
  if (now < user.typingUntil) return apiError(45081);
  user.typingUntil = now + TYPING_MS;
  return OK;
}
