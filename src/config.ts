/** The environment, parsed once. The only reader of `process.env`; the variables are in `config/`, by group. */
import { resolve } from 'node:path';
import { DESK_VARIABLES, type DeskConfig, readDesk } from './config/desk.ts';
import { HOUSE_VARIABLES } from './config/house.ts';
import { readSlack, SLACK_VARIABLES, type SlackConfig } from './config/slack.ts';
import { given, type ReadOf, type Variable } from './config/variable.ts';
import { readWechat, WECHAT_VARIABLES, type WechatConfig } from './config/wechat.ts';
import { AppError } from './errors.ts';

export interface Config extends WechatConfig {
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
  /** Seconds without a sign of life after which this process is ended; 0 for never. */
  readonly hangSeconds?: number;
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
  /** Slack as the desk of the staff; absent: off. */
  readonly slack?: SlackConfig;
  /** The desk of the staff as web pages; who may log in is decided when it is opened. */
  readonly desk: DeskConfig;
}

/** Every variable there is: what it must be, and one that works. */
export const VARIABLES = {
  ...HOUSE_VARIABLES,
  ...WECHAT_VARIABLES,
  ...SLACK_VARIABLES,
  ...DESK_VARIABLES,
} as const;

/**
 * The configuration of this process.
 * @throws AppError `bad_config` that lists every problem with the variable, what was expected and an example
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = unknownNames(env);
  const read: ReadOf<typeof VARIABLES> = (name) => {
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
  const looking = given({
    metricsToken: read('GONGJI_METRICS_TOKEN'),
    otlpUrl: read('GONGJI_OTLP_URL'),
    hangSeconds: read('GONGJI_HANG_SECONDS'),
  });
  const portal = given({
    url: read('GONGJI_PORTAL'),
    keyId: read('GONGJI_PORTAL_KEY_ID'),
    secret: read('GONGJI_PORTAL_SECRET'),
    certFile: read('GONGJI_PORTAL_CERT'),
    keyFile: read('GONGJI_PORTAL_KEY'),
    caFile: read('GONGJI_PORTAL_CA'),
  });
  const channels = readWechat(read, problems);
  const slack = readSlack(read, problems, publicUrl);
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

/** A misspelt name would otherwise be ignored in silence. */
function unknownNames(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('GONGJI_') && !name.startsWith('GONGJI_TEST_') && !(name in VARIABLES))
    .map((name) => `${name}: there is no such variable; known are ${Object.keys(VARIABLES).join(', ')}`);
}
