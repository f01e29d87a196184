/** The menu of the official account, from a file of ours. Limits are WeChat's (checked 2026-11-22). */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';
import { AppError } from '../errors.ts';

const TOP_MAX = 3;
const SUB_MAX = 5;
const TOP_NAME_BYTES = 16;
const SUB_NAME_BYTES = 60;
const KEY_BYTES = 128;
const URL_BYTES = 1024;

const within = (bytes: number) =>
  z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= bytes, `longer than ${bytes} bytes`);

const key = within(KEY_BYTES);
const url = z.url({ protocol: /^https$/u }).and(within(URL_BYTES));
const buttonsNamed = (bytes: number) => [
  z.strictObject({ name: within(bytes), key }),
  z.strictObject({ name: within(bytes), url }),
];
const subSchema = z.union(buttonsNamed(SUB_NAME_BYTES));
const topSchema = z.union([
  z.strictObject({ name: within(TOP_NAME_BYTES), items: z.array(subSchema).min(1).max(SUB_MAX) }),
  ...buttonsNamed(TOP_NAME_BYTES),
]);
const menuSchema = z.array(topSchema).min(1).max(TOP_MAX);

type Button = {
  readonly type: 'click' | 'view';
  readonly name: string;
  readonly key?: string;
  readonly url?: string;
};

/** As `/cgi-bin/menu/create` takes it. */
export interface WechatMenu {
  readonly button: readonly (Button | { readonly name: string; readonly sub_button: readonly Button[] })[];
}

/** @throws AppError `bad_knowledge` with every problem of the file */
export function readWechatMenu(file: string): WechatMenu {
  const parsed = menuSchema.safeParse(readYaml(file));
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the list'}: ${message}`,
    );
    throw new AppError('bad_knowledge', `The menu in ${file} cannot be used:\n  ${lines.join('\n  ')}`);
  }
  return {
    button: parsed.data.map((top) =>
      'items' in top ? { name: top.name, sub_button: top.items.map(buttonOf) } : buttonOf(top),
    ),
  };
}

function readYaml(file: string): unknown {
  try {
    return load(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new AppError('bad_knowledge', `The menu in ${file} cannot be read as YAML`, { cause: error });
  }
}

function buttonOf(button: z.infer<typeof subSchema>): Button {
  return 'key' in button
    ? { type: 'click', name: button.name, key: String(button.key) }
    : { type: 'view', name: button.name, url: String(button.url) };
}
