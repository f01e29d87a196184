/**
 * The API's errors. Everything is HTTP 200; what went wrong is in `errcode`, and the wording ends with
 * the id of the request. Wordings are those seen in public reports; nobody should read more than the code.
 */
const WORDS: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40016: 'invalid button size',
  40017: 'invalid button type',
  40018: 'invalid button name size',
  40019: 'invalid button key size',
  40020: 'invalid button url size',
  40021: 'invalid menu version',
  40022: 'invalid sub button level',
  40023: 'invalid sub button size',
  40024: 'invalid sub button type',
  40025: 'invalid sub button name size',
  40026: 'invalid sub button key size',
  40027: 'invalid sub button url size',
  40029: 'invalid code',
  40035: 'invalid parameter',
  40037: 'invalid template_id',
  40058: 'invalid request parameter',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  40200: 'invalid account type',
  41001: 'access_token missing',
  41005: 'media data missing',
  42001: 'access_token expired',
  42003: 'oauth_code expired',
  43004: 'require subscribe',
  43019: 'require remove blacklist',
  43101: 'user refuse to accept the msg',
  44003: 'empty news data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45007: 'playtime out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45047: 'out of response count limit',
  45072: 'invalid command',
  45080: 'no interaction within 30 seconds',
  45081: 'already typing',
  45162: 'message can not be sent',
  47001: 'data format error',
  47003: 'argument invalid',
  48001: 'api unauthorized',
  48002: 'user block receive message',
  48004: 'api forbidden',
  48006: 'forbid to clear quota because of reaching the limit',
  50002: 'user limited',
  95000: 'invalid open_kfid',
  95001: 'send msg count limit',
  95002: 'send msg time limit',
  95007: 'invalid msg token',
  95008: 'menu item count out of limit',
  95009: 'invalid menu item type',
  95013: 'session is ended',
  95014: 'not a servicer',
  95016: 'session state can not be changed',
  95018: 'send msg session status invalid',
  95019: 'invalid welcome code',
};

export interface ApiError {
  readonly errcode: number;
  readonly detail?: string;
}

export function apiError(errcode: number, detail?: string): ApiError {
  return detail === undefined ? { errcode } : { errcode, detail };
}

export function bodyOf({ errcode, detail }: ApiError, rid: string): object {
  const words = WORDS[errcode] ?? 'error';
  return { errcode, errmsg: `${detail === undefined ? words : `${words}: ${detail}`} rid: ${rid}` };
}

export function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'errcode' in value && value.errcode !== 0;
}
