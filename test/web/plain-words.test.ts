/** What is read aloud in large type is what everybody is told: it must be short enough for the ear. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { spoken } from '../../web/chat/spoken.ts';

const REPLIES = join(import.meta.dirname, '..', '..', 'knowledge', 'replies');
/** Characters of one sentence: the list of near relatives, the longest that cannot be cut, has 46. */
const SENTENCE_MAX = 48;
/** Sentences before a question is put: more than this is forgotten by its end. */
const SENTENCES_MAX = 12;

interface Said {
  readonly id: string;
  readonly text: string;
}

const said: readonly Said[] = readdirSync(REPLIES).flatMap((file) =>
  Object.entries(load(readFileSync(join(REPLIES, file), 'utf8')) as Record<string, RawReply>)
    // Letters to be signed are read on a page, at leisure.
    .filter(([id]) => !id.startsWith('secure.'))
    .flatMap(([id, { text, again = [] }]) => [text, ...again].map((words) => ({ id, text: filled(words) }))),
);

interface RawReply {
  readonly text: string;
  readonly again?: readonly string[];
}

/** With a short word wherever something is filled in. */
function filled(text: string): string {
  return text.replace(/\{[^}]*\}/gu, '某某');
}

const isQuestion = ({ id }: Said) => /\.ask\.|\.confirm|consent/u.test(id) && !id.endsWith('.choice');

describe('every reply', () => {
  it(`has sentences of at most ${SENTENCE_MAX} characters`, () => {
    const long = said.flatMap(({ id, text }) =>
      spoken(text)
        .filter((sentence) => [...sentence].length > SENTENCE_MAX)
        .map((sentence) => `${id}: ${sentence}`),
    );
    expect(long).toEqual([]);
  });
});

describe('every question', () => {
  it('asks one thing', () => {
    const double = said.filter((one) => isQuestion(one) && (one.text.match(/？/gu)?.length ?? 0) > 1);
    expect(double).toEqual([]);
  });

  it('comes before the listener has forgotten how it began', () => {
    const long = said.filter((one) => isQuestion(one) && spoken(one.text).length > SENTENCES_MAX);
    expect(long.map(({ id }) => id)).toEqual([]);
  });
});

describe('what is read aloud', () => {
  it('is cut into sentences, without the marks of lists and stress', () => {
    expect(spoken('**可以。** 请看：\n1. 打开\n- 签名；再等\n\n## 例外')).toEqual([
      '可以。',
      '请看：',
      '1. 打开',
      '签名；',
      '再等',
      '例外',
    ]);
  });
});
