/** The manifest of the Slack app, made of the very lists the code works by. */
import {
  CHANNEL_SCOPES,
  COMMAND,
  EVENTS,
  GROUP_SCOPES,
  HINT,
  MESSAGE_EVENT,
  SCOPES,
  SHORTCUTS,
} from './names.ts';

export interface ManifestOptions {
  readonly mode: 'http' | 'socket';
  /** What kind of channel the triage channel is. Private unless there is a reason: cases are about people. */
  readonly channel: 'private' | 'public';
  /** Whether roles come from Slack's user groups. */
  readonly groups: 'yes' | 'no';
  /** Whether it is installed by a visit to our own page. */
  readonly install?: 'by_page';
  /** `https://…` under which Slack reaches us; not needed by socket mode. */
  readonly publicUrl?: string;
}

export const SLACK_PATH = '/slack/events';
export const INSTALL_PATH = '/slack/install';
export const REDIRECT_PATH = '/slack/oauth_redirect';
const EXAMPLE_URL = 'https://gongji.example.cn';

type Tree = string | boolean | readonly Tree[] | { readonly [key: string]: Tree };

export function manifest(options: ManifestOptions) {
  const home = options.publicUrl ?? EXAMPLE_URL;
  const url = options.mode === 'http' ? `${home}${SLACK_PATH}` : '';
  const at = (key: string) => (url === '' ? {} : { [key]: url });
  return {
    display_information: {
      name: '共济助手客服台',
      description: '职工医保家庭共济的客服台：一个个案一个话题，按钮完成全部操作',
      background_color: '#0b5394',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: false, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'gongji', always_online: true },
      shortcuts: SHORTCUTS.map((shortcut) => ({ ...shortcut })),
      slash_commands: [
        {
          command: COMMAND,
          ...at('url'),
          description: '个案列表、查找、今日数字；或粘贴投诉原文分析原因',
          usage_hint: HINT,
          should_escape: false,
        },
      ],
    },
    oauth_config: {
      ...(options.install === 'by_page' ? { redirect_urls: [`${home}${REDIRECT_PATH}`] } : {}),
      scopes: { bot: Object.keys(scopesFor(options)).sort() },
    },
    settings: {
      event_subscriptions: {
        ...at('request_url'),
        bot_events: [...EVENTS, MESSAGE_EVENT[options.channel]].sort(),
      },
      interactivity: { is_enabled: true, ...at('request_url') },
      org_deploy_enabled: false,
      socket_mode_enabled: options.mode === 'socket',
      token_rotation_enabled: false,
    },
  } satisfies Tree;
}

/** Each scope with its reason, for the manifest and for the people who must agree to it. */
export function scopesFor({ channel, groups }: Pick<ManifestOptions, 'channel' | 'groups'>) {
  return { ...SCOPES, ...CHANNEL_SCOPES[channel], ...(groups === 'yes' ? GROUP_SCOPES : {}) };
}

/** As YAML, which the Slack site takes as it is. Strings are quoted as in JSON, which YAML reads alike. */
export function manifestYaml(options: ManifestOptions): string {
  return `${lines(manifest(options), '').join('\n')}\n`;
}

function lines(tree: Tree, indent: string): readonly string[] {
  if (Array.isArray(tree)) {
    return tree.flatMap((item) => {
      const [first = '', ...rest] = isLeaf(item) ? [leaf(item)] : lines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(tree).flatMap(([key, value]) =>
    isLeaf(value)
      ? [`${indent}${key}: ${leaf(value)}`]
      : [`${indent}${key}:`, ...lines(value, `${indent}  `)],
  );
}

const isLeaf = (tree: Tree): tree is string | boolean => typeof tree !== 'object';
const leaf = (value: string | boolean): string => JSON.stringify(value);
