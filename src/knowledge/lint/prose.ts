/** Lint of how things are said: short, conclusion first, a way out, and no number asked for in chat. */
import { PLACES } from '../gazetteer.ts';
import type { FaqEntry } from '../schema/faq.ts';
import { type LintContext, type LintRule, pathOf, type Remark } from './lint.ts';

/** The conclusion may be all that is read aloud. */
const CONCLUSION_MAX = 120;
/** What an old reader keeps in mind at once. */
const SENTENCE_MAX = 40;
const WAY_OUT = '不行怎么办：';

function eachAnswer(context: LintContext, find: (entry: FaqEntry) => readonly string[]): Remark[] {
  return [...context.knowledge.faq.values()].flatMap((entry) =>
    find(entry).map((message) => ({ file: pathOf(context, 'faq', entry.id), key: '', message })),
  );
}

const longConclusion = (context: LintContext) =>
  eachAnswer(context, ({ body }) => {
    const { length } = body.split('\n')[0] ?? '';
    return length > CONCLUSION_MAX
      ? [`the conclusion has ${length} characters; at most ${CONCLUSION_MAX} before the first line break`]
      : [];
  });

const longSentence = (context: LintContext) =>
  eachAnswer(context, ({ body }) => longSentences(body).map(tooLong));

const noWayOut = (context: LintContext) =>
  eachAnswer(context, ({ body }) =>
    body.includes(WAY_OUT) ? [] : [`nothing says what to do when it does not work; add a line ${WAY_OUT}`],
  );

const brokenSteps = (context: LintContext) =>
  eachAnswer(context, ({ body }) => {
    const numbers = [...body.matchAll(/^(\d+)\. /gmu)].map(([, number]) => Number(number));
    const gap = numbers.find((number, index) => number !== 1 && number !== (numbers[index - 1] ?? 0) + 1);
    return gap === undefined ? [] : [`step ${gap} does not follow the one before it`];
  });

/** Whatever is typed in chat is stored; such numbers belong on the secure page. */
const asksForNumber = (context: LintContext) =>
  eachAnswer(context, ({ body }) =>
    /(发给我|告诉我|发过来).{0,6}(身份证号|证件号|卡号|密码|手机号)/u.test(body)
      ? ['asks for a number that belongs on the secure page']
      : [],
  );

/** Two answers between which only the alphabet would decide. */
const rivals = (context: LintContext) => {
  const seen = new Map<string, FaqEntry[]>();
  return eachAnswer(context, (entry) =>
    entry.regions.flatMap((region) => {
      const key = JSON.stringify([entry.intent, region, entry.when]);
      const others = seen.get(key) ?? [];
      seen.set(key, [...others, entry]);
      return others
        .filter((other) => overlap(entry, other))
        .map(({ id }) => `same intent, region ${region}, \`when\` and days as '${id}'; tell them apart`);
    }),
  );
};

function overlap(a: FaqEntry, b: FaqEntry): boolean {
  const isBefore = (one: FaqEntry, two: FaqEntry) =>
    one.valid_until !== undefined && one.valid_until <= two.valid_from;
  return !isBefore(a, b) && !isBefore(b, a);
}

/** 贵洲省: a province that is none is a slip of the pen that sends people nowhere. */
function unknownPlace(context: LintContext): Remark[] {
  const names = Object.values(PLACES.provinces);
  return eachAnswer(context, ({ body }) =>
    [...body.matchAll(/(?<=^|[^\p{Script=Han}]|[在是去由从到和、])(\p{Script=Han}{2,3}省)(?=[^略钱份])/gmu)]
      .map(([, name = '']) => name)
      .filter((name) => !names.some((known) => name.endsWith(known)) && !GENERIC.test(name))
      .map((name) => `'${name}' is no province; correct the name`),
  );
}
const GENERIC = /[外跨同本全各两这那哪个的多少保有在内](?:个)?省$/u;

/** Buttons under a sentence that asks for nothing leave people wondering what to press. */
function noPrompt({ knowledge }: LintContext): Remark[] {
  return [...knowledge.replies]
    .filter(([id, { choices, text }]) => !id.startsWith(LABELS) && choices.length > 1 && !PROMPT.test(text))
    .map(([id]) => ({
      file: 'replies/',
      key: `${id}.text`,
      message: 'has buttons but asks for nothing; say what they are for',
    }));
}
/** Their choices are the names of values and never shown as buttons. */
const LABELS = 'diagnose.evidence.';
const PROMPT = /[？?：]|请|可以|说|选|点|看|要|为准/u;

function longSentences(text: string): string[] {
  return text
    .split(/[。！？；\n]/u)
    .map((sentence) =>
      sentence
        .replace(/^\d+\. /u, '')
        .replaceAll(/\{[^}]*\}/gu, '')
        .trim(),
    )
    .filter((sentence) => sentence.length > SENTENCE_MAX);
}

function tooLong(sentence: string): string {
  return `'${sentence.slice(0, 12)}…' has ${sentence.length} characters; at most ${SENTENCE_MAX} in a sentence`;
}

export const proseRules: readonly LintRule[] = [
  { name: 'long-conclusion', severity: 'error', find: longConclusion },
  { name: 'long-sentence', severity: 'error', find: longSentence },
  { name: 'no-way-out', severity: 'error', find: noWayOut },
  { name: 'broken-steps', severity: 'error', find: brokenSteps },
  { name: 'asks-for-number', severity: 'error', find: asksForNumber },
  { name: 'rivals', severity: 'error', find: rivals },
  { name: 'unknown-place', severity: 'warning', find: unknownPlace },
  { name: 'no-prompt', severity: 'warning', find: noPrompt },
];
