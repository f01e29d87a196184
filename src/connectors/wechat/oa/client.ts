/** What we ask of the API of official accounts. Quotas and limits are in NOTES.md. */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { Api, ApiOutcome } from '../api.ts';
import type { Piece } from './render.ts';

export interface Notice {
  readonly user: string;
  readonly templateId: string;
  /** Values by the names the template gives its fields. */
  readonly values: Readonly<Record<string, string>>;
}

export interface Login {
  readonly openid: string;
  /** A visitor whom WeChat tells us nothing about: the openid is nobody's. */
  readonly isSnapshot: boolean;
}

export interface OaClient {
  send(user: string, piece: Piece): Promise<ApiOutcome>;
  /** A sign that somebody is writing; how it goes does not matter. */
  showTyping(user: string): Promise<void>;
  sendTemplate(notice: Notice): Promise<ApiOutcome>;
  sendSubscription(notice: Notice): Promise<ApiOutcome>;
  createMenu(menu: JsonObject): Promise<ApiOutcome>;
  /** What was spoken; undefined when it is gone. */
  recording(mediaId: string): Promise<Uint8Array | undefined>;
  /** Who came back with this code; undefined when it is no good. */
  login(code: string): Promise<Login | undefined>;
}

export function createOaClient(
  api: Api,
  account: { readonly appId: string; readonly secret: string },
): OaClient {
  const post = (path: string, body: JsonObject) => api.call({ path, body });
  return {
    send: (user, piece) => post('/cgi-bin/message/custom/send', { touser: user, ...messageOf(piece) }),
    async showTyping(user) {
      await post('/cgi-bin/message/custom/typing', { touser: user, command: 'Typing' }).catch(
        () => undefined,
      );
    },
    sendTemplate: (notice) => post('/cgi-bin/message/template/send', noticeOf(notice)),
    sendSubscription: (notice) => post('/cgi-bin/message/subscribe/bizsend', noticeOf(notice)),
    createMenu: (menu) => post('/cgi-bin/menu/create', menu),
    recording: (mediaId) => api.download({ path: '/cgi-bin/media/get', query: { media_id: mediaId } }),
    async login(code) {
      const outcome = await api.callBare({
        path: '/sns/oauth2/access_token',
        query: { appid: account.appId, secret: account.secret, code, grant_type: 'authorization_code' },
      });
      if (outcome.kind !== 'done' || typeof outcome.data.openid !== 'string') return undefined;
      return { openid: outcome.data.openid, isSnapshot: outcome.data.is_snapshotuser === 1 };
    },
  };
}

function messageOf(piece: Piece): JsonObject {
  switch (piece.kind) {
    case 'text':
      return { msgtype: 'text', text: { content: piece.text } };
    case 'menu':
      return {
        msgtype: 'msgmenu',
        msgmenu: {
          head_content: piece.head,
          list: piece.choices.map(({ label }, index) => ({ id: String(index + 1), content: label })),
          tail_content: '',
        },
      };
    case 'card': {
      const { title, description, url } = piece;
      return { msgtype: 'news', news: { articles: [{ title, description, url }] } };
    }
  }
}

function noticeOf({ user, templateId, values }: Notice): JsonObject {
  const data: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(values)) data[name] = { value };
  return { touser: user, template_id: templateId, data };
}
