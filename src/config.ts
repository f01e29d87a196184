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
  /** 32 bytes; without it a key file in the data directory is used. */
  readonly vaultKey?: Uint8Array;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly isBehindProxy: boolean;
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
}

interface Variable {
  readonly expects: string;
  readonly example: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
}

const file = z.string().min(1).optional();
const yesNo = z.enum(['yes', 'no']).transform((value) => value === 'yes');

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
  GONGJI_VAULT_KEY: {
    expects: '64 hexadecimal digits (absent: vault.key in the data folder)',
    example: '0f1e…, made by: openssl rand -hex 32',
    schema: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/u)
      .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
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
  GONGJI_WECHAT_FOLLOW: {
    expects: "the address inside the official account's QR code, offered on the chat page (absent: none)",
    example: 'https://weixin.qq.com/r/AbCdEfGh',
    schema: z
      .url({ protocol: /^https$/u })
      .max(300)
      .optional(),
  },
} as const satisfies Record<string, Variable>;

type Name = keyof typeof VARIABLES;

/**
 * The configuration of this process.
 * @throws AppError `bad_config` that lists every problem with the variable, what was expected and an example
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = unknownNames(env);
  const read = <N extends Name>(name: N): z.output<(typeof VARIABLES)[N]['schema']> => {
    const { schema, expects, example } = VARIABLES[name] as Variable;
    const parsed = schema.safeParse(env[name] === '' ? undefined : env[name]);
    if (!parsed.success) problems.push(`${name}: expected ${expects}; for example ${name}=${example}`);
    return parsed.data as z.output<(typeof VARIABLES)[N]['schema']>;
  };
  const publicUrl = read('GONGJI_PUBLIC_URL');
  const databaseUrl = read('GONGJI_DATABASE');
  const vaultKey = read('GONGJI_VAULT_KEY');
  const demoPeopleFile = read('GONGJI_DEMO_PEOPLE');
  const embedOrigins = read('GONGJI_EMBED_ORIGINS');
  const wechatAddress = read('GONGJI_WECHAT_FOLLOW');
  const portal = given({
    url: read('GONGJI_PORTAL'),
    keyId: read('GONGJI_PORTAL_KEY_ID'),
    secret: read('GONGJI_PORTAL_SECRET'),
    certFile: read('GONGJI_PORTAL_CERT'),
    keyFile: read('GONGJI_PORTAL_KEY'),
    caFile: read('GONGJI_PORTAL_CA'),
  });
  const config: Config = {
    dataDir: resolve(read('GONGJI_DATA') ?? '.'),
    host: read('GONGJI_HOST'),
    port: read('GONGJI_PORT'),
    logLevel: read('GONGJI_LOG'),
    isBehindProxy: read('GONGJI_BEHIND_PROXY'),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/$/u, '') }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(vaultKey === undefined ? {} : { vaultKey }),
    ...(portal.url === undefined ? {} : { portal: { ...portal, url: portal.url.replace(/\/$/u, '') } }),
    ...(demoPeopleFile === undefined ? {} : { demoPeopleFile }),
    ...(embedOrigins === undefined ? {} : { embedOrigins }),
    ...(wechatAddress === undefined ? {} : { wechatAddress }),
  };
  if (problems.length > 0) {
    throw new AppError(
      'bad_config',
      `The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`,
    );
  }
  return config;
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
