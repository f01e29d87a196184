import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actions,
  button,
  context,
  fields,
  header,
  home,
  message,
  modal,
  overflow,
  sections,
  selectInput,
  spoken,
  textInput,
} from '../../../src/connectors/slack/blocks.ts';
import { joined, md, mention, quote, shorten, shortenMd, split } from '../../../src/connectors/slack/text.ts';
import { faultsOfBlocks, faultsOfView } from '../../doubles/slack/limits.ts';

/** Chinese, emoji made of several code points, markup, entities, and halves of pairs that came from a bad cut. */
const scrap = fc.oneof(
  fc.constantFrom(
    '共济',
    '绑定不上',
    '👩‍👩‍👧‍👦',
    '🏥',
    '𠮷',
    '\ud83d',
    '\udc69',
    '<!channel>',
    '<@U0CLERK01>',
    '&',
    '&amp;',
    '>',
    '*',
    '_',
    '\n',
    'https://坏.example/x',
    '|',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const words = (most: number) =>
  fc.tuple(fc.array(scrap, { maxLength: 12 }), fc.integer({ min: 1, max: most })).map(([parts, times]) => {
    const once = parts.join('');
    return once.repeat(Math.ceil(times / Math.max(once.length, 1))).slice(0, times);
  });
const long = words(9000);
const whole = (text: string): boolean => text.isWellFormed();

describe('blocks', () => {
  test('are legal whatever the words', () => {
    fc.assert(
      fc.property(fc.array(long, { maxLength: 8 }), long, fc.nat(70), (texts, word, count) => {
        const many = Array.from({ length: count }, (_, index) =>
          button({ action: `a${index}`, label: word, value: 'v' }),
        );
        const blocks = [
          header(word),
          ...texts.flatMap((text) => sections(md`*${text}*`)),
          ...fields(texts.map((text) => md`${text}`)),
          ...texts.map((text) => spoken(text)),
          context(...texts.map((text) => md`${text}`)),
          ...actions(many),
        ];
        const made = message(word, blocks);
        expect(faultsOfBlocks(made.blocks, 'message')).toEqual([]);
        expect(made.text.length).toBeLessThanOrEqual(4000);
        expect(faultsOfView(home(blocks) as never)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('are legal in forms whatever the words', () => {
    fc.assert(
      fc.property(long, long, fc.integer({ min: 1, max: 150 }), (title, word, count) => {
        const options = Array.from({ length: count }, (_, index) => ({ value: `v${index}`, label: word }));
        const made = modal({
          view: 'form.x',
          title,
          submit: word,
          close: word,
          metadata: 'm'.repeat(3000),
          blocks: [
            textInput({ id: 'text', label: word, hint: word, initial: word }),
            selectInput({ id: 'choice', label: word, options, initial: 'v0' }),
          ],
        });
        expect(faultsOfView(made as never)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('a long text is split into sections that together say all of it', () => {
    fc.assert(
      fc.property(words(20_000), (text) => {
        const quoted = md`${text}`;
        const pieces = split(quoted, 3000);
        expect(pieces.map((piece) => piece.md).join('')).toBe(quoted.md);
        expect(pieces.every((piece) => piece.md.length <= 3000 && whole(piece.md))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('what is ours and too long is a mistake, said at once', () => {
    expect(() => button({ action: 'a'.repeat(256), label: 'x', value: 'v' })).toThrow('255');
    expect(() => button({ action: 'a', label: 'x', value: 'v'.repeat(2001) })).toThrow('2000');
    expect(() => modal({ view: 'v', title: 't', blocks: [], metadata: 'm'.repeat(3001) })).toThrow('3000');
    const six = Array.from({ length: 6 }, (_, index) => ({ value: `v${index}`, label: 'x' }));
    expect(() => overflow('a', six)).toThrow('five');
  });
});

describe('words of others', () => {
  test('ring nobody, link nowhere and change no face', () => {
    fc.assert(
      fc.property(long, (text) => {
        const quoted = quote(text);
        expect(quoted).not.toMatch(/[<>*_~`]|:\/\//u);
        expect(quoted.replace(/&(?:amp|lt|gt);/gu, '')).not.toContain('&');
      }),
      { numRuns: 300 },
    );
    expect(quote('<!channel> <@U1> a&b')).toBe('&lt;!channel&gt; &lt;@U1&gt; a&amp;b');
  });

  test('cannot get in by a template, a mention or a link', () => {
    expect(md`${'<!here>'} ${mention('<!channel>')}`.md).toBe('&lt;!here&gt; &lt;!channel&gt;');
    expect(joined([md`a`, undefined, md`b`], '，').md).toBe('a，b');
  });

  test('are cut between characters, never inside one, an entity or a mention', () => {
    expect(shorten('一二三四五', 4)).toBe('一二三…');
    expect(shorten('一二👩', 4)).toBe('一二👩');
    expect(shorten('一二👩四', 4)).toBe('一二…');
    expect(shortenMd({ md: '一二&amp;三四五六七八' }, 6)).toBe('一二…');
    expect(shortenMd({ md: '一二<@U0CLERK01>三四五' }, 8)).toBe('一二…');
    fc.assert(
      fc.property(long, fc.integer({ min: 2, max: 500 }), (text, most) => {
        const short = shorten(text, most);
        expect(short.length).toBeLessThanOrEqual(most);
        expect(whole(short)).toBe(true);
      }),
    );
  });
});
