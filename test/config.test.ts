import { describe, expect, it } from 'vitest';
import { readConfig, VARIABLES } from '../src/config.ts';

describe('the configuration', () => {
  it('works without any variable', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      logLevel: 'info',
      isBehindProxy: false,
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ GONGJI_PUBLIC_URL: '', GONGJI_PORT: '' })).not.toHaveProperty('publicUrl');
  });

  it('reports every problem at once, each with the variable, what was expected and an example', () => {
    const env = {
      GONGJI_PORT: '99999',
      GONGJI_LOG: 'loud',
      GONGJI_PUBLIC_URL: 'ftp://x',
      GONGJI_VAULT_KEY: 'abc',
    };
    expect(() => readConfig(env)).toThrow(/4 problem/u);
    for (const name of Object.keys(env) as (keyof typeof env)[]) {
      const { expects, example } = VARIABLES[name];
      expect(() => readConfig(env)).toThrow(`${name}: expected ${expects}; for example ${name}=${example}`);
    }
  });

  it('refuses a misspelt variable instead of ignoring it', () => {
    expect(() => readConfig({ GONGJI_PROT: '80' })).toThrow(/GONGJI_PROT: there is no such variable/u);
  });

  it('gives an example for every variable that it would itself accept', () => {
    for (const [name, { example }] of Object.entries(VARIABLES)) {
      if (name === 'GONGJI_VAULT_KEY') continue;
      expect(() => readConfig({ ...wholeChannelOf(name), [name]: example })).not.toThrow();
    }
  });

  it('turns a channel on when all that it needs is there', () => {
    expect(readConfig(wholeChannelOf('GONGJI_WECHAT_OA_TOKEN')).wechatOa).toMatchObject({
      apiBase: 'https://api2.weixin.qq.com',
      allowPlain: false,
      oauth: true,
    });
    expect(readConfig({ GONGJI_WECHAT_OA_ALLOW_PLAIN: 'yes' })).not.toHaveProperty('wechatOa');
  });

  it('names what half a channel is missing', () => {
    const half = { GONGJI_WECHAT_OA_APPID: 'wx0123456789abcdef', GONGJI_WECOM_KF_TOKEN: 'abc' };
    expect(() => readConfig(half)).toThrow(/6 problem/u);
    expect(() => readConfig(half)).toThrow(/GONGJI_WECHAT_OA_AES_KEY: missing.*43 letters/u);
    expect(() => readConfig(half)).toThrow(/GONGJI_WECOM_KF_SECRET: missing/u);
  });

  it('asks of Slack what its mode needs', () => {
    const slack = wholeChannelOf('GONGJI_SLACK_MODE');
    const { GONGJI_SLACK_SIGNING_SECRET: _, ...unsigned } = slack;
    const { GONGJI_SLACK_APP_TOKEN: __, ...closed } = slack;
    expect(readConfig(closed).slack).toMatchObject({ mode: 'http', leads: ['U0123456789', 'S0123456789'] });
    const { GONGJI_SLACK_BOT_TOKEN: ___, ...bare } = closed;
    const page = { ...bare, GONGJI_SLACK_CLIENT_ID: '12.34', GONGJI_SLACK_CLIENT_SECRET: 'client-secret' };
    expect(() => readConfig(page)).toThrow('GONGJI_PUBLIC_URL');
    expect(readConfig({ ...page, GONGJI_PUBLIC_URL: 'https://gongji.example.cn' }).slack).toMatchObject({
      clientId: '12.34',
      channelKind: 'private',
    });
    expect(() => readConfig(unsigned)).toThrow(/GONGJI_SLACK_SIGNING_SECRET: missing/u);
    expect(() => readConfig({ ...closed, GONGJI_SLACK_MODE: 'socket' })).toThrow(
      /GONGJI_SLACK_APP_TOKEN: missing/u,
    );
    expect(readConfig({ ...unsigned, GONGJI_SLACK_MODE: 'socket' }).slack).toMatchObject({ mode: 'socket' });
  });

  it('complains once about a value that is both needed and wrong', () => {
    const wrong = { ...wholeChannelOf('GONGJI_WECHAT_OA_TOKEN'), GONGJI_WECHAT_OA_SECRET: 'short' };
    expect(() => readConfig(wrong)).toThrow(/1 problem/u);
  });

  it.each(['https://evil.example', 'http://api.weixin.qq.com', 'https://api.weixin.qq.com/x'])(
    'sends no secret to %s',
    (base) => {
      const env = { ...wholeChannelOf('GONGJI_WECHAT_OA_TOKEN'), GONGJI_WECHAT_OA_API_BASE: base };
      expect(() => readConfig(env)).toThrow(/GONGJI_WECHAT_OA_API_BASE: expected/u);
    },
  );
});

const CHANNELS = [
  'GONGJI_WECHAT_OA_',
  'GONGJI_WECOM_KF_',
  'GONGJI_WECHATY_',
  'GONGJI_SLACK_',
  'GONGJI_OIDC_',
];

/** The examples of all variables of a channel: one of them alone would be half a channel. */
function wholeChannelOf(name: string): Record<string, string> {
  const prefix = CHANNELS.find((channel) => name.startsWith(channel));
  if (prefix === undefined) return {};
  return Object.fromEntries(
    Object.entries(VARIABLES)
      .filter(([other]) => other.startsWith(prefix))
      .map(([other, { example }]) => [other, example]),
  );
}
