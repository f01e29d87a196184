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
}

interface Variable {
  readonly expects: string;
  readonly example: string;
  readonly schema: z.ZodType<unknown, string | undefined>;
}

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
  const config: Config = {
    dataDir: resolve(read('GONGJI_DATA') ?? '.'),
    host: read('GONGJI_HOST'),
    port: read('GONGJI_PORT'),
    logLevel: read('GONGJI_LOG'),
    isBehindProxy: read('GONGJI_BEHIND_PROXY'),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/\/$/u, '') }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(vaultKey === undefined ? {} : { vaultKey }),
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
