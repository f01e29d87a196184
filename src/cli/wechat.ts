/** `gongji wechat menu [FILE] [--check]`: puts the menu of the official account in place. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createOaAccount } from '../connectors/wechat/oa/account.ts';
import type { JsonObject } from '../domain/json.ts';
import { AppError } from '../errors.ts';
import { readWechatMenu } from '../knowledge/wechat-menu.ts';
import { clock } from '../main.ts';
import type { Command } from './command.ts';

const MENU_FILE = fileURLToPath(new URL('../../deploy/wechat-menu.yaml', import.meta.url));

export const wechat: Command = async ([verb, ...args], io) => {
  if (verb !== 'menu') throw new AppError('bad_input', "gongji wechat takes 'menu'");
  const { values, positionals } = parseArgs({
    args,
    options: { check: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [file = MENU_FILE] = positionals;
  const menu = readWechatMenu(file);
  if (values.check === true) {
    io.print(JSON.stringify(menu));
    return 0;
  }
  const { wechatOa } = readConfig();
  if (wechatOa === undefined) {
    throw new AppError(
      'bad_config',
      'No official account is configured; set GONGJI_WECHAT_OA_APPID and the others',
    );
  }
  const { client } = createOaAccount(wechatOa, { clock });
  const outcome = await client.createMenu(menu as unknown as JsonObject);
  if (outcome.kind === 'done') {
    io.print(JSON.stringify({ menu: 'created', buttons: menu.button.length }));
    return 0;
  }
  const why = outcome.kind === 'refused' ? `error ${outcome.code}` : 'it could not be reached';
  throw new AppError(
    'channel_refused',
    `WeChat did not take the menu: ${why}; see src/connectors/wechat/NOTES.md`,
  );
};
