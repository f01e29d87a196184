/** People at work in the double: they press what is on the screen, fill in what is asked, and type. */
import type { Answer, Posted, Signing, SlackDouble } from './double.ts';
import { CHANNEL } from './double.ts';
import {
  type Body,
  commandBody,
  editEvent,
  eventBody,
  homeEvent,
  messageEvent,
  pressBody,
  shortcutBody,
  submissionBody,
} from './payloads.ts';

export interface SlackPerson {
  readonly id: string;
  /** A button or a menu entry of a message. Throws when there is none: what is not on the screen cannot be pressed. */
  press(message: Posted, action: string, choice?: string): Promise<Answer>;
  /** Fills in and sends the form that is open. */
  submit(view: string, values: { readonly [field: string]: string }): Promise<Answer>;
  command(text: string, name?: string): Promise<Answer>;
  shortcut(callback: string, text?: string): Promise<Answer>;
  say(message: Posted, text: string): Promise<Answer>;
  correct(message: Posted, ts: string, text: string): Promise<Answer>;
  openHome(): Promise<Answer>;
}

export function slackPerson(
  slack: SlackDouble,
  id: string,
  isMember: 'member' | 'stranger' = 'member',
): SlackPerson {
  if (isMember === 'member' && !slack.members.includes(id)) slack.members.push(id);
  const interact = (body: Body) => slack.deliver(body, { type: 'interactive' });
  const event = (body: Body) => sendEvent(slack, body);
  return {
    id,
    press(message, action, choice) {
      const element = elementsOf(message).find(
        (item) =>
          item.action_id === action &&
          (choice === undefined || item.type !== 'button' || item.value === choice),
      );
      if (element === undefined) throw new Error(`There is no ${action} to press on ${message.text}`);
      const options = (element.options ?? []) as { value: string }[];
      const chosen = options.find(({ value }) => value.startsWith(choice ?? ''));
      if (element.type === 'overflow' && chosen === undefined)
        throw new Error(`There is no ${choice} in ${action}`);
      const hasThread = slack.posted.some(({ thread }) => thread === message.ts);
      const thread = message.thread ?? (hasThread ? message.ts : undefined);
      return interact(
        pressBody({
          user: id,
          trigger: slack.trigger(),
          respond: slack.respondUrl(),
          element,
          ...(chosen === undefined ? {} : { chosen }),
          message: { channel: message.channel, ts: message.ts, ...(thread === undefined ? {} : { thread }) },
        }),
      );
    },
    async submit(viewId, values) {
      const view = slack.views.get(viewId);
      if (view === undefined) throw new Error('There is no such view on the screen');
      const answer = await interact(
        submissionBody({ user: id, trigger: slack.trigger(), view, values: filledIn(view, values) }),
      );
      if (answer.status === 200) slack.applyAck(viewId, answer.body);
      return answer;
    },
    command: (text, name) =>
      slack.deliver(
        commandBody({
          user: id,
          text,
          trigger: slack.trigger(),
          respond: slack.respondUrl(),
          channel: CHANNEL,
          ...(name === undefined ? {} : { command: name }),
        }),
        { type: 'slash_commands' },
      ),
    shortcut: (callback, text) =>
      interact(
        shortcutBody({
          user: id,
          trigger: slack.trigger(),
          respond: slack.respondUrl(),
          callback,
          ...(text === undefined ? {} : { message: { channel: CHANNEL, ts: '1700000000.500000', text } }),
        }),
      ),
    say: (message, text) =>
      event(
        messageEvent({
          channel: message.channel,
          user: id,
          text,
          ts: `1700000001.${slack.next('')}`,
          thread: message.thread ?? message.ts,
        }),
      ),
    correct: (message, ts, text) =>
      event(
        editEvent({
          channel: message.channel,
          user: id,
          text,
          ts,
          thread: message.ts,
          edited: `1700000002.${slack.next('')}`,
        }),
      ),
    openHome: () => event(homeEvent(id, '1700000000.000300')),
  };
}

export function sendEvent(
  slack: SlackDouble,
  event: Body,
  how: Signing & { readonly id?: string; readonly retry?: number; readonly team?: string } = {},
): Promise<Answer> {
  const { id = slack.next('Ev'), team, ...rest } = how;
  const body = eventBody(id, event, Date.now());
  return slack.deliver(team === undefined ? body : { ...body, team_id: team }, {
    type: 'events_api',
    ...rest,
  });
}

export function elementsOf({ blocks }: { readonly blocks: readonly Body[] }): readonly Body[] {
  return blocks.flatMap((block) => (block.type === 'actions' ? (block.elements as Body[]) : []));
}

/** All words a person sees. */
export function wordsOf({ blocks }: { readonly blocks: readonly Body[] }): string {
  return blocks
    .flatMap((block) => [block.text, ...((block.fields ?? block.elements ?? []) as unknown[]), block.label])
    .map((part) => textOf(part))
    .join('\n');
}

function textOf(part: unknown): string {
  if (typeof part !== 'object' || part === null || !('text' in part)) return '';
  return typeof part.text === 'string' ? part.text : textOf(part.text);
}

/** As Slack's own form does: what must be filled in is, and a choice is one of those offered. */
function filledIn(view: Body, values: { readonly [field: string]: string }): Body {
  const inputs = (view.blocks as Body[]).filter(({ type }) => type === 'input');
  const unknown = Object.keys(values).find((name) => !inputs.some(({ block_id }) => block_id === name));
  if (unknown !== undefined) throw new Error(`There is no field ${unknown}`);
  return Object.fromEntries(
    inputs.map(({ block_id: id, element, optional }) => {
      const {
        type,
        action_id: name,
        options,
        max_length: most,
        initial_option,
        initial_value,
      } = element as Body;
      const value = values[String(id)] ?? (initial_option as Body | undefined)?.value ?? initial_value;
      if (value === undefined && optional !== true) throw new Error(`${String(id)} must be filled in`);
      if (typeof most === 'number' && String(value ?? '').length > most)
        throw new Error(`${String(id)} is too long`);
      return [id, { [String(name)]: answerOf(String(type), value, options as { value: string }[]) }];
    }),
  );
}

function answerOf(type: string, value: unknown, options: readonly { value: string }[]): Body {
  if (type === 'users_select') return { type, selected_user: value ?? null };
  if (type !== 'static_select') return { type, value: value ?? null };
  const chosen = options.find((option) => option.value === value);
  if (value !== undefined && chosen === undefined) throw new Error(`${String(value)} is not offered`);
  return { type, selected_option: chosen ?? null };
}
