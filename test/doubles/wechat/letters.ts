/** What phones send: the fields of messages and events before they are written as XML or JSON. */

import type { User } from './users.ts';
import type { World } from './world.ts';
import type { Fields } from './xml.ts';

export interface Letter {
  readonly user: User;
  readonly fields: Fields;
  /** WeChat ignores what is answered to these. */
  readonly isAnswerable: boolean;
}

/** Beyond 2^54 and odd, so that no double holds it: whoever makes a number of it mixes people's messages up. */
const FIRST_MSG_ID = 24_681_357_902_468_135n;

type Message =
  | { readonly kind: 'text'; readonly text: string; readonly menuId?: string | undefined }
  | { readonly kind: 'image' | 'video'; readonly mediaId: string; readonly picUrl?: string }
  | { readonly kind: 'voice'; readonly mediaId: string }
  | {
      readonly kind: 'location';
      readonly label: string;
      readonly latitude: string;
      readonly longitude: string;
    }
  | { readonly kind: 'link'; readonly title: string; readonly url: string };

export function messageLetter(world: World, user: User, message: Message): Letter {
  const { MsgType, ...content } = contentOf(world, message);
  const fields = { ...head(world, user), MsgType, ...content, MsgId: nextMsgId(world) };
  return { user, fields: { ...fields, ...tapOf(world, message) }, isAnswerable: true };
}

export function nextMsgId(world: World): bigint {
  return FIRST_MSG_ID + 2n * BigInt(world.nextNumber());
}

function head(world: World, user: User) {
  return {
    ToUserName: world.account.originalId,
    FromUserName: user.openid,
    CreateTime: Math.floor(world.clock.now() / 1000),
  };
}

function contentOf(world: World, message: Message): Fields & { readonly MsgType: string } {
  switch (message.kind) {
    case 'text':
      return { MsgType: 'text', Content: message.text };
    case 'image':
      return {
        MsgType: 'image',
        PicUrl: message.picUrl ?? 'http://mmbiz.qpic.cn/mmbiz_jpg/demo/0',
        MediaId: message.mediaId,
      };
    case 'voice':
      // Speech recognition was switched off on WeChat's side: the field is there and empty.
      return { MsgType: 'voice', MediaId: message.mediaId, Format: 'amr', Recognition: '' };
    case 'video':
      return { MsgType: 'video', MediaId: message.mediaId, ThumbMediaId: `thumb-${message.mediaId}` };
    case 'location':
      return {
        MsgType: 'location',
        Location_X: message.latitude,
        Location_Y: message.longitude,
        Scale: world.account.format === 'json' ? 16 : '16',
        Label: message.label,
      };
    case 'link':
      return { MsgType: 'link', Title: message.title, Description: '', Url: message.url };
  }
}

function tapOf({ account }: World, message: Message): Fields {
  if (message.kind !== 'text' || message.menuId === undefined || account.menuId === 'absent') return {};
  return { bizmsgmenuid: account.menuId === 'zero' ? '0' : message.menuId };
}

const ANSWERABLE = new Set(['subscribe', 'SCAN', 'CLICK']);

/** Events have no id; two in one second differ in what happened or not at all. */
export function eventLetter(world: World, user: User, event: { readonly Event: string } & Fields): Letter {
  return {
    user,
    fields: { ...head(world, user), MsgType: 'event', ...event },
    isAnswerable: ANSWERABLE.has(event.Event),
  };
}
