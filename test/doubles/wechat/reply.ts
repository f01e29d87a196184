/** What WeChat does with the answer to a push: show it, show nothing, or show that we are out of order. */
import { cardEntry, TEXT_MAX_BYTES } from './api-messages.ts';
import { type Keys, open } from './crypto.ts';
import type { Letter } from './letters.ts';
import { type Entry, readText } from './screen.ts';
import type { World } from './world.ts';
import { readXml, type Tree } from './xml.ts';

export type Verdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'entry'; readonly entry: Entry }
  /** To another customer-service tool of the account. */
  | { readonly kind: 'transferred' }
  | { readonly kind: 'fault'; readonly why: string };

const fault = (why: string): Verdict => ({ kind: 'fault', why });
const SECONDS = /^\d{10}$/u;

export function judgeReply(world: World, letter: Letter, body: string): Verdict {
  if (body === '' || body === 'success') return { kind: 'nothing' };
  const { account } = world;
  const plain = account.mode === 'plain' ? body : unseal(world, body);
  if (typeof plain !== 'string') return plain;
  const reply = account.format === 'json' ? readReplyJson(plain) : readXml(plain);
  if (reply === undefined) return fault(`the reply is no ${account.format}`);
  return judge(world, letter, reply);
}

export function keysOf({ account }: World): Keys {
  return { token: account.token, aesKey: account.aesKey, id: account.appid };
}

function unseal(world: World, body: string): string | Verdict {
  const { account } = world;
  const envelope = account.format === 'json' ? readReplyJson(body) : readXml(body);
  if (envelope === undefined) return fault(`the envelope is no ${account.format}`);
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = envelope;
  if (Encrypt === undefined && account.mode === 'compatible') return body;
  if (typeof Encrypt !== 'string' || typeof MsgSignature !== 'string')
    return fault('the envelope lacks a field');
  if (typeof TimeStamp !== 'string' || !SECONDS.test(TimeStamp)) return fault('the time is not in seconds');
  if (typeof Nonce !== 'string' || Nonce === '') return fault('the nonce is missing');
  const opened = open(keysOf(world), {
    encrypted: Encrypt,
    signature: MsgSignature,
    timestamp: TimeStamp,
    nonce: Nonce,
  });
  return opened.ok ? opened.message : fault(opened.why);
}

/** Numbers become what they were written as. */
function readReplyJson(text: string): Tree | undefined {
  try {
    const value: unknown = JSON.parse(text, (_, inner: unknown) =>
      typeof inner === 'number' ? String(inner) : inner,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : undefined;
  } catch {
    return undefined;
  }
}

function judge(world: World, letter: Letter, reply: Tree): Verdict {
  if (reply.ToUserName !== letter.user.openid) return fault('ToUserName is not the person who wrote');
  if (reply.FromUserName !== world.account.originalId) return fault('FromUserName is not our account');
  if (typeof reply.CreateTime !== 'string' || !SECONDS.test(reply.CreateTime))
    return fault('CreateTime is not in seconds');
  const shown = contentOf(reply);
  if (!letter.isAnswerable && shown.kind !== 'fault') {
    world.complaints.push(`An answer to ${String(letter.fields.Event)} is shown to nobody`);
    return { kind: 'nothing' };
  }
  return shown;
}

function contentOf(reply: Tree): Verdict {
  switch (reply.MsgType) {
    case 'text':
      return text(reply.Content);
    case 'news':
      return news(reply);
    case 'image':
      return media('image', reply.Image);
    case 'transfer_customer_service':
      return { kind: 'transferred' };
    default:
      return fault('MsgType is unknown');
  }
}

function text(content: Tree[string] | undefined): Verdict {
  if (typeof content !== 'string' || content === '') return fault('Content is empty');
  if (Buffer.byteLength(content) > TEXT_MAX_BYTES) return fault('Content is too long');
  return { kind: 'entry', entry: { kind: 'text', via: 'passive', ...readText(content) } };
}

function news({ ArticleCount, Articles }: Tree): Verdict {
  const item = Array.isArray(Articles) ? Articles[0] : (Articles as Tree | undefined)?.item;
  if (ArticleCount !== '1' || typeof item !== 'object' || Array.isArray(item))
    return fault('not one article');
  const { Title, Description = '', Url } = item as Tree;
  if (typeof Title !== 'string' || typeof Url !== 'string') return fault('the article lacks a field');
  return {
    kind: 'entry',
    entry: cardEntry('passive', { title: Title, description: String(Description), url: Url }),
  };
}

function media(kind: 'image', holder: Tree[string] | undefined): Verdict {
  const id = typeof holder === 'object' && !Array.isArray(holder) ? (holder as Tree).MediaId : undefined;
  return typeof id === 'string'
    ? { kind: 'entry', entry: { kind, via: 'passive', text: '', touch: [], media: id } }
    : fault('MediaId is missing');
}
