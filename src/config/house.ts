/** The house itself: where it keeps things, where it listens, and the office behind it. */
import { z } from 'zod';
import { file, isOfficeAddress, isThisMachine, type Variables, yesNo } from './variable.ts';

export const HOUSE_VARIABLES = {
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
  GONGJI_HANG_SECONDS: {
    expects:
      'after how many seconds without a sign of life this process is ended, from 1 to 3600; 0 for never (absent: 15)',
    example: '15',
    schema: z.string().regex(/^\d+$/u).transform(Number).pipe(z.number().max(3_600)).optional(),
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
} as const satisfies Variables;

/** An origin alone, without a path; without TLS only on this very machine, for trying it out. */
function isEmbedOrigin(value: string): boolean {
  if (!URL.canParse(value) || new URL(value).origin !== value) return false;
  return value.startsWith('https:') || (value.startsWith('http:') && isThisMachine(value));
}
