import { createCipheriv } from 'node:crypto';
import { getSignature, decrypt as theirDecrypt, encrypt as theirEncrypt } from '@wecom/crypto';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import WXBizMsgCrypt from 'wechat-crypto';
import { createEnvelope, type EnvelopeParts } from '../../../src/connectors/wechat/crypto.ts';
import { readBody } from '../../../src/connectors/wechat/xml.ts';
import { JAVA, PAGE, PYTHON, WECOM } from './vectors.ts';

function envelope(
  { token, id, aesKey }: Pick<EnvelopeParts, 'token' | 'id' | 'aesKey'>,
  more: { readonly random?: string; readonly previousAesKey?: string } = {},
) {
  const random = { bytes: () => new Uint8Array(Buffer.from(more.random ?? '0123456789abcdef')) };
  return createEnvelope({ token, id, aesKey, previousAesKey: more.previousAesKey, random });
}

describe("Tencent's published examples", () => {
  it('the page on pushes: the signature of the first request and that of a plain push', () => {
    const { isSigned } = envelope(PAGE);
    expect([isSigned(PAGE.greeting), isSigned(PAGE.plain)]).toEqual([true, true]);
  });

  it('the page on pushes: the encrypted push', () => {
    const { isSigned, open } = envelope(PAGE);
    expect(isSigned(PAGE.push)).toBe(true);
    expect(open(PAGE.push.encrypted)).toEqual({ message: PAGE.push.message, key: 'current' });
  });

  it('the page on pushes: the encrypted reply, byte for byte', () => {
    const { reply } = PAGE;
    const { seal, sign } = envelope(PAGE, { random: reply.random });
    expect(seal(reply.message)).toBe(reply.encrypted);
    expect(sign(reply)).toBe(reply.signature);
  });

  it('the Java sample: Chinese text, byte for byte and back', () => {
    const { seal, open } = envelope(JAVA, { random: JAVA.random });
    expect(seal(JAVA.message)).toBe(JAVA.encrypted);
    expect(open(JAVA.encrypted)?.message).toBe(JAVA.message);
  });

  it('the Python sample: the signature, and a message id of 64 bits', () => {
    const { isSigned, open } = envelope(PYTHON);
    expect(isSigned(PYTHON)).toBe(true);
    expect(readBody(open(PYTHON.encrypted)?.message ?? '')).toMatchObject(PYTHON.says);
  });

  it('the WeCom sample: the encrypted echostr and a message', () => {
    const { isSigned, open } = envelope(WECOM);
    expect([isSigned(WECOM.greeting), isSigned(WECOM.push)]).toEqual([true, true]);
    expect(open(WECOM.greeting.encrypted)?.message).toBe(WECOM.greeting.message);
    expect(readBody(open(WECOM.push.encrypted)?.message ?? '')?.Content).toBe(WECOM.push.content);
  });
});

const CORPUS = string({ unit: 'binary', maxLength: 400 });

describe('beside two libraries written by others', () => {
  const ours = envelope(JAVA);
  const theirs = new WXBizMsgCrypt(JAVA.token, JAVA.aesKey, JAVA.id);

  it('what we seal they open', () => {
    assert(
      property(CORPUS, (text) => {
        const sealed = ours.seal(text);
        expect(theirDecrypt(JAVA.aesKey, sealed)).toMatchObject({ message: text, id: JAVA.id });
        expect(theirs.decrypt(sealed)).toEqual({ message: text, id: JAVA.id });
      }),
      { seed: 20261125, numRuns: 200 },
    );
  });

  it('what they seal we open', () => {
    assert(
      property(CORPUS, (text) => {
        expect(ours.open(theirEncrypt(JAVA.aesKey, text, JAVA.id))?.message).toBe(text);
        expect(ours.open(theirs.encrypt(text))?.message).toBe(text);
      }),
      { seed: 20261126, numRuns: 200 },
    );
  });

  it('signatures agree', () => {
    assert(
      property(CORPUS, CORPUS, (nonce, encrypted) => {
        const timestamp = '1714112445';
        const signature = ours.sign({ timestamp, nonce, encrypted });
        expect(getSignature(JAVA.token, timestamp, nonce, encrypted)).toBe(signature);
        expect(theirs.getSignature(timestamp, nonce, encrypted)).toBe(signature);
      }),
      { seed: 20261127, numRuns: 50 },
    );
  });
});

/** Seals by hand, so that the test decides about every byte. */
function sealedAs(content: Buffer): string {
  const key = Buffer.from(`${PAGE.aesKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(content), cipher.final()]).toString('base64');
}

function content(message: string, id: string, length = Buffer.byteLength(message)): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  return Buffer.concat([Buffer.alloc(16, 1), size, Buffer.from(message), Buffer.from(id)]);
}

function padded(bytes: Buffer): Buffer {
  const missing = 32 - (bytes.length % 32);
  return Buffer.concat([bytes, Buffer.alloc(missing, missing)]);
}

describe('what is not meant for us is not opened', () => {
  const { open } = envelope(PAGE);
  const good = padded(content('你好', PAGE.id));

  it('a message made by hand is opened, so that the refusals below mean something', () => {
    expect(open(sealedAs(good))?.message).toBe('你好');
  });

  it.each([
    ['the id of another account', padded(content('你好', 'wx0000000000000000'))],
    ['no id', padded(content('你好', ''))],
    ['a length beyond the end', padded(content('你好', PAGE.id, 5000))],
    ['padding of zero', Buffer.concat([good.subarray(0, -1), Buffer.from([0])])],
    ['padding longer than a block', Buffer.concat([good.subarray(0, -1), Buffer.from([33])])],
    ['padding that disagrees with itself', changed(good, good.length - 2)],
    ['too few bytes to hold a message', padded(Buffer.alloc(3))],
  ])('%s', (_, bytes) => {
    expect(open(sealedAs(bytes))).toBeUndefined();
  });

  it.each(['', '!', 'AAAA', `${PAGE.push.encrypted.slice(0, -1)}`, 'A'.repeat(44)])('%s', (encrypted) => {
    expect(open(encrypted)).toBeUndefined();
  });

  it('a change of any byte of the last block', () => {
    const bytes = Buffer.from(PAGE.push.encrypted, 'base64');
    const survivors = [...bytes.keys()]
      .slice(-16)
      .filter((at) => open(changed(bytes, at).toString('base64')) !== undefined);
    expect(survivors).toEqual([]);
  });

  it('a signature that differs in one place, or covers another body', () => {
    const { isSigned } = envelope(PAGE);
    expect(isSigned({ ...PAGE.push, signature: `${PAGE.push.signature.slice(0, -1)}4` })).toBe(false);
    expect(isSigned({ ...PAGE.push, signature: '' })).toBe(false);
    expect(isSigned({ ...PAGE.push, encrypted: PAGE.reply.encrypted })).toBe(false);
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('while keys change', () => {
  const older = envelope(JAVA);
  const newer = envelope({ ...JAVA, aesKey: WECOM.aesKey }, { previousAesKey: JAVA.aesKey });

  it('what was sealed with the older key is opened and answered with it', () => {
    const opened = newer.open(older.seal('旧'));
    expect(opened).toEqual({ message: '旧', key: 'previous' });
    expect(older.open(newer.seal('答', opened?.key))?.message).toBe('答');
  });

  it('everything else uses the newer one', () => {
    expect(newer.open(newer.seal('新'))).toEqual({ message: '新', key: 'current' });
    expect(older.open(newer.seal('新'))).toBeUndefined();
  });
});
