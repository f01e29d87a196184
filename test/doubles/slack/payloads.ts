/** What Slack sends, with the keys and types of its recorded samples; the values are invented. */
export const TEAM = 'T0TEAM001';
export const APP = 'A0APP0001';
export const BOT_USER = 'U0BOT0001';
const DOMAIN = 'example-team';
const VERIFICATION = 'old-verification-token';

export type Body = Record<string, unknown>;

export function eventBody(eventId: string, event: Body, at: number): Body {
  return {
    token: VERIFICATION,
    team_id: TEAM,
    api_app_id: APP,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(at / 1000),
    event_context: `4-${eventId}`,
    is_ext_shared_channel: false,
    authorizations: [
      { enterprise_id: null, team_id: TEAM, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
    ],
  };
}

export function messageEvent(parts: {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly ts: string;
  readonly thread?: string;
}): Body {
  return {
    client_msg_id: `m-${parts.ts}`,
    type: 'message',
    text: parts.text,
    user: parts.user,
    team: TEAM,
    ts: parts.ts,
    ...(parts.thread === undefined ? {} : { thread_ts: parts.thread, parent_user_id: BOT_USER }),
    blocks: [{ type: 'rich_text', block_id: 'b1', elements: [] }],
    channel: parts.channel,
    event_ts: parts.ts,
    channel_type: 'group',
  };
}

export function editEvent(parts: Parameters<typeof messageEvent>[0] & { readonly edited: string }): Body {
  const { channel, event_ts: _, channel_type: __, ...message } = messageEvent(parts);
  return {
    type: 'message',
    subtype: 'message_changed',
    channel,
    hidden: true,
    message: { ...message, edited: { user: parts.user, ts: parts.edited } },
    previous_message: message,
    ts: parts.edited,
    event_ts: parts.edited,
    channel_type: 'group',
  };
}

export function homeEvent(user: string, at: string): Body {
  return { type: 'app_home_opened', user, channel: 'D0HOME001', tab: 'home', event_ts: at };
}

export const revokedEvent: Body = { type: 'tokens_revoked', tokens: { oauth: [], bot: [BOT_USER] } };

function userOf(id: string) {
  return { id, username: id.toLowerCase(), name: id.toLowerCase(), team_id: TEAM };
}
const team = { id: TEAM, domain: DOMAIN };

export function commandBody(parts: {
  readonly user: string;
  readonly text: string;
  readonly trigger: string;
  readonly respond: string;
  readonly channel: string;
  readonly command?: string;
}): Body {
  return {
    token: VERIFICATION,
    team_id: TEAM,
    team_domain: DOMAIN,
    channel_id: parts.channel,
    channel_name: 'privategroup',
    user_id: parts.user,
    user_name: parts.user.toLowerCase(),
    command: parts.command ?? '/gongji',
    text: parts.text,
    api_app_id: APP,
    is_enterprise_install: 'false',
    response_url: parts.respond,
    trigger_id: parts.trigger,
  };
}

export function pressBody(parts: {
  readonly user: string;
  readonly trigger: string;
  readonly respond: string;
  readonly element: Body;
  readonly chosen?: Body;
  readonly message?: { readonly channel: string; readonly ts: string; readonly thread?: string };
  readonly view?: Body;
}): Body {
  const { message, element, view } = parts;
  return {
    type: 'block_actions',
    user: userOf(parts.user),
    api_app_id: APP,
    token: VERIFICATION,
    container:
      message === undefined
        ? { type: 'view', view_id: view?.id }
        : {
            type: 'message',
            message_ts: message.ts,
            channel_id: message.channel,
            is_ephemeral: false,
            ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
          },
    trigger_id: parts.trigger,
    team,
    enterprise: null,
    is_enterprise_install: false,
    ...(message === undefined
      ? { view }
      : {
          channel: { id: message.channel, name: 'privategroup' },
          message: {
            type: 'message',
            user: BOT_USER,
            ts: message.ts,
            bot_id: 'B0BOT0001',
            app_id: APP,
            text: '',
            team: TEAM,
            ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
          },
          response_url: parts.respond,
        }),
    state: { values: {} },
    actions: [
      {
        type: element.type,
        action_id: element.action_id,
        block_id: 'b1',
        action_ts: '1700000000.000100',
        ...(parts.chosen === undefined
          ? { text: element.text, value: element.value }
          : { selected_option: parts.chosen }),
      },
    ],
  };
}

export function submissionBody(parts: {
  readonly user: string;
  readonly trigger: string;
  readonly view: Body;
  readonly values: Body;
}): Body {
  return {
    type: 'view_submission',
    team,
    user: userOf(parts.user),
    api_app_id: APP,
    token: VERIFICATION,
    trigger_id: parts.trigger,
    view: { ...parts.view, state: { values: parts.values }, team_id: TEAM, app_id: APP, bot_id: 'B0BOT0001' },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

export function shortcutBody(parts: {
  readonly user: string;
  readonly trigger: string;
  readonly respond: string;
  readonly callback: string;
  readonly message?: { readonly channel: string; readonly ts: string; readonly text: string };
}): Body {
  const common = {
    token: VERIFICATION,
    action_ts: '1700000000.000200',
    team,
    user: userOf(parts.user),
    is_enterprise_install: false,
    enterprise: null,
    callback_id: parts.callback,
    trigger_id: parts.trigger,
  };
  if (parts.message === undefined) return { type: 'shortcut', ...common };
  return {
    type: 'message_action',
    ...common,
    response_url: parts.respond,
    message_ts: parts.message.ts,
    channel: { id: parts.message.channel, name: 'privategroup' },
    message: {
      type: 'message',
      user: parts.user,
      team: TEAM,
      ts: parts.message.ts,
      text: parts.message.text,
    },
  };
}
