/** WeChat: the official account, customer service of WeCom, and an account driven by a puppet. */
import { z } from 'zod';
import type { OaSettings } from '../connectors/wechat/oa/index.ts';
import { given, isThisMachine, isWhole, type ReadOf, type Variables, yesNo } from './variable.ts';

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

/** Channels that are on. */
export interface WechatConfig {
  /** Official account; absent: that channel is off. */
  readonly wechatOa?: OaSettings;
  /** Customer service of WeCom (微信客服); absent: off. */
  readonly wecomKf?: WecomKfConfig;
  /** A WeChat account driven by a puppet; absent: off. */
  readonly wechaty?: WechatyConfig;
}

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

export const WECHAT_VARIABLES = {
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
} as const satisfies Variables;

/** Channels that are on: those of which anything is configured, and then all that they need. */
export function readWechat(read: ReadOf<typeof WECHAT_VARIABLES>, problems: string[]): WechatConfig {
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
  const isOaOn = isWhole(
    oa,
    problems,
    {
      appId: 'GONGJI_WECHAT_OA_APPID',
      secret: 'GONGJI_WECHAT_OA_SECRET',
      token: 'GONGJI_WECHAT_OA_TOKEN',
      ...(allowPlain ? {} : { aesKey: 'GONGJI_WECHAT_OA_AES_KEY' }),
      ...(oa.miniAppId === undefined && oa.miniPath === undefined
        ? {}
        : { miniAppId: 'GONGJI_WECHAT_OA_MINI_APPID', miniPath: 'GONGJI_WECHAT_OA_MINI_PATH' }),
    },
    WECHAT_VARIABLES,
  );
  const isKfOn = isWhole(
    kf,
    problems,
    {
      corpId: 'GONGJI_WECOM_KF_CORP_ID',
      secret: 'GONGJI_WECOM_KF_SECRET',
      token: 'GONGJI_WECOM_KF_TOKEN',
      aesKey: 'GONGJI_WECOM_KF_AES_KEY',
    },
    WECHAT_VARIABLES,
  );
  const isWechatyOn = isWhole(wechaty, problems, { puppet: 'GONGJI_WECHATY_PUPPET' }, WECHAT_VARIABLES);
  return {
    ...(isOaOn ? { wechatOa: { ...given(oa), ...oaSettings } as OaSettings } : {}),
    ...(isKfOn ? { wecomKf: { ...given(kf), ...kfSettings } as WecomKfConfig } : {}),
    ...(isWechatyOn ? { wechaty: { ...given(wechaty), ...wechatySettings } as WechatyConfig } : {}),
  };
}
