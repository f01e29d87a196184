/**
 * Login on a page inside WeChat: the authorize page sends the person back with a code, and the code is
 * changed for who they are. Who is looking is told by a cookie that only phones of this double have.
 */
import { refusalOf } from './account.ts';
import { apiError } from './errors.ts';
import type { Answer, Endpoints, Request } from './server.ts';
import type { World } from './world.ts';

export const PHONE_COOKIE = 'wechat_phone';
const CODE_LIFE_MS = 300_000;
const TOKEN_LIFE_MS = 7_200_000;
const STATE = /^[A-Za-z0-9]{0,128}$/u;

export function oauthEndpoints(world: World): Endpoints {
  return {
    'GET /connect/oauth2/authorize': { needs: 'nothing', run: (request) => authorize(world, request) },
    'GET /sns/oauth2/access_token': { needs: 'nothing', run: ({ query }) => exchange(world, query) },
    'GET /sns/userinfo': { needs: 'nothing', run: ({ query }) => userInfo(world, query) },
  };
}

/** What is wrong is said to the person on a page: there is nobody else to say it to. */
function authorize(world: World, { query, headers }: Request): Answer {
  const { account } = world;
  const back = query.get('redirect_uri') ?? '';
  const scope = query.get('scope') ?? '';
  const state = query.get('state') ?? '';
  const openid = new RegExp(`${PHONE_COOKIE}=([^;]+)`, 'u').exec(headers.cookie ?? '')?.[1] ?? '';
  const user = world.userOf(openid);
  if (query.get('appid') !== account.appid) return { page: '公众号ID错误 40013' };
  if (refusalOf(account, 'oauth') !== undefined) return { page: 'Scope 参数错误或没有 Scope 权限 10005' };
  if (!URL.canParse(back)) return { page: 'redirect_uri 参数错误 40029' };
  if (account.oauthHosts?.includes(new URL(back).host) === false) {
    return { page: 'redirect_uri 域名与后台配置不一致 10003' };
  }
  if (scope !== 'snsapi_base' && scope !== 'snsapi_userinfo') return { page: 'scope 不能为空 10006' };
  if (query.get('response_type') !== 'code' || !STATE.test(state)) return { page: '参数错误 10016' };
  if (user === undefined) return { page: '请在微信客户端打开链接' };
  const code = `0${world.nextNumber()}${'c'.repeat(28)}`.slice(0, 32);
  world.codes.set(code, { openid, scope, until: world.clock.now() + CODE_LIFE_MS, isUsed: false });
  const target = new URL(back);
  target.searchParams.set('code', code);
  target.searchParams.set('state', state);
  return { location: target.href };
}

function exchange(world: World, query: URLSearchParams): Answer {
  const { account, clock } = world;
  if (query.get('appid') !== account.appid) return apiError(40013);
  if (query.get('secret') !== account.secret) return apiError(40125);
  if (query.get('grant_type') !== 'authorization_code') return apiError(40002);
  if (refusalOf(account, 'oauth') !== undefined) return apiError(48001);
  const code = world.codes.get(query.get('code') ?? '');
  if (code === undefined) return apiError(40029);
  if (code.isUsed) return apiError(40163);
  if (clock.now() >= code.until) return apiError(42003);
  code.isUsed = true;
  const user = world.userOf(code.openid);
  const token = `page-${world.nextNumber()}-${'p'.repeat(64)}`;
  world.pageTokens.set(token, { openid: code.openid, scope: code.scope, until: clock.now() + TOKEN_LIFE_MS });
  const hasUnion = account.hasUnion && code.scope === 'snsapi_userinfo';
  return {
    access_token: token,
    expires_in: TOKEN_LIFE_MS / 1000,
    refresh_token: `refresh-${token}`,
    openid: code.openid,
    scope: code.scope,
    ...(user?.isSnapshot === true ? { is_snapshotuser: 1 } : {}),
    ...(hasUnion ? { unionid: user?.unionid } : {}),
  };
}

function userInfo(world: World, query: URLSearchParams): Answer {
  const token = world.pageTokens.get(query.get('access_token') ?? '');
  if (token === undefined) return apiError(40001);
  if (world.clock.now() >= token.until) return apiError(42001);
  if (token.scope !== 'snsapi_userinfo') return apiError(48001);
  if (token.openid !== query.get('openid')) return apiError(40003);
  const user = world.userOf(token.openid);
  return {
    openid: token.openid,
    nickname: user?.name,
    sex: 0,
    headimgurl: '',
    privilege: [],
    ...(world.account.hasUnion ? { unionid: user?.unionid } : {}),
  };
}
