/**
 * What Tencent's error codes ask of us. The table is from the public documentation and from what accounts
 * really answer (checked 2026-11-22); a code that is not in it is refused and counted.
 */

export type Reaction =
  /** Busy: the same again a little later. */
  | 'retry'
  /** The token is not valid any more: get another and try once more. */
  | 'refresh'
  /** Nothing may be sent to this citizen until they write again. */
  | 'shut'
  /** This very message will never be taken. */
  | 'refuse'
  /** Something is wrong with the account, its settings or its quota: a person must look. */
  | 'alarm';

const REACTIONS: { readonly [code: number]: Reaction } = {
  [-1]: 'retry',
  45011: 'retry', // calls a minute
  45009: 'alarm', // calls a day
  40001: 'refresh',
  40014: 'refresh',
  41001: 'refresh',
  42001: 'refresh',
  45015: 'shut', // 48 hours are over, or unfollowed
  45047: 'shut', // more than five
  43004: 'shut', // does not follow
  48002: 'shut', // has turned messages off
  95001: 'shut', // 微信客服: more than five, or 48 hours are over
  95016: 'shut', // 微信客服: not in a state in which the bot may speak
  95002: 'shut', // 微信客服: 48 hours are over, where that is told apart
  95013: 'shut', // 微信客服: the session is over
  95018: 'shut', // 微信客服: staff have the session; the wording of public reports (checked 2026-11-25)
  40003: 'refuse',
  40007: 'refuse',
  40008: 'refuse',
  40200: 'refuse', // this kind of account has no menus in messages
  43019: 'refuse', // we have blocked them
  43101: 'refuse', // no consent to this notice
  44004: 'refuse',
  45002: 'refuse',
  45008: 'refuse',
  45072: 'refuse',
  45080: 'refuse',
  45081: 'refuse', // is shown as typing already
  45162: 'refuse',
  47001: 'refuse',
  47003: 'refuse',
  40002: 'alarm',
  40013: 'alarm', // appid
  40037: 'alarm', // template id
  40125: 'alarm', // secret
  40164: 'alarm', // our address is not on the white list
  60020: 'alarm', // WeCom: likewise
  45033: 'retry', // WeCom: too many calls at once
  48001: 'alarm',
  48004: 'alarm',
  48006: 'alarm',
  50002: 'alarm',
};

export function reactionTo(code: number): Reaction {
  return REACTIONS[code] ?? 'refuse';
}
