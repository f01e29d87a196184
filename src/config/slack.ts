/** Slack as a view for the staff. */
import { z } from 'zod';
import { given, isWhole, type ReadOf, type Variables } from './variable.ts';

export interface SlackConfig {
  readonly mode: 'http' | 'socket';
  /** Absent when the app is installed by our page. */
  readonly botToken?: string;
  /** Both there, with `http` and an address of ours, when the app is installed by our page. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly channelKind: 'private' | 'public';
  /** There with `http`. */
  readonly signingSecret?: string;
  /** There with `socket`. */
  readonly appToken?: string;
  readonly channel: string;
  /** Ids of people or of user groups. */
  readonly leads: readonly string[];
  readonly curators: readonly string[];
  readonly auditors: readonly string[];
  /** Between two messages in the channel. */
  readonly everyMs: number;
  /** Where Slack is, when it is not Slack. */
  readonly apiUrl?: string;
}

/** Ids of people and user groups in Slack, as they stand in its addresses. */
const slackIds = z
  .string()
  .regex(/^[USW][A-Z0-9]{5,20}(?:[\s,]+[USW][A-Z0-9]{5,20}){0,49}$/u)
  .transform((list): readonly string[] => list.split(/[\s,]+/u))
  .optional();

export const SLACK_VARIABLES = {
  GONGJI_SLACK_MODE: {
    expects: "how Slack reaches us: 'http' at our own address, or 'socket' from a closed network",
    example: 'http',
    schema: z.enum(['http', 'socket']).optional(),
  },
  GONGJI_SLACK_BOT_TOKEN: {
    expects: 'the bot token of the Slack app, from its page OAuth & Permissions',
    example: 'xoxb-000000000000-what-slack-shows',
    schema: z
      .string()
      .regex(/^xox[a-z]-\S{6,}$/u)
      .optional(),
  },
  GONGJI_SLACK_CLIENT_ID: {
    expects:
      "the client id of the Slack app, from its page Basic Information: to install it at /slack/install instead of copying a token (with mode 'http' and GONGJI_PUBLIC_URL)",
    example: '1234567890.1234567890',
    schema: z
      .string()
      .regex(/^[\w.-]{3,60}$/u)
      .optional(),
  },
  GONGJI_SLACK_CLIENT_SECRET: {
    expects: 'the client secret of the Slack app, from its page Basic Information',
    example: '0123456789abcdef0123456789abcdef',
    schema: z
      .string()
      .regex(/^\S{8,128}$/u)
      .optional(),
  },
  GONGJI_SLACK_CHANNEL_KIND: {
    expects: "whether the triage channel is 'private' or 'public': which permissions /slack/install asks for",
    example: 'private',
    schema: z.enum(['private', 'public']).default('private'),
  },
  GONGJI_SLACK_SIGNING_SECRET: {
    expects: "the signing secret of the Slack app, from its page Basic Information (with mode 'http')",
    example: '0123456789abcdef0123456789abcdef',
    schema: z
      .string()
      .regex(/^\S{16,128}$/u)
      .optional(),
  },
  GONGJI_SLACK_APP_TOKEN: {
    expects: "an app-level token with the scope connections:write (with mode 'socket')",
    example: 'xapp-1-A00000000-what-slack-shows',
    schema: z
      .string()
      .regex(/^xapp-\S{6,}$/u)
      .optional(),
  },
  GONGJI_SLACK_CHANNEL: {
    expects: "the id of the triage channel, from the end of the channel's details in Slack",
    example: 'C0123456789',
    schema: z
      .string()
      .regex(/^[CG][A-Z0-9]{5,20}$/u)
      .optional(),
  },
  GONGJI_SLACK_LEADS: {
    expects:
      'who may take over, release and close the cases of others: ids of people (U…) or user groups (S…)',
    example: 'U0123456789 S0123456789',
    schema: slackIds,
  },
  GONGJI_SLACK_CURATORS: {
    expects: 'who approves knowledge: ids of people (U…) or user groups (S…)',
    example: 'S0123456789',
    schema: slackIds,
  },
  GONGJI_SLACK_AUDITORS: {
    expects: 'who may look and change nothing: ids of people (U…) or user groups (S…)',
    example: 'U0123456789',
    schema: slackIds,
  },
  GONGJI_SLACK_EVERY_MS: {
    expects: 'milliseconds between two messages in the triage channel; Slack takes about one a second',
    example: '1000',
    schema: z
      .string()
      .regex(/^\d{1,5}$/u)
      .transform(Number)
      .default(1000),
  },
  GONGJI_SLACK_API_URL: {
    expects: 'where the Web API is, when it is not at Slack: for trying out',
    example: 'http://127.0.0.1:3000/api/',
    schema: z.url({ protocol: /^https?$/u }).optional(),
  },
} as const satisfies Variables;

/** The desk of the staff in Slack, when anything of it is configured. */
export function readSlack(
  read: ReadOf<typeof SLACK_VARIABLES>,
  problems: string[],
  publicUrl: string | undefined,
): SlackConfig | undefined {
  const values = {
    mode: read('GONGJI_SLACK_MODE'),
    botToken: read('GONGJI_SLACK_BOT_TOKEN'),
    clientId: read('GONGJI_SLACK_CLIENT_ID'),
    clientSecret: read('GONGJI_SLACK_CLIENT_SECRET'),
    signingSecret: read('GONGJI_SLACK_SIGNING_SECRET'),
    appToken: read('GONGJI_SLACK_APP_TOKEN'),
    channel: read('GONGJI_SLACK_CHANNEL'),
    apiUrl: read('GONGJI_SLACK_API_URL'),
  };
  const also = {
    everyMs: read('GONGJI_SLACK_EVERY_MS'),
    channelKind: read('GONGJI_SLACK_CHANNEL_KIND'),
    leads: read('GONGJI_SLACK_LEADS') ?? [],
    curators: read('GONGJI_SLACK_CURATORS') ?? [],
    auditors: read('GONGJI_SLACK_AUDITORS') ?? [],
  };
  // A token that is given goes before one that would have to be fetched.
  const isInstalled =
    values.botToken === undefined && (values.clientId !== undefined || values.clientSecret !== undefined);
  if (isInstalled && (values.mode === 'socket' || publicUrl === undefined)) {
    problems.push(
      'GONGJI_SLACK_CLIENT_ID: to be installed at /slack/install Slack must reach us: set GONGJI_SLACK_MODE=http and GONGJI_PUBLIC_URL, or give GONGJI_SLACK_BOT_TOKEN',
    );
  }
  const isOn = isWhole(
    values,
    problems,
    {
      mode: 'GONGJI_SLACK_MODE',
      ...(isInstalled
        ? { clientId: 'GONGJI_SLACK_CLIENT_ID', clientSecret: 'GONGJI_SLACK_CLIENT_SECRET' }
        : { botToken: 'GONGJI_SLACK_BOT_TOKEN' }),
      channel: 'GONGJI_SLACK_CHANNEL',
      ...(values.mode === 'http' ? { signingSecret: 'GONGJI_SLACK_SIGNING_SECRET' } : {}),
      ...(values.mode === 'socket' ? { appToken: 'GONGJI_SLACK_APP_TOKEN' } : {}),
    },
    SLACK_VARIABLES,
  );
  return isOn ? ({ ...given(values), ...also } as SlackConfig) : undefined;
}
