/** Our accounts as the consoles of WeChat know them. */

/** What an account may do hangs on its kind; `test` is the sandbox account anybody can have. */
export type Level = 'certified_service' | 'certified_subscription' | 'service' | 'subscription' | 'test';
export type Mode = 'safe' | 'compatible' | 'plain';
export type Format = 'xml' | 'json';

export interface Account {
  readonly appid: string;
  readonly secret: string;
  /** The token of the server address, which signs pushes; not the access token. */
  readonly token: string;
  readonly aesKey: string;
  /** `gh_…`, the name pushes carry in `ToUserName`. */
  readonly originalId: string;
  readonly level: Level;
  readonly mode: Mode;
  readonly format: Format;
  /** Addresses that may call the API; absent: all. */
  readonly ipWhiteList?: readonly string[];
  /** Mini programs linked to the account. */
  readonly programs: readonly string[];
  /** Templates in use, with the names of their fields; likewise subscription notices. */
  readonly templates: Readonly<Record<string, readonly string[]>>;
  readonly notices: Readonly<Record<string, readonly string[]>>;
  /** Hosts to which the authorize page sends people back; absent: all. */
  readonly oauthHosts?: readonly string[];
  /** Bound to an open platform: then there are union ids. */
  readonly hasUnion: boolean;
  /** What `bizmsgmenuid` says after a tap: reports differ, so all three must work. */
  readonly menuId: 'kept' | 'zero' | 'absent';
  /** Calls a day by path; absent: what a new account is given. */
  readonly daily: Readonly<Record<string, number>>;
}

export const ACCOUNT: Account = {
  appid: 'wx5f3a1c9b27d4e860',
  secret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  token: 'demoCallbackToken',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  originalId: 'gh_0a1b2c3d4e5f',
  level: 'certified_service',
  mode: 'safe',
  format: 'xml',
  programs: ['wx00000000000000aa'],
  templates: { TM_progress_0001: ['thing1', 'phrase2', 'time3'] },
  notices: { SN_progress_0001: ['thing1', 'phrase2', 'time3'] },
  hasUnion: true,
  menuId: 'kept',
  daily: {},
};

export type Ability =
  | 'custom'
  | 'typing'
  | 'msgmenu'
  | 'media'
  | 'menu'
  | 'qrcode'
  | 'template'
  | 'notice'
  | 'oauth';

const CERTIFIED: readonly Level[] = ['certified_service', 'certified_subscription'];
const HOLDERS: Record<Ability, readonly Level[]> = {
  custom: [...CERTIFIED, 'test'],
  typing: CERTIFIED,
  msgmenu: ['certified_service'],
  media: [...CERTIFIED, 'test'],
  menu: [...CERTIFIED, 'test'],
  qrcode: ['certified_service', 'test'],
  template: ['certified_service', 'test'],
  notice: ['certified_service'],
  oauth: ['certified_service', 'test'],
};

/** Undefined when the account may, else the code WeChat refuses with. */
export function refusalOf({ level }: Account, ability: Ability): 40200 | 48001 | undefined {
  if (HOLDERS[ability].includes(level)) return undefined;
  return ability === 'msgmenu' || (ability === 'typing' && level === 'test') ? 40200 : 48001;
}
