/** `gongji kb diff --from DATE --to DATE | --with DIR`: what changes between two days, or between two folders. */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { type Change, changesBetweenDays, changesBetweenFolders } from '../knowledge/diff.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { regionName } from '../knowledge/lookup.ts';
import type { Command } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

export const kbDiff: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      from: { type: 'string' },
      to: { type: 'string' },
      region: { type: 'string' },
      with: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { from, to, region, with: other } = values;
  const knowledge = loadKnowledge(values.knowledge);
  if (other === undefined && from === undefined) {
    throw new AppError(
      'bad_input',
      'kb diff takes --from DATE with --to DATE (today by itself), or --with DIR',
    );
  }
  const changes =
    other === undefined
      ? changesBetweenDays(knowledge, {
          from: dayOf(from),
          to: dayOf(to),
          ...(region === undefined ? {} : { region }),
        })
      : changesBetweenFolders(loadKnowledge(other), knowledge);
  for (const change of changes)
    io.print(values.json ? JSON.stringify(change) : changeLine(knowledge, change));
  if (!values.json) io.warn(changes.length === 0 ? '没有变化' : `共 ${changes.length} 处变化`);
  return 0;
};

const WHAT = { added: '新增', removed: '停用', changed: '改变' } as const;
const PART: { readonly [part: string]: string } = {
  rule: '规则',
  way: '办理入口',
  answer: '回答',
  review: '复核到期',
};
/** Longer values are better looked at in the file. */
const LONGEST = 90;

function changeLine(knowledge: Knowledge, { what, part, id, keys, before, after }: Change): string {
  const [code = ''] = id.split('/');
  const place = knowledge.regions.has(code) ? `${regionName(knowledge, code)} ` : '';
  const values = [before, after]
    .filter((value) => value !== undefined)
    .map((value) => short(differing(value, keys)));
  const label = part === 'review' ? (PART.review as string) : `${WHAT[what]}${PART[part] ?? ` ${part}`}`;
  return `${label}　${place}${id}${keys.length === 0 ? '' : `（${keys.join('、')}）`}　${values.join(' → ')}`;
}

/** Of a rule that is otherwise in one key only that key; the others are in both. */
function differing(value: unknown, keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const parts = Object.entries(value).filter(([key]) => keys.length === 0 || keys.includes(key));
  return parts.length === 1 ? parts[0]?.[1] : Object.fromEntries(parts);
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
