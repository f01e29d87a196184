/**
 * Pushes that WeChat never sent, or never should. Each is one request; none may change anything on our
 * side, and none may be answered with more than a refusal.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { encrypt, type Keys, sign, signAddress } from './crypto.ts';
import type { Letter } from './letters.ts';
import { nonceOf, type RawPush, seconds } from './pusher.ts';
import { keysOf } from './reply.ts';
import type { World } from './world.ts';
import { writeXml } from './xml.ts';

export interface Attack {
  readonly name: string;
  /** @param letter a message that would be good: what is wrong is added to it */
  forge(world: World, letter: Letter): RawPush;
}

const STALE_MS = 3_600_000;

// === Who says that WeChat sent it

const envelopeOf = (world: World, encrypted: string) =>
  writeXml({ ToUserName: world.account.originalId, Encrypt: encrypted });

function addressOf(world: World, at = seconds(world)) {
  const nonce = nonceOf(world);
  return { signature: signAddress(world.account.token, at, nonce), timestamp: at, nonce };
}

/** A push with everything right but what is changed. */
function sealed(
  world: World,
  message: string,
  change: { readonly keys?: Keys; readonly at?: string; readonly encrypted?: string } = {},
): RawPush {
  const keys = change.keys ?? keysOf(world);
  const encrypted = change.encrypted ?? encrypt(keys, message);
  const address = addressOf(world, change.at);
  const msg_signature = sign(keysOf(world), address.timestamp, address.nonce, encrypted);
  return {
    query: { ...address, openid: 'oForged', encrypt_type: 'aes', msg_signature },
    body: envelopeOf(world, encrypted),
  };
}

const without = (query: RawPush['query'], ...names: readonly string[]): RawPush['query'] =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)));

const FORGED: readonly Attack[] = [
  {
    name: 'no signature at all',
    forge: (_, { fields }) => ({ query: {}, body: writeXml(fields) }),
  },
  {
    name: 'a plain body under a signature of the address',
    forge: (world, { fields }) => ({ query: addressOf(world), body: writeXml(fields) }),
  },
  {
    name: 'a plain body that says it is encrypted',
    forge: (world, { fields }) => ({
      query: { ...addressOf(world), encrypt_type: 'aes', msg_signature: '' },
      body: writeXml(fields),
    }),
  },
  {
    name: 'a plain body under encrypt_type=raw',
    forge: (world, { fields }) => ({
      query: { ...addressOf(world), encrypt_type: 'raw' },
      body: writeXml(fields),
    }),
  },
  {
    name: 'an encrypted body without msg_signature',
    forge(world, { fields }) {
      const { query, body } = sealed(world, writeXml(fields));
      return { query: without(query, 'msg_signature'), body };
    },
  },
  {
    name: 'the signature of the address as msg_signature',
    forge(world, { fields }) {
      const { query, body } = sealed(world, writeXml(fields));
      return { query: { ...query, msg_signature: query.signature ?? '' }, body };
    },
  },
  {
    name: 'the signature of another body',
    forge(world, { fields }) {
      const genuine = sealed(world, writeXml({ ...fields, Content: '别的话' }));
      return { query: genuine.query, body: sealed(world, writeXml(fields)).body };
    },
  },
  {
    name: 'a signature by another token',
    forge(world, { fields }) {
      const { query, body } = sealed(world, writeXml(fields));
      const encrypted = /CDATA\[([^\]]+)\]\]><\/Encrypt>/u.exec(String(body))?.[1] ?? '';
      const keys = { ...keysOf(world), token: 'guessed' };
      const msg_signature = sign(keys, query.timestamp ?? '', query.nonce ?? '', encrypted);
      return { query: { ...query, msg_signature }, body };
    },
  },
  {
    name: 'one byte of the body changed',
    forge(world, { fields }) {
      const { query, body } = sealed(world, writeXml(fields));
      const text = String(body);
      const at = text.indexOf('<Encrypt>') + 40;
      return { query, body: `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}` };
    },
  },
  {
    name: 'parameters given twice',
    forge(world, { fields }) {
      const { query, body } = sealed(world, writeXml(fields));
      return {
        query: { ...query, 'msg_signature[]': query.msg_signature ?? '', msg_signature: 'f'.repeat(40) },
        body,
      };
    },
  },
  {
    name: 'an hour old',
    forge: (world, { fields }) =>
      sealed(world, writeXml(fields), { at: String(Math.floor((world.clock.now() - STALE_MS) / 1000)) }),
  },
  {
    name: 'an hour ahead',
    forge: (world, { fields }) =>
      sealed(world, writeXml(fields), { at: String(Math.floor((world.clock.now() + STALE_MS) / 1000)) }),
  },
  {
    name: 'a time in milliseconds',
    forge: (world, { fields }) => sealed(world, writeXml(fields), { at: String(world.clock.now()) }),
  },
  {
    name: 'a time that is no number',
    forge: (world, { fields }) => sealed(world, writeXml(fields), { at: 'NaN' }),
  },
];

// === Whom it is for, and whether it is whole

const MISDIRECTED: readonly Attack[] = [
  {
    name: 'the id of another account inside',
    forge: (world, { fields }) =>
      sealed(world, writeXml(fields), { keys: { ...keysOf(world), id: 'wx0000000000000000' } }),
  },
  {
    name: 'an id that only begins like ours',
    forge: (world, { fields }) =>
      sealed(world, writeXml(fields), { keys: { ...keysOf(world), id: `${world.account.appid}0` } }),
  },
  {
    name: 'another key',
    forge: (world, { fields }) =>
      sealed(world, writeXml(fields), { keys: { ...keysOf(world), aesKey: 'Z'.repeat(43) } }),
  },
  {
    name: 'padding whose bytes differ',
    forge: (world, { fields }) =>
      sealed(world, '', { encrypted: badlyPadded(world, writeXml(fields), 'mixed') }),
  },
  {
    name: 'padding of nothing',
    forge: (world, { fields }) =>
      sealed(world, '', { encrypted: badlyPadded(world, writeXml(fields), 'zero') }),
  },
  {
    name: 'a length beyond the end',
    forge: (world, { fields }) =>
      sealed(world, '', { encrypted: badlyPadded(world, writeXml(fields), 'length') }),
  },
  { name: 'a cipher that is empty', forge: (world) => sealed(world, '', { encrypted: '' }) },
  { name: 'a cipher that is no base64', forge: (world) => sealed(world, '', { encrypted: '{not base64}' }) },
  {
    name: 'a cipher that is no whole block',
    forge: (world) => sealed(world, '', { encrypted: Buffer.alloc(33, 7).toString('base64') }),
  },
];

/** What the libraries refuse to make. */
function badlyPadded(world: World, message: string, fault: 'mixed' | 'zero' | 'length'): string {
  const { aesKey, id } = keysOf(world);
  const key = Buffer.from(`${aesKey}=`, 'base64');
  const body = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(fault === 'length' ? 0xffff_ff00 : body.length);
  const content = Buffer.concat([randomBytes(16), length, body, Buffer.from(id)]);
  const missing = 32 - (content.length % 32);
  const pad = missing < 2 ? missing + 32 : missing;
  const padding = Buffer.alloc(pad, fault === 'zero' ? 0 : Math.min(pad, 32));
  if (fault === 'mixed') padding[0] = (padding[0] as number) ^ 1;
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([content, padding])), cipher.final()]).toString('base64');
}

// === XML that harms its reader

const LAUGHS = Array.from(
  { length: 12 },
  (_, level) => `<!ENTITY l${level + 1} "${level === 0 ? 'ha' : `&l${level};`.repeat(10)}">`,
).join('');
const LEVELS = 4_000;
const KB = 1024;

/** Each takes a good message and makes it one that harms. */
const HARMS: readonly (readonly [string, (message: string) => string])[] = [
  [
    'entities that multiply',
    (message) => `<!DOCTYPE xml [${LAUGHS}]>${insert(message, '<Laugh>&l12;</Laugh>')}`,
  ],
  [
    'an entity from a file',
    (message) =>
      `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>${insert(message, '<Leak>&x;</Leak>')}`,
  ],
  [
    'a definition from elsewhere',
    (message) => `<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/evil.dtd">${message}`,
  ],
  ['a doctype in small letters', (message) => `<!doctype xml [<!entity x "y">]>${message}`],
  ['thousands of levels', (message) => insert(message, `${'<a>'.repeat(LEVELS)}${'</a>'.repeat(LEVELS)}`)],
  [
    'a field that names a prototype',
    (message) => insert(message, '<__proto__><polluted>1</polluted></__proto__>'),
  ],
  ['two roots', (message) => `${message}${message}`],
  ['an end that is missing', (message) => message.replace('</xml>', '')],
  ['another root', (message) => message.replaceAll('xml>', 'html>')],
  ['plain words', () => 'hello'],
  ['nothing', () => ''],
  ['a list in JSON', () => '[1,2,3]'],
  ['half of a JSON', () => '{"Encrypt":'],
  ['more than 64 kB', (message) => insert(message, `<Fill>${'x'.repeat(70 * KB)}</Fill>`)],
];

const insert = (message: string, more: string): string => message.replace('</xml>', () => `${more}</xml>`);

function twice(field: string): (message: string) => string {
  return (message) => insert(message, `<${field}><![CDATA[oVictim]]></${field}>`);
}
function nested(field: string): (message: string) => string {
  return (message) =>
    message.replace(new RegExp(`<${field}>.*?</${field}>`, 'u'), `<${field}><a>1</a><b>2</b></${field}>`);
}
function lacking(field: string): (message: string) => string {
  return (message) => message.replace(new RegExp(`<${field}>.*?</${field}>`, 'u'), '');
}

/** Around the cipher: read before anything is known about who sent it. */
const OUTSIDE: readonly Attack[] = [
  ...HARMS,
  ['the cipher twice', twice('Encrypt')] as const,
  ['a cipher with children', nested('Encrypt')] as const,
  ['no cipher', lacking('Encrypt')] as const,
].map(([name, harm]) => ({
  name: `outside: ${name}`,
  forge(world, { fields }) {
    const { query, body } = sealed(world, writeXml(fields));
    return { query, body: harm(String(body)) };
  },
}));

/** Inside a cipher that is good: as if somebody had the key, or WeChat passed it on. */
const INSIDE: readonly Attack[] = [
  ...HARMS,
  ['the sender twice', twice('FromUserName')] as const,
  ['a sender with children', nested('FromUserName')] as const,
  ['no sender', lacking('FromUserName')] as const,
  ['no message id', lacking('MsgId')] as const,
  ['no type', lacking('MsgType')] as const,
].map(([name, harm]) => ({
  name: `inside: ${name}`,
  forge: (world, { fields }) => sealed(world, harm(writeXml(fields))),
}));

const MEGABYTES: Attack = {
  name: 'five megabytes',
  forge(world, { fields }) {
    const { query } = sealed(world, writeXml(fields));
    return { query, body: 'x'.repeat(5 * KB * KB) };
  },
};

/** All of them; `name` says what is wrong. */
export const ATTACKS: readonly Attack[] = [...FORGED, ...MISDIRECTED, ...OUTSIDE, ...INSIDE, MEGABYTES];
