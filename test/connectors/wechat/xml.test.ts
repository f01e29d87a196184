import { describe, expect, it } from 'vitest';
import { BODY_MAX_BYTES, readBody, writeXml } from '../../../src/connectors/wechat/xml.ts';

describe('a push in XML', () => {
  it('gives its fields as strings, blanks and entities as they were meant', () => {
    const body =
      '<xml>\n<Content><![CDATA[ a < b &amp; ]]></Content><MsgId>6054768590064713728</MsgId><Label>一 &lt; 二</Label></xml>';
    expect(readBody(body)).toEqual({
      Content: ' a < b &amp; ',
      MsgId: '6054768590064713728',
      Label: '一 < 二',
    });
  });

  it.each(['007', '0x1F', '1e5', 'true', ''])('does not turn %s into anything else', (typed) => {
    expect(readBody(`<xml><Content>${typed}</Content></xml>`)).toEqual({ Content: typed });
  });

  it('leaves nested fields out', () => {
    expect(readBody('<xml><A>1</A><ScanCodeInfo><ScanType>qr</ScanType></ScanCodeInfo></xml>')).toEqual({
      A: '1',
    });
  });

  it('may begin with a declaration', () => {
    expect(readBody('<?xml version="1.0" encoding="UTF-8"?>\n<xml><A>1</A></xml>\n')).toEqual({ A: '1' });
  });
});

const laughs = `<!DOCTYPE lolz [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, n) => `<!ENTITY a${n} "&a;&a;">`).join('')}]><xml><A>&a8;</A></xml>`;

describe('what is no push is refused as a whole', () => {
  it.each([
    ['a thousand laughs', laughs],
    ['an entity of a file', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><A>&f;</A></xml>'],
    ['a type in small letters', '<!doctype x><xml><A>1</A></xml>'],
    ['an entity alone', '<xml><!ENTITY a "b"><A>1</A></xml>'],
    ['a field twice', '<xml><FromUserName>a</FromUserName><FromUserName>b</FromUserName></xml>'],
    ['an open end', '<xml><A>1</A>'],
    ['two roots', '<xml><A>1</A></xml><xml><A>2</A></xml>'],
    ['two empty roots', '<xml/><b/>'],
    ['another root', '<html><A>1</A></html>'],
    ['nothing but a root', '<xml>1</xml>'],
    ['a forbidden name', '<xml><__proto__><A>1</A></__proto__></xml>'],
    ['twenty thousand levels', `<xml>${'<a>'.repeat(8_000)}${'</a>'.repeat(8_000)}</xml>`],
    ['plain words', '你好'],
    ['nothing', ''],
    ['half a JSON', '{"A":'],
    ['a JSON list of values', '{"A":[1,2]}'],
  ])('%s', (_, body) => {
    expect(readBody(body)).toBeUndefined();
  });

  it('more than 64 kB, though it would be fine otherwise', () => {
    const body = (size: number) => `<xml><A>${'长'.repeat(size)}</A></xml>`;
    expect(readBody(body(BODY_MAX_BYTES / 3 - 10))).toBeDefined();
    expect(readBody(body(BODY_MAX_BYTES / 3))).toBeUndefined();
  });

  it('and nothing reaches the prototype of objects', () => {
    readBody('{"__proto__":{"admin":"yes"}}');
    expect(({} as { admin?: string }).admin).toBeUndefined();
  });
});

describe('a push in JSON', () => {
  it('keeps every digit of a message id', () => {
    expect(readBody('{"MsgId":24236582103254231,"CreateTime":1714112445,"Content":"007"}')).toEqual({
      MsgId: '24236582103254231',
      CreateTime: '1714112445',
      Content: '007',
    });
  });
});

describe('a reply in XML', () => {
  it('is read back as it was written, whatever the text holds', () => {
    const text = '甲 ]]> 乙 <a href="https://x.example/?a=1&b=2">丙</a> ]]]]>';
    expect(readBody(writeXml({ Content: text, CreateTime: 17 }))).toEqual({
      Content: text,
      CreateTime: '17',
    });
  });

  it('holds no character that XML does not know', () => {
    expect(readBody(writeXml({ Content: '甲\u0000\u0008乙' }))).toEqual({ Content: '甲乙' });
  });

  it('writes lists and groups', () => {
    expect(writeXml({ Articles: [{ item: { Title: '一' } }], Image: { MediaId: 'm' } })).toBe(
      '<xml><Articles><item><Title><![CDATA[一]]></Title></item></Articles><Image><MediaId><![CDATA[m]]></MediaId></Image></xml>',
    );
  });
});
