/**
 * `gongji triage TEXT`: what a complaint told on the telephone may mean, what to ask next, what may be read out. What
 * the caller answered since is given with --answer, once for each question. Thinks only, unless --open makes
 * a case of it, through the running server or on its store.
 */
import { parseArgs } from 'node:util';
import type { Triage, TriageQuestion } from '../contracts/advice.ts';
import type { CaseHead } from '../contracts/desk.ts';
import { type Triaged, triageOf } from '../desk/triage.ts';
import { AppError } from '../errors.ts';
import { thinkingWith } from '../help-desk.ts';
import { openLibrary } from '../library.ts';
import type { Command, Io } from './command.ts';
import { reachDesk, staffOf } from './desk-reach.ts';
import { dayOf } from './rules.ts';

const OPTIONS = {
  answer: { type: 'string', multiple: true },
  region: { type: 'string' },
  'as-of': { type: 'string' },
  json: { type: 'boolean', default: false },
  open: { type: 'boolean', default: false },
  as: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string', default: 'clerk' },
  data: { type: 'string' },
} as const;

export const triage: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const words = positionals.join(' ').trim();
  if (words === '')
    throw new AppError(
      'bad_input',
      'gongji triage takes what the caller said, such as: gongji triage 绑了不显示',
    );
  const { region, answer = [], json } = values;
  if (region !== undefined && !/^\d{6}$/u.test(region))
    throw new AppError('bad_input', `--region takes a code of six digits, not '${region}'`);
  const question = {
    text: [words, ...answer.map((said) => `答：${said}`)].join('\n'),
    asOf: dayOf(values['as-of']),
    ...(region === undefined ? {} : { region }),
  };
  if (values.open) return opened(question, values, io);
  const library = openLibrary(values.data === undefined ? {} : { cacheDir: values.data });
  const { record: _, ...found } = triageOf(
    question,
    thinkingWith(() => library),
  );
  if (json) io.print(JSON.stringify(found));
  else for (const line of linesOf(found)) io.print(line);
  return 0;
};

async function opened(
  question: TriageQuestion,
  values: {
    readonly as?: string | undefined;
    readonly name?: string | undefined;
    readonly role: string;
    readonly data?: string | undefined;
    readonly json: boolean;
  },
  io: Io,
): Promise<number> {
  const by = staffOf(values);
  const reach = await reachDesk(values.data);
  try {
    const found = await reach.call<Triage>('triage', { ...question, by });
    const id = await reach.call<string | null | undefined>('openCase', {
      by,
      key: `cli:${found.id}`,
      triage: found.id,
    });
    if (id === null || id === undefined) throw new AppError('bad_input', 'This role opens no cases');
    const head = await reach.call<CaseHead>('find', id);
    if (values.json) io.print(JSON.stringify({ ...found, case: head.number }));
    else for (const line of [...linesOf(found), `已开个案 ${head.number}`]) io.print(line);
    return 0;
  } finally {
    await reach.close();
  }
}

function linesOf(found: Omit<Triaged, 'record'>): readonly string[] {
  const { region, asOf, symptom, findings, ask, answer } = found;
  return [
    `按 ${region?.name ?? '全国规定（没有说地区）'}，${asOf} 的规则${symptom === undefined ? '' : `　${symptom.label}`}`,
    ...findings.flatMap(({ title, p, because, against, todo }, index) => [
      `${index + 1}. ${title}　${Math.round(p * 100)}%`,
      ...(because.length === 0 ? [] : [`   支持：${because.join('；')}`]),
      ...(against.length === 0 ? [] : [`   不支持：${against.join('；')}`]),
      ...(todo === undefined ? [] : [`   怎么办：${todo}`]),
    ]),
    ...(findings.length === 0 ? ['从这些话里看不出原因'] : []),
    ...(ask === undefined ? [] : [`接着问：${ask}`]),
    ...(answer === undefined ? [] : ['可以念：', answer.text]),
  ];
}
