import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeIn } from '../../src/knowledge/place-in.ts';
import { readWechatMenu } from '../../src/knowledge/wechat-menu.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gongji-menu-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function menuOf(yaml: string) {
  const file = join(dir, 'menu.yaml');
  writeFileSync(file, yaml);
  return readWechatMenu(file);
}

describe('the menu of the official account', () => {
  it('that is shipped keeps to the limits of WeChat', () => {
    expect(readWechatMenu('deploy/wechat-menu.yaml').button).toHaveLength(3);
  });

  it('has buttons that say something, open a page, or hold others', () => {
    expect(
      menuOf('[{name: 办, items: [{name: 绑, key: "flow:bind"}]}, {name: 看, url: "https://x.example/"}]'),
    ).toEqual({
      button: [
        { name: '办', sub_button: [{ type: 'click', name: '绑', key: 'flow:bind' }] },
        { type: 'view', name: '看', url: 'https://x.example/' },
      ],
    });
  });

  it.each([
    ['four at the top', '[{name: a, key: a}, {name: b, key: b}, {name: c, key: c}, {name: d, key: d}]'],
    ['a long name', '[{name: 六个汉字太长, key: a}]'],
    ['a page without TLS', '[{name: a, url: "http://x.example/"}]'],
    ['a button that does two things', '[{name: a, key: a, url: "https://x.example/"}]'],
    ['a third level', '[{name: a, items: [{name: b, items: [{name: c, key: c}]}]}]'],
    ['nothing', '[]'],
    ['no YAML', '{'],
  ])('is refused with %s', (_, yaml) => {
    expect(() => menuOf(yaml)).toThrow(expect.objectContaining({ code: 'bad_knowledge' }));
  });
});

describe('the place an address lies in', () => {
  it.each([
    ['浙江省杭州市西湖区文三路1号', '浙江省杭州市'],
    ['上海市黄浦区人民大道1号', '上海市'],
    ['杭州市西湖区', '浙江省杭州市'],
    ['浙江省', '浙江省'],
    ['一个没有名字的地方', undefined],
    ['', undefined],
  ])('%s', (address, place) => {
    expect(placeIn(address)).toBe(place);
  });
});
