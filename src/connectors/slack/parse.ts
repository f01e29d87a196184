/**
 * What Slack sends, made into gestures. Only the keys we use are asked for; Slack adds others as it likes.
 * Numbers that identify people are hidden here, before the first write.
 */
import { z } from 'zod';
import { maskNumbers } from '../../domain/masking.ts';
import type { Gesture } from './gesture.ts';
import { ACTIONS, COMMAND, SHORTCUTS, VIEWS } from './names.ts';

export type Parsed =
  | { readonly kind: 'gesture'; readonly id: string; readonly gesture: Gesture }
  /** Slack says that our tokens are void, in this workspace. */
  | { readonly kind: 'revoked'; readonly team: string }
  /** Nothing for us; `why` is a code. */
  | { readonly kind: 'ignored'; readonly why: string };

/** Kinds of messages that are words of a person; the others are notices of Slack. */
const SAID = new Set(['file_share', 'thread_broadcast', 'me_message']);
/** Longer ones are cut: a complaint is read by its beginning. */
const LONGEST = 6000;

const user = z.object({
  id: z.string().min(1),
  username: z.string().optional(),
  name: z.string().optional(),
});

const command = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string().min(1),
  user_name: z.string().optional(),
  trigger_id: z.string().min(1),
  response_url: z.string(),
});

const press = z.object({
  type: z.literal('block_actions'),
  user,
  trigger_id: z.string().min(1),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
  container: z.object({ message_ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  channel: z.object({ id: z.string() }).nullish(),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).nullish(),
});

const answer = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_user: z.string().nullish(),
});
const submission = z.object({
  type: z.literal('view_submission'),
  user,
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    hash: z.string().optional(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), answer)).default({}) }),
  }),
});

const shortcut = z.object({
  type: z.enum(['shortcut', 'message_action']),
  user,
  callback_id: z.string(),
  trigger_id: z.string().min(1),
  message: z.object({ text: z.string().optional() }).optional(),
});

const envelope = z.object({
  type: z.literal('event_callback'),
  event_id: z.string().min(1),
  team_id: z.string().default(''),
  event: z.object({ type: z.string() }).loose(),
});

const revoked = z.object({ tokens: z.object({ bot: z.array(z.string()).min(1) }) });
const homeOpened = z.object({ user: z.string(), tab: z.string().default('home') });
const spoken = z.object({
  channel: z.string(),
  user: z.string(),
  text: z.string().default(''),
  ts: z.string(),
  thread_ts: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.string().optional(),
});
const changed = z.object({
  channel: z.string(),
  subtype: z.literal('message_changed'),
  message: spoken.omit({ channel: true }).extend({ edited: z.object({ ts: z.string() }).optional() }),
});

const ignored = (why: string): Parsed => ({ kind: 'ignored', why });
const masked = (text: string): string => maskNumbers(text.slice(0, LONGEST).toWellFormed()).text;

export function parse(body: unknown): Parsed {
  if (typeof body !== 'object' || body === null) return ignored('no_object');
  if ('command' in body) return parseCommand(body);
  switch ('type' in body ? body.type : undefined) {
    case 'block_actions':
      return parsePress(body);
    case 'view_submission':
      return parseSubmission(body);
    case 'shortcut':
    case 'message_action':
      return parseShortcut(body);
    case 'event_callback':
      return parseEvent(body);
    default:
      return ignored('unknown_type');
  }
}

function parseCommand(body: object): Parsed {
  const { data } = command.safeParse(body);
  if (data === undefined) return ignored('bad_command');
  if (data.command !== COMMAND) return ignored('unknown_command');
  const by = personOf({ id: data.user_id, name: data.user_name });
  return gesture(data.trigger_id, {
    kind: 'command',
    by,
    text: masked(data.text.trim()),
    trigger: data.trigger_id,
    respond: data.response_url,
  });
}

function parsePress(body: object): Parsed {
  const { data } = press.safeParse(body);
  const pressed = data?.actions[0];
  if (data === undefined || pressed === undefined) return ignored('bad_press');
  const action = ACTIONS.find((known) => known === pressed.action_id.split('#')[0]);
  if (action === undefined) return ignored('unknown_action');
  const message = data.message?.ts ?? data.container?.message_ts;
  const within = data.message?.thread_ts ?? data.container?.thread_ts;
  // The first message of a thread bears its own time as the thread's: a hint for it belongs beside it, not inside.
  const thread = within === message ? undefined : within;
  const at = data.channel
    ? { channel: data.channel.id, ...(thread === undefined ? {} : { thread }) }
    : undefined;
  return gesture(data.trigger_id, {
    kind: 'press',
    by: personOf(data.user),
    action,
    value: pressed.selected_option?.value ?? pressed.value ?? '',
    trigger: data.trigger_id,
    ...(at === undefined ? {} : { at }),
    ...(message === undefined ? {} : { message }),
  });
}

function parseSubmission(body: object): Parsed {
  const { data } = submission.safeParse(body);
  if (data === undefined) return ignored('bad_submission');
  const { view } = data;
  const name = VIEWS.find((known) => known === view.callback_id);
  if (name === undefined) return ignored('unknown_view');
  // A field and its element have the same name, see `blocks.ts`.
  const values = Object.fromEntries(
    Object.entries(view.state.values).flatMap(([field, elements]) => {
      const given = elements[field];
      const value = given?.value ?? given?.selected_option?.value ?? given?.selected_user;
      return typeof value === 'string' ? [[field, value.slice(0, LONGEST).toWellFormed()]] : [];
    }),
  );
  // The same view sent twice is one sending; a view that was refused has the same id and another trigger.
  return gesture(data.trigger_id ?? `${view.id}:${view.hash ?? ''}`, {
    kind: 'submit',
    by: personOf(data.user),
    view: name,
    viewId: view.id,
    metadata: view.private_metadata,
    values,
  });
}

function parseShortcut(body: object): Parsed {
  const { data } = shortcut.safeParse(body);
  const known = SHORTCUTS.find(({ callback_id }) => callback_id === data?.callback_id);
  if (data === undefined || known === undefined) return ignored('unknown_shortcut');
  const text = data.message?.text;
  return gesture(data.trigger_id, {
    kind: 'shortcut',
    by: personOf(data.user),
    shortcut: known.callback_id,
    trigger: data.trigger_id,
    ...(text === undefined ? {} : { text: masked(plainOf(text)) }),
  });
}

function parseEvent(body: object): Parsed {
  const { data } = envelope.safeParse(body);
  if (data === undefined) return ignored('bad_event');
  const { event, event_id, team_id: team } = data;
  if (event.type === 'app_uninstalled') return { kind: 'revoked', team };
  if (event.type === 'tokens_revoked') {
    // Tokens of people may go; we work with that of the bot.
    return revoked.safeParse(event).success ? { kind: 'revoked', team } : ignored('other_tokens');
  }
  if (event.type === 'app_home_opened') {
    const opened = homeOpened.safeParse(event).data;
    if (opened?.tab !== 'home') return ignored('other_tab');
    return gesture(event_id, { kind: 'home', by: personOf({ id: opened.user }) });
  }
  if (event.type === 'message') return parseMessage(event, event_id);
  return ignored('unknown_event');
}

/** Words of a person in a thread; a correction of such words is a note of its own. */
function parseMessage(event: object, eventId: string): Parsed {
  const edit = changed.safeParse(event).data;
  const words =
    edit === undefined ? spoken.safeParse(event).data : { ...edit.message, channel: edit.channel };
  if (words === undefined) return ignored('other_message');
  if (edit !== undefined && edit.message.edited === undefined) return ignored('not_edited');
  // Our own messages, and such as somebody joining: not said by a person.
  if (words.bot_id !== undefined || (words.subtype !== undefined && !SAID.has(words.subtype)))
    return ignored('not_said');
  if (words.thread_ts === undefined || words.thread_ts === words.ts) return ignored('no_thread');
  return gesture(eventId, {
    kind: 'note',
    by: personOf({ id: words.user }),
    at: { channel: words.channel, thread: words.thread_ts },
    ts: words.ts,
    text: masked(plainOf(words.text)),
    edited: edit !== undefined,
  });
}

function gesture(id: string, given: Gesture): Parsed {
  return { kind: 'gesture', id: `${given.kind}:${id}`.slice(0, 180), gesture: given };
}

function personOf({
  id,
  name,
  username,
}: {
  id: string;
  name?: string | undefined;
  username?: string | undefined;
}) {
  const known = name ?? username;
  return known === undefined || known === '' ? { id } : { id, name: known };
}

/** Slack's own escapes taken back: what is stored is words. */
function plainOf(text: string): string {
  return text
    .replace(/<((?:https?|mailto|tel):[^|>]+)(?:\|[^>]*)?>/gu, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
