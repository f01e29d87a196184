/** Whether those outside answer us: Slack, WeChat, the bureau. Nothing is sent to anybody and nothing changed. */

import { chooseOffice } from '../choose-office.ts';
import type { Config } from '../config.ts';
import { selfCheck } from '../connectors/slack/check.ts';
import { createSlackApi } from '../connectors/slack/client.ts';
import { createLibraryLogger } from '../connectors/slack/logger.ts';
import { createApi } from '../connectors/wechat/api.ts';
import { codeOf } from '../log.ts';
import { clock, random } from '../main.ts';
import type { Check } from './doctor-disk.ts';

export async function channelChecks(config: Config): Promise<readonly Check[]> {
  return [
    { state: 'ok', line: '网页总是开着' },
    ...(await officialAccount(config)),
    ...(await customerService(config)),
    ...wechaty(config),
    ...(await slack(config)),
    ...(await office(config)),
  ];
}

async function officialAccount({ wechatOa }: Config): Promise<readonly Check[]> {
  if (wechatOa === undefined) return [];
  const { appId, secret, apiBase } = wechatOa;
  const body = { grant_type: 'client_credential', appid: appId, secret };
  return [await token('公众号', apiBase, { path: '/cgi-bin/stable_token', body })];
}

async function customerService({ wecomKf }: Config): Promise<readonly Check[]> {
  if (wecomKf === undefined) return [];
  const { corpId, secret, apiBase } = wecomKf;
  const query = { corpid: corpId, corpsecret: secret };
  return [await token('微信客服', apiBase, { path: '/cgi-bin/gettoken', query })];
}

type TokenCall = Parameters<typeof createApi>[0]['tokenCall'];

/** Who gets a token has the right secret, and calls from an address that is allowed. */
async function token(name: string, base: string, tokenCall: TokenCall): Promise<Check> {
  let answer = '';
  const api = createApi({ base, clock, tokenCall, onCall: (_, outcome) => (answer = outcome) });
  try {
    await api.tokens.get();
    return { state: 'ok', line: `${name}：密钥正确，地址在白名单里` };
  } catch (error) {
    return {
      state: 'bad',
      line: `${name}：取不到令牌（${answer || codeOf(error)}）；含义见 src/connectors/wechat/NOTES.md`,
    };
  }
}

function wechaty({ wechaty: settings }: Config): readonly Check[] {
  if (settings === undefined) return [];
  return [{ state: 'warn', line: 'Wechaty：个人号随时可能被封，只作补充；登录状态看 /readyz' }];
}

async function slack({ slack: settings }: Config): Promise<readonly Check[]> {
  if (settings === undefined) return [];
  try {
    const api = createSlackApi({
      token: settings.botToken,
      apiUrl: settings.apiUrl,
      logger: createLibraryLogger(() => {}),
      onRefused: () => {},
    });
    const { team, problems } = await selfCheck(api, settings.channel);
    if (problems.length === 0) return [{ state: 'ok', line: `Slack：${team}，频道和权限都对` }];
    return problems.map(({ code, todo }): Check => ({ state: 'bad', line: `Slack：${code}，${todo}` }));
  } catch (error) {
    return [{ state: 'bad', line: `Slack：连不上（${codeOf(error)}）` }];
  }
}

async function office(config: Config): Promise<readonly Check[]> {
  if (config.portal === undefined) return [{ state: 'warn', line: '经办：模拟的，只供试用' }];
  try {
    const chosen = await chooseOffice(config, { clock, random, tell: () => {} });
    if (!('portal' in chosen)) return [];
    const { portal } = chosen;
    try {
      await portal.changes(0, 1);
      return [{ state: 'ok', line: '经办：连得上，认得我们' }];
    } finally {
      await portal.stop();
    }
  } catch (error) {
    return [{ state: 'bad', line: `经办：${error instanceof Error ? error.message : codeOf(error)}` }];
  }
}
