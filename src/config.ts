/** The environment, parsed once. The only reader of `process.env`. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from './errors.ts';

export interface Config {
  /** Where everything this installation keeps is kept. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Address citizens use, when it is not the one we listen on. */
  readonly publicUrl?: string;
  readonly databaseUrl?: string;
  /** Connections this process may hold to PostgreSQL, all included. */
  readonly databasePool?: number;
  /** 32 bytes each, the last one active; without them a key file in the data directory is used. */
  readonly vaultKey?: readonly Uint8Array[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly isBehindProxy: boolean;
  /** Who may read numbers and reasons from elsewhere; absent: programs on this machine only. */
  readonly metricsToken?: string;
  /** Where traces go; absent: there are none. */
  readonly otlpUrl?: string;
  /** The gateway of a bureau; absent: the simulated office. */
  readonly portal?: {
    readonly url: string;
    readonly keyId?: string;
    readonly secret?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly caFile?: string;
  };
  /** A fixture whose people may be chosen for logging in, where the office itself cannot tell us who there is. */
  readonly demoPeopleFile?: string;
  /** Origins whose pages may frame the chat. */
  readonly embedOrigins?: readonly string[];
  /** What the QR code of the official account says. */
  readonly wechatAddress?: string;
  /** Name of the official account, as citizens search for it. */
  readonly wechatName?: string;
  /** Official account of WeChat; absent: that channel is off. */
  readonly wechatOa?: WechatOaConfig;
  /** Customer service of WeCom (微信客服); absent: off. */
  readonly wecomKf?: WecomKfConfig;
  /** A WeChat account driven by a puppet; absent: off. */
  readonly wechaty?: WechatyConfig;
  /** Slack as the desk of the staff; absent: off. */
  readonly slack?: SlackConfig;
  /** The desk of the staff as web pages; who may log in is decided when it is opened. */
  readonly desk: DeskConfig;
}

export interface DeskConfig {
  /** What sessions are made with; at least 32 characters. */
  readonly secret?: string;
  /** After so long without a request a login is over. */
  readonly idleMs: number;
  /** After so long it is over in any case. */
  readonly maxMs: number;
  readonly oidc?: OidcConfig;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
  readonly scope: string;
  /** Where in the claims the roles are, with dots for what lies deeper. */
  readonly roleClaim: string;
  readonly nameClaim: string;
  /** Which values of that claim give which role. */
  readonly roles: { readonly [Role in 'clerk' | 'curator' | 'lead' | 'auditor']?: readonly string[] };
}

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

export interface WechatOaConfig {
  readonly appId: string;
  readonly secret: string;
  readonly token: string;
  /** Absent only where plain pushes are allowed. */
  readonly aesKey?: string;
  /** Still accepted while keys change. */
  readonly previousAesKey?: string;
  readonly apiBase: string;
  /** Pushes without encryption: for a test account, never for citizens. */
  readonly allowPlain: boolean;
  /** May send customer-service messages; without it everything late waits for the next message. */
  readonly canPush: boolean;
  /** Certified service account: may send menus, and knows who opens its pages (OAuth). */
  readonly isCertified: boolean;
  readonly oauth: boolean;
  /** Notices when the reply window is shut. */
  readonly templateId?: string;
  readonly subscriptionId?: string;
  /** A linked mini program that opens secure pages: its appid, and the path with `{token}` where the secret goes. */
  readonly miniAppId?: string;
  readonly miniPath?: string;
}

export interface WecomKfConfig {
  readonly corpId: string;
  readonly secret: string;
  readonly token: string;
  readonly aesKey: string;
  readonly previousAesKey?: string;
  readonly apiBase: string;
  /** Who takes over at WeCom when a person is wanted: userids, or whoever is free; absent: our own help desk. */
  readonly staff?: 'queue' | readonly string[];
}

export interface WechatyConfig {
  readonly puppet: string;
  readonly token?: string;
  readonly endpoint?: string;
  /** Whether strangers who ask become contacts by themselves. */
  readonly acceptsContacts: boolean;
}

interface Variable {
  readonly expects: string;
  readonly example: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
}

const file = z.string().min(1).optional();
/** Ids of people and user groups in Slack, as they stand in its addresses. */
const slackIds = z
  .string()
  .regex(/^[USW][A-Z0-9]{5,20}(?:[\s,]+[USW][A-Z0-9]{5,20}){0,49}$/u)
  .transform((list): readonly string[] => list.split(/[\s,]+/u))
  .optional();
const yesNo = z.enum(['yes', 'no']).transform((value) => value === 'yes');

const ROLE_PAIR = /^(clerk|curator|lead|auditor)=([^\s,=]{1,100})$/u;
/** `lead=desk-leads clerk=desk-clerks`; a role may be named several times. */
const roleMap = z
  .string()
  .transform((list) => list.trim().split(/[\s,]+/u))
  .pipe(z.array(z.string().regex(ROLE_PAIR)).min(1).max(40))
  .transform((pairs): OidcConfig['roles'] => {
    const parts = pairs.map((pair) => pair.split('=') as [keyof OidcConfig['roles'], string]);
    const byRole = Map.groupBy(parts, ([role]) => role);
    return Object.fromEntries([...byRole].map(([role, found]) => [role, found.map(([, value]) => value)]));
  })
  .optional();
const claimPath = z.string().regex(/^[\w:/-]{1,100}(?:\.[\w:/-]{1,100}){0,5}$/u);
const wholeNumber = (min: number, max: number, usual: number) =>
  z.string().regex(/^\d+$/u).transform(Number).pipe(z.number().min(min).max(max)).default(usual);

const secret32 = z
  .string()
  .regex(/^[0-9a-zA-Z]{32}$/u)
  .optional();
const pushToken = z
  .string()
  .regex(/^[0-9a-zA-Z]{3,32}$/u)
  .optional();
const aesKey = z
  .string()
  .regex(/^[0-9a-zA-Z]{43}$/u)
  .optional();
const templateId = z
  .string()
  .regex(/^[\w-]{10,64}$/u)
  .optional();

/** The secret travels in every request, so it goes to its owner only. */
function apiBase(usual: string, ...others: readonly string[]) {
  return z
    .string()
    .refine(
      (value) =>
        [usual, ...others].includes(value) ||
        (URL.canParse(value) && new URL(value).origin === value && isThisMachine(value)),
    )
    .default(usual);
}

/** Every variable there is: what it must be, and one that works. */
export const VARIABLES = {
  GONGJI_DATA: {
    expects: 'a folder this program may write to',
    example: '/var/lib/gongji',
    schema: z.string().min(1).default('./data'),
  },
  GONGJI_HOST: {
    expects: 'the address to listen on',
    example: '127.0.0.1',
    schema: z.string().min(1).default('127.0.0.1'),
  },
  GONGJI_PORT: {
    expects: 'a port from 0 (any free one) to 65535',
    example: '8080',
    schema: z.string().regex(/^\d+$/u).transform(Number).pipe(z.number().max(65_535)).default(8080),
  },
  GONGJI_PUBLIC_URL: {
    expects: 'the http(s) address citizens use',
    example: 'https://gongji.example.cn',
    schema: z.url({ protocol: /^https?$/u }).optional(),
  },
  GONGJI_DATABASE: {
    expects: 'a PostgreSQL address (absent: a file in the data folder)',
    example: 'postgres://gongji@localhost/gongji',
    schema: z.url({ protocol: /^postgres(ql)?$/u }).optional(),
  },
  GONGJI_DATABASE_POOL: {
    expects: 'how many connections to PostgreSQL this process may hold, from 3 to 200 (absent: 12)',
    example: '12',
    schema: z.string().regex(/^\d+$/u).transform(Number).pipe(z.number().min(3).max(200)).optional(),
  },
  GONGJI_VAULT_KEY: {
    expects:
      '64 hexadecimal digits; during a rotation several such keys with commas between, the active one last (absent: vault.key in the data folder)',
    example: '0f1e…, made by: openssl rand -hex 32',
    schema: z
      .string()
      .regex(/^[0-9a-fA-F]{64}(?:,[0-9a-fA-F]{64})*$/u)
      .transform((keys) => keys.split(',').map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))))
      .optional(),
  },
  GONGJI_LOG: {
    expects: 'one of debug, info, warn, error, silent',
    example: 'info',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  },
  GONGJI_BEHIND_PROXY: {
    expects:
      'yes or no: whether a proxy of yours is the only way in, so that X-Forwarded-For can be believed',
    example: 'no',
    schema: yesNo.default(false),
  },
  GONGJI_METRICS_TOKEN: {
    expects:
      'at least 16 letters, digits and - _ that whoever reads /metrics sends as a bearer token (absent: only programs on this machine may)',
    example: 'what-openssl-rand-hex-32-has-printed',
    schema: z
      .string()
      .regex(/^[\w-]{16,200}$/u)
      .optional(),
  },
  GONGJI_OTLP_URL: {
    expects: 'the http(s) address of an OpenTelemetry collector (OTLP over HTTP; absent: no traces)',
    example: 'http://127.0.0.1:4318',
    schema: z.url({ protocol: /^https?$/u }).optional(),
  },
  GONGJI_PORTAL: {
    expects: "'simulated', or the address of a bureau's gateway: https, or http on this very machine",
    example: 'https://gateway.example.cn/mutual-aid',
    schema: z
      .union([z.literal('simulated').transform(() => undefined), z.string().refine(isOfficeAddress)])
      .optional(),
  },
  GONGJI_PORTAL_KEY_ID: {
    expects: 'the name under which the bureau knows our secret: up to 64 letters, digits and . : - _',
    example: 'assistant-1',
    schema: z
      .string()
      .regex(/^[\w.:-]{1,64}$/u)
      .optional(),
  },
  GONGJI_PORTAL_SECRET: {
    expects: 'the secret shared with the bureau, at least 32 characters',
    example: 'what-openssl-rand-hex-32-has-printed',
    schema: z.string().min(32).optional(),
  },
  GONGJI_PORTAL_CERT: {
    expects: 'a PEM file with our certificate, for mutual TLS',
    example: '/etc/gongji/client.crt',
    schema: file,
  },
  GONGJI_PORTAL_KEY: {
    expects: 'a PEM file with the key of that certificate',
    example: '/etc/gongji/client.key',
    schema: file,
  },
  GONGJI_PORTAL_CA: {
    expects: "a PEM file with the authority of the bureau's certificate (absent: the ones Node knows)",
    example: '/etc/gongji/bureau-ca.crt',
    schema: file,
  },
  GONGJI_DEMO_PEOPLE: {
    expects:
      "a fixture file whose people may log in, for trying out with 'gongji portal serve' on this machine",
    example: 'fixtures/demo.yaml',
    schema: file,
  },
  GONGJI_EMBED_ORIGINS: {
    expects:
      'the https origins whose pages may show the chat in a frame, with spaces between (absent: none; see docs/embedding.md)',
    example: 'https://ybj.example.cn https://www.example.cn',
    schema: z
      .string()
      .transform((list) => list.trim().split(/[\s,]+/u))
      .pipe(z.array(z.string().refine(isEmbedOrigin)).max(50))
      .optional(),
  },
  GONGJI_WECHAT_OA_APPID: {
    expects: 'the appid of the official account: wx and 16 hexadecimal digits',
    example: 'wx0123456789abcdef',
    schema: z
      .string()
      .regex(/^wx[0-9a-f]{16}$/u)
      .optional(),
  },
  GONGJI_WECHAT_OA_SECRET: {
    expects: 'the AppSecret of the official account: 32 letters and digits',
    example: '0123456789abcdef0123456789abcdef',
    schema: secret32,
  },
  GONGJI_WECHAT_OA_TOKEN: {
    expects: 'the token set in the console of the official account: 3 to 32 letters and digits',
    example: 'aTokenOfMyOwn',
    schema: pushToken,
  },
  GONGJI_WECHAT_OA_AES_KEY: {
    expects: 'the EncodingAESKey of the official account: 43 letters and digits',
    example: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    schema: aesKey,
  },
  GONGJI_WECHAT_OA_PREV_AES_KEY: {
    expects: 'the EncodingAESKey used before, while it is being changed',
    example: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    schema: aesKey,
  },
  GONGJI_WECHAT_OA_API_BASE: {
    expects: 'one of the two official hosts of the API, or an address on this very machine for trying out',
    example: 'https://api2.weixin.qq.com',
    schema: apiBase('https://api.weixin.qq.com', 'https://api2.weixin.qq.com'),
  },
  GONGJI_WECHAT_OA_ALLOW_PLAIN: {
    expects: 'yes or no: whether a test account may push without encryption',
    example: 'no',
    schema: yesNo.default(false),
  },
  GONGJI_WECHAT_OA_CAN_PUSH: {
    expects: 'yes or no: whether the account may send customer-service messages',
    example: 'yes',
    schema: yesNo.default(true),
  },
  GONGJI_WECHAT_OA_CERTIFIED: {
    expects: 'yes or no: whether it is a certified service account, which may send menus',
    example: 'yes',
    schema: yesNo.default(false),
  },
  GONGJI_WECHAT_OA_OAUTH: {
    expects:
      'yes or no: whether secure pages check that it is the same person as in the talk; the domain of GONGJI_PUBLIC_URL must be set in the console',
    example: 'yes',
    schema: yesNo.default(false),
  },
  GONGJI_WECHAT_OA_TEMPLATE: {
    expects:
      'the id of a template message for results that come when the reply window is shut (absent: none)',
    example: 'ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY',
    schema: templateId,
  },
  GONGJI_WECHAT_OA_SUBSCRIPTION: {
    expects: 'the id of a long-term subscription notice for such results; it goes before the template',
    example: 'ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY',
    schema: templateId,
  },
  GONGJI_WECHAT_OA_MINI_APPID: {
    expects: 'the appid of a linked mini program that opens secure pages (absent: they are web pages)',
    example: 'wxfedcba9876543210',
    schema: z
      .string()
      .regex(/^wx[0-9a-f]{16}$/u)
      .optional(),
  },
  GONGJI_WECHAT_OA_MINI_PATH: {
    expects: 'the page of that mini program, with {token} where the secret of the link goes',
    example: 'pages/secure/index?token={token}',
    schema: z.string().includes('{token}').max(1024).optional(),
  },
  GONGJI_WECOM_KF_CORP_ID: {
    expects: 'the corp id of WeCom',
    example: 'ww0123456789abcdef',
    schema: z
      .string()
      .regex(/^w[wx][0-9a-zA-Z]{16}$/u)
      .optional(),
  },
  GONGJI_WECOM_KF_SECRET: {
    expects: 'the secret of the WeCom application that serves 微信客服',
    example: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    schema: z
      .string()
      .regex(/^[\w-]{32,64}$/u)
      .optional(),
  },
  GONGJI_WECOM_KF_TOKEN: {
    expects: 'the token set for its callback: 3 to 32 letters and digits',
    example: 'aTokenOfMyOwn',
    schema: pushToken,
  },
  GONGJI_WECOM_KF_AES_KEY: {
    expects: 'the EncodingAESKey of its callback: 43 letters and digits',
    example: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    schema: aesKey,
  },
  GONGJI_WECOM_KF_PREV_AES_KEY: {
    expects: 'the EncodingAESKey used before, while it is being changed',
    example: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    schema: aesKey,
  },
  GONGJI_WECOM_KF_API_BASE: {
    expects: 'the official host of the API, or an address on this very machine for trying out',
    example: 'https://qyapi.weixin.qq.com',
    schema: apiBase('https://qyapi.weixin.qq.com'),
  },
  GONGJI_WECOM_KF_STAFF: {
    expects:
      "who takes over in WeCom: userids with spaces between, or 'queue' for whoever is free (absent: our own help desk)",
    example: 'zhangsan lisi',
    schema: z
      .string()
      .regex(/^[\w@.-]{1,64}(?:[\s,]+[\w@.-]{1,64}){0,19}$/u)
      .transform((list): 'queue' | readonly string[] => (list === 'queue' ? list : list.split(/[\s,]+/u)))
      .optional(),
  },
  GONGJI_WECHATY_PUPPET: {
    expects: "the puppet that drives the account: 'mock' or the name of an installed package",
    example: 'wechaty-puppet-service',
    schema: z
      .string()
      .regex(/^(?:mock|@?[\w./-]{1,100})$/u)
      .optional(),
  },
  GONGJI_WECHATY_TOKEN: {
    expects: 'the token of the puppet service',
    example: 'puppet_padlocal_0123456789abcdef',
    schema: z.string().min(8).optional(),
  },
  GONGJI_WECHATY_ENDPOINT: {
    expects: 'host and port of the puppet service, when it is not found by its token',
    example: '127.0.0.1:8788',
    schema: z
      .string()
      .regex(/^[\w.-]+:\d{1,5}$/u)
      .optional(),
  },
  GONGJI_WECHATY_ACCEPT: {
    expects:
      'yes or no: whether strangers who ask become contacts by themselves, which gets accounts blocked',
    example: 'no',
    schema: yesNo.default(false),
  },
  GONGJI_WECHAT_NAME: {
    expects: 'the name of the official account, told to those who cannot be served where they write',
    example: '示例医保',
    schema: z.string().min(1).max(40).optional(),
  },
  GONGJI_WECHAT_FOLLOW: {
    expects: "the address inside the official account's QR code, offered on the chat page (absent: none)",
    example: 'https://weixin.qq.com/r/AbCdEfGh',
    schema: z
      .url({ protocol: /^https$/u })
      .max(300)
      .optional(),
  },
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
  GONGJI_DESK_SECRET: {
    expects:
      'what the sessions of staff are made with: at least 32 characters of chance, the same for all processes',
    example: 'what-openssl-rand-hex-32-has-printed',
    schema: z.string().min(32).max(200).optional(),
  },
  GONGJI_DESK_IDLE_MINUTES: {
    expects: 'after how many minutes without a request staff have to log in again, from 5 to 480',
    example: '30',
    schema: wholeNumber(5, 480, 30),
  },
  GONGJI_DESK_HOURS: {
    expects: 'after how many hours staff have to log in again in any case, from 1 to 24',
    example: '10',
    schema: wholeNumber(1, 24, 10),
  },
  GONGJI_OIDC_ISSUER: {
    expects: 'the issuer at which staff log in (OpenID Connect): https, or http on this very machine',
    example: 'https://login.example.cn/realms/desk',
    schema: z.string().refine(isOfficeAddress).optional(),
  },
  GONGJI_OIDC_CLIENT_ID: {
    expects: 'the id under which that issuer knows us',
    example: 'gongji-desk',
    schema: z.string().min(1).max(200).optional(),
  },
  GONGJI_OIDC_CLIENT_SECRET: {
    expects: 'the secret of that client (absent: a public client)',
    example: 'what-the-issuer-shows',
    schema: z.string().min(8).max(400).optional(),
  },
  GONGJI_OIDC_SCOPE: {
    expects: "what is asked of the issuer, 'openid' included",
    example: 'openid profile groups',
    schema: z
      .string()
      .regex(/^(?=.*\bopenid\b)[\w:./ -]{1,300}$/u)
      .default('openid profile'),
  },
  GONGJI_OIDC_ROLE_CLAIM: {
    expects: 'the claim that holds groups or roles, with dots for what lies deeper',
    example: 'realm_access.roles',
    schema: claimPath.default('groups'),
  },
  GONGJI_OIDC_NAME_CLAIM: {
    expects: 'the claim that holds the name colleagues see',
    example: 'name',
    schema: claimPath.default('name'),
  },
  GONGJI_OIDC_ROLES: {
    expects:
      'which value of that claim gives which of our roles clerk, curator, lead and auditor; whoever has none may not log in',
    example: 'clerk=desk-clerks lead=desk-leads curator=knowledge auditor=audit',
    schema: roleMap,
  },
} as const satisfies Record<string, Variable>;

type Name = keyof typeof VARIABLES;

/**
 * The configuration of this process.
 * @throws AppError `bad_config` that lists every problem with the variable, what was expected and an example
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = unknownNames(env);
  const read: Read = (name) => {
    const { schema, expects, example } = VARIABLES[name] as Variable;
    const parsed = schema.safeParse(env[name] === '' ? undefined : env[name]);
    if (!parsed.success) problems.push(`${name}: expected ${expects}; for example ${name}=${example}`);
    return parsed.data as never;
  };
  const publicUrl = read('GONGJI_PUBLIC_URL');
  const databaseUrl = read('GONGJI_DATABASE');
  const databasePool = read('GONGJI_DATABASE_POOL');
  const vaultKey = read('GONGJI_VAULT_KEY');
  const demoPeopleFile = read('GONGJI_DEMO_PEOPLE');
  const embedOrigins = read('GONGJI_EMBED_ORIGINS');
  const wechatAddress = read('GONGJI_WECHAT_FOLLOW');
  const wechatName = read('GONGJI_WECHAT_NAME');
  const looking = given({ metricsToken: read('GONGJI_METRICS_TOKEN'), otlpUrl: read('GONGJI_OTLP_URL') });
  const portal = given({
    url: read('GONGJI_PORTAL'),
    keyId: read('GONGJI_PORTAL_KEY_ID'),
    secret: read('GONGJI_PORTAL_SECRET'),
    certFile: read('GONGJI_PORTAL_CERT'),
    keyFile: read('GONGJI_PORTAL_KEY'),
    caFile: read('GONGJI_PORTAL_CA'),
  });
  const channels = readChannels(read, problems);
  const slack = readSlack(read, problems);
  const desk = readDesk(read, problems);
  const config: Config = {
    dataDir: resolve(read('GONGJI_DATA') ?? '.'),
    host: read('GONGJI_HOST'),
    port: read('GONGJI_PORT'),
    logLevel: read('GONGJI_LOG'),
    isBehindProxy: read('GONGJI_BEHIND_PROXY'),
    ...looking,
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/$/u, '') }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(databasePool === undefined ? {} : { databasePool }),
    ...(vaultKey === undefined ? {} : { vaultKey }),
    ...(portal.url === undefined ? {} : { portal: { ...portal, url: portal.url.replace(/\/$/u, '') } }),
    ...(demoPeopleFile === undefined ? {} : { demoPeopleFile }),
    ...(embedOrigins === undefined ? {} : { embedOrigins }),
    ...(wechatAddress === undefined ? {} : { wechatAddress }),
    ...(wechatName === undefined ? {} : { wechatName }),
    ...channels,
    ...(slack === undefined ? {} : { slack }),
    desk,
  };
  if (problems.length > 0) {
    throw new AppError(
      'bad_config',
      `The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`,
    );
  }
  return config;
}

type Read = <N extends Name>(name: N) => z.output<(typeof VARIABLES)[N]['schema']>;

/** Channels that are on: those of which anything is configured, and then all that they need. */
function readChannels(read: Read, problems: string[]): Pick<Config, 'wechatOa' | 'wecomKf' | 'wechaty'> {
  const allowPlain = read('GONGJI_WECHAT_OA_ALLOW_PLAIN');
  const oa = {
    appId: read('GONGJI_WECHAT_OA_APPID'),
    secret: read('GONGJI_WECHAT_OA_SECRET'),
    token: read('GONGJI_WECHAT_OA_TOKEN'),
    aesKey: read('GONGJI_WECHAT_OA_AES_KEY'),
    previousAesKey: read('GONGJI_WECHAT_OA_PREV_AES_KEY'),
    templateId: read('GONGJI_WECHAT_OA_TEMPLATE'),
    subscriptionId: read('GONGJI_WECHAT_OA_SUBSCRIPTION'),
    miniAppId: read('GONGJI_WECHAT_OA_MINI_APPID'),
    miniPath: read('GONGJI_WECHAT_OA_MINI_PATH'),
  };
  const kf = {
    corpId: read('GONGJI_WECOM_KF_CORP_ID'),
    secret: read('GONGJI_WECOM_KF_SECRET'),
    token: read('GONGJI_WECOM_KF_TOKEN'),
    aesKey: read('GONGJI_WECOM_KF_AES_KEY'),
    previousAesKey: read('GONGJI_WECOM_KF_PREV_AES_KEY'),
  };
  const wechaty = {
    puppet: read('GONGJI_WECHATY_PUPPET'),
    token: read('GONGJI_WECHATY_TOKEN'),
    endpoint: read('GONGJI_WECHATY_ENDPOINT'),
  };
  const oaSettings = {
    apiBase: read('GONGJI_WECHAT_OA_API_BASE'),
    canPush: read('GONGJI_WECHAT_OA_CAN_PUSH'),
    isCertified: read('GONGJI_WECHAT_OA_CERTIFIED'),
    oauth: read('GONGJI_WECHAT_OA_OAUTH'),
    allowPlain,
  };
  const wechatySettings = { acceptsContacts: read('GONGJI_WECHATY_ACCEPT') };
  const kfSettings = given({
    apiBase: read('GONGJI_WECOM_KF_API_BASE'),
    staff: read('GONGJI_WECOM_KF_STAFF'),
  });
  const isOaOn = isWhole(oa, problems, {
    appId: 'GONGJI_WECHAT_OA_APPID',
    secret: 'GONGJI_WECHAT_OA_SECRET',
    token: 'GONGJI_WECHAT_OA_TOKEN',
    ...(allowPlain ? {} : { aesKey: 'GONGJI_WECHAT_OA_AES_KEY' }),
    ...(oa.miniAppId === undefined && oa.miniPath === undefined
      ? {}
      : { miniAppId: 'GONGJI_WECHAT_OA_MINI_APPID', miniPath: 'GONGJI_WECHAT_OA_MINI_PATH' }),
  });
  const isKfOn = isWhole(kf, problems, {
    corpId: 'GONGJI_WECOM_KF_CORP_ID',
    secret: 'GONGJI_WECOM_KF_SECRET',
    token: 'GONGJI_WECOM_KF_TOKEN',
    aesKey: 'GONGJI_WECOM_KF_AES_KEY',
  });
  const isWechatyOn = isWhole(wechaty, problems, { puppet: 'GONGJI_WECHATY_PUPPET' });
  return {
    ...(isOaOn ? { wechatOa: { ...given(oa), ...oaSettings } as WechatOaConfig } : {}),
    ...(isKfOn ? { wecomKf: { ...given(kf), ...kfSettings } as WecomKfConfig } : {}),
    ...(isWechatyOn ? { wechaty: { ...given(wechaty), ...wechatySettings } as WechatyConfig } : {}),
  };
}

/** The desk of the staff in Slack, when anything of it is configured. */
function readSlack(read: Read, problems: string[]): SlackConfig | undefined {
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
  if (isInstalled && (values.mode === 'socket' || read('GONGJI_PUBLIC_URL') === undefined)) {
    problems.push(
      'GONGJI_SLACK_CLIENT_ID: to be installed at /slack/install Slack must reach us: set GONGJI_SLACK_MODE=http and GONGJI_PUBLIC_URL, or give GONGJI_SLACK_BOT_TOKEN',
    );
  }
  const isOn = isWhole(values, problems, {
    mode: 'GONGJI_SLACK_MODE',
    ...(isInstalled
      ? { clientId: 'GONGJI_SLACK_CLIENT_ID', clientSecret: 'GONGJI_SLACK_CLIENT_SECRET' }
      : { botToken: 'GONGJI_SLACK_BOT_TOKEN' }),
    channel: 'GONGJI_SLACK_CHANNEL',
    ...(values.mode === 'http' ? { signingSecret: 'GONGJI_SLACK_SIGNING_SECRET' } : {}),
    ...(values.mode === 'socket' ? { appToken: 'GONGJI_SLACK_APP_TOKEN' } : {}),
  });
  return isOn ? ({ ...given(values), ...also } as SlackConfig) : undefined;
}

/** Logging in at an issuer is on when anything that only it needs is given. */
function readDesk(read: Read, problems: string[]): DeskConfig {
  const secret = read('GONGJI_DESK_SECRET');
  const roles = read('GONGJI_OIDC_ROLES');
  const values = {
    issuer: read('GONGJI_OIDC_ISSUER'),
    clientId: read('GONGJI_OIDC_CLIENT_ID'),
    clientSecret: read('GONGJI_OIDC_CLIENT_SECRET'),
    roles: roles && 'given',
  };
  const settings = {
    scope: read('GONGJI_OIDC_SCOPE'),
    roleClaim: read('GONGJI_OIDC_ROLE_CLAIM'),
    nameClaim: read('GONGJI_OIDC_NAME_CLAIM'),
  };
  const isOn = isWhole(values, problems, {
    issuer: 'GONGJI_OIDC_ISSUER',
    clientId: 'GONGJI_OIDC_CLIENT_ID',
    roles: 'GONGJI_OIDC_ROLES',
  });
  return {
    idleMs: read('GONGJI_DESK_IDLE_MINUTES') * 60_000,
    maxMs: read('GONGJI_DESK_HOURS') * 3_600_000,
    ...(secret === undefined ? {} : { secret }),
    ...(isOn ? { oidc: { ...given(values), ...settings, roles: roles ?? {} } as OidcConfig } : {}),
  };
}

/** Whether a channel is on. Half a channel is a mistake that would otherwise be noticed by citizens. */
function isWhole<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
  problems: string[],
  needed: { readonly [key in K]?: Name },
): boolean {
  if (Object.values(values).every((value) => value === undefined)) return false;
  const missing = (Object.entries(needed) as [K, Name][]).filter(([key]) => values[key] === undefined);
  for (const [, name] of missing) {
    const { expects, example } = VARIABLES[name];
    // A value that was refused has been complained about already.
    if (problems.some((problem) => problem.startsWith(`${name}:`))) continue;
    problems.push(
      `${name}: missing, while others of its channel are given; expected ${expects}; for example ${name}=${example}`,
    );
  }
  return missing.length === 0;
}

/** What identifies citizens travels there, so it is never sent in the clear beyond this machine. */
function isOfficeAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(value));
}

/** An origin alone, without a path; without TLS only on this very machine, for trying it out. */
function isEmbedOrigin(value: string): boolean {
  if (!URL.canParse(value) || new URL(value).origin !== value) return false;
  return value.startsWith('https:') || (value.startsWith('http:') && isThisMachine(value));
}

/** Whether an address leads to the machine we run on. */
export function isThisMachine(address: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(address).hostname);
}

/** The same without what is absent. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** A misspelt name would otherwise be ignored in silence. */
function unknownNames(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('GONGJI_') && !name.startsWith('GONGJI_TEST_') && !(name in VARIABLES))
    .map((name) => `${name}: there is no such variable; known are ${Object.keys(VARIABLES).join(', ')}`);
}
