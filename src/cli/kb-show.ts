/** `gongji kb show --region CODE | --entry ID`: what holds somewhere, since when, by which source; for people. */
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { mayBeSaid } from '../knowledge/answers.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import {
  allEntriesAt,
  type EffectiveEntry,
  type EffectiveRule,
  effectiveRules,
  regionChain,
  regionName,
} from '../knowledge/lookup.ts';
import { type DatedRule, OPERATIONS, RULE_IDS, type RuleId } from '../knowledge/schema/region.ts';
import type { Command, Io } from './command.ts';
import { dayOf, OWN_KNOWLEDGE } from './rules.ts';

export const kbShow: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      knowledge: { type: 'string', default: OWN_KNOWLEDGE },
      region: { type: 'string' },
      'as-of': { type: 'string' },
      rule: { type: 'string' },
      entry: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const knowledge = loadKnowledge(values.knowledge);
  const asOf = dayOf(values['as-of']);
  if (values.entry !== undefined) return showEntry(io, knowledge, values.entry, asOf, values.json);
  const { region, rule } = values;
  if (region === undefined || !/^\d{6}$/u.test(region)) {
    throw new AppError(
      'bad_input',
      "kb show takes --entry ID, or --region with six digits ('000000' is the whole country)",
    );
  }
  if (rule !== undefined && !RULE_IDS.some((known) => known === rule)) {
    throw new AppError('bad_input', `there is no rule '${rule}'; those are: ${RULE_IDS.join(', ')}`);
  }
  showRegion(io, knowledge, { region, asOf, rule: rule as RuleId | undefined, json: values.json });
  return 0;
};

interface Asked {
  readonly region: string;
  readonly asOf: string;
  readonly rule: RuleId | undefined;
  readonly json: boolean;
}

function showRegion(io: Io, knowledge: Knowledge, { region, asOf, rule, json }: Asked): void {
  const rules = effectiveRules(knowledge, region, asOf).filter(
    (found) => rule === undefined || found.rule === rule,
  );
  const ways =
    rule === undefined ? OPERATIONS.flatMap((one) => allEntriesAt(knowledge, one, region, asOf)) : [];
  if (json) {
    for (const found of rules)
      io.print(JSON.stringify({ ...found, timeline: timeline(knowledge, region, found.rule) }));
    for (const way of ways) io.print(JSON.stringify(way));
    return;
  }
  const chain = regionChain(knowledge, region).map((code) => `${regionName(knowledge, code)}（${code}）`);
  io.print(`${regionName(knowledge, region)}，${asOf} 有效的规则。逐级查：${chain.join(' → ')}`);
  const known = rules.filter(({ status }) => status !== 'unknown');
  for (const found of known) for (const line of ruleLines(knowledge, region, found)) io.print(line);
  for (const way of ways) for (const line of wayLines(knowledge, way)) io.print(line);
  const unknown = rules.filter(({ status }) => status === 'unknown');
  if (unknown.length > 0)
    io.print(`\n未找到公开依据（不能当作允许）：${unknown.map((found) => found.rule).join('、')}`);
}

const STATUS = {
  current: '可以告诉市民',
  superseded: '已被替代',
  unverified: '未核实，不说',
  disputed: '有冲突，不说',
  unknown: '未知',
} as const;

function ruleLines(knowledge: Knowledge, region: string, found: EffectiveRule): readonly string[] {
  const steps = timeline(knowledge, region, found.rule).map(
    ({ region: code, from, until, value, status }) =>
      `    ${from} 起${until === undefined ? '' : `，到 ${until} 为止（不含）`}　${shown(value)}　${regionName(knowledge, code)}　${STATUS[status]}`,
  );
  return [
    `\n${found.rule}：${shown(found.value)}　${STATUS[found.status]}`,
    ...provenance(knowledge, found),
    ...(steps.length > 1 ? ['  沿革：', ...steps] : []),
  ];
}

function wayLines(knowledge: Knowledge, way: EffectiveEntry): readonly string[] {
  const platform = knowledge.lexicon.platforms[way.platform]?.label ?? way.platform;
  return [
    `\nentry.${way.operation}：${platform}（${way.client}，${way.scope}）　${STATUS[way.status]}`,
    `  步骤：${way.path.join(' → ')}`,
    ...provenance(knowledge, way),
  ];
}

type Provenance = Pick<EffectiveRule, 'region' | 'from' | 'until' | 'source' | 'grade' | 'checked' | 'note'>;

function provenance(knowledge: Knowledge, found: Provenance): readonly string[] {
  const source = found.source === undefined ? undefined : knowledge.sources.get(found.source);
  return [
    `  定于：${regionName(knowledge, found.region)}，${found.from ?? '?'} 起${found.until === undefined ? '' : `，到 ${found.until} 为止（不含）`}`,
    ...(source === undefined
      ? []
      : [
          `  依据：${found.source}　${source.publisher}《${source.title}》　等级 ${source.grade}　核对于 ${found.checked}`,
        ]),
    ...(found.note === undefined ? [] : [`  备注：${found.note}`]),
  ];
}

interface Step extends DatedRule {
  readonly region: string;
}

/** Every value of the rule that a level of the chain ever had, oldest first, nearest level first on one day. */
function timeline(knowledge: Knowledge, region: string, rule: RuleId): readonly Step[] {
  return regionChain(knowledge, region)
    .flatMap((code) => {
      const values = (knowledge.regions.get(code)?.rules[rule] ?? []) as readonly DatedRule[];
      return values.map((value) => ({ region: code, ...value }));
    })
    .toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)));
}

function shown(value: unknown): string {
  if (value === null) return '（已知与上级不同，但没有依据）';
  if (Array.isArray(value)) return value.map(shown).join('、');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function showEntry(io: Io, knowledge: Knowledge, id: string, asOf: string, json: boolean): number {
  const entry = knowledge.faq.get(id);
  if (entry === undefined)
    throw new AppError('bad_input', `there is no answer '${id}'; find it with: grep -rl WORDS knowledge/faq`);
  if (json) {
    io.print(
      JSON.stringify({
        ...entry,
        sayable: mayBeSaid(knowledge, entry, asOf),
        overdue: entry.review_due < asOf,
      }),
    );
    return 0;
  }
  const until = entry.valid_until === undefined ? '' : `，到 ${entry.valid_until} 为止（不含）`;
  const when = Object.entries(entry.when).map(
    ([type, values]) => `${type} 是 ${(values ?? []).join(' 或 ')}`,
  );
  io.print(`${entry.title}（${entry.id}，${entry.intent}）`);
  io.print(
    `  ${asOf} ${mayBeSaid(knowledge, entry, asOf) ? '会说' : '不会说'}；${entry.valid_from} 起${until}；状态 ${entry.status}`,
  );
  io.print(
    `  地区：${entry.regions.map((code) => regionName(knowledge, code)).join('、')}${when.length === 0 ? '' : `；只在提到 ${when.join('，且 ')} 时`}`,
  );
  io.print(
    `  复核：${entry.reviewed_on} 做过，${entry.review_due} 到期${entry.review_due < asOf ? '，已经过期' : ''}`,
  );
  for (const source of entry.sources) {
    const found = knowledge.sources.get(source);
    io.print(`  依据：${source}　${found?.publisher}《${found?.title}》　等级 ${found?.grade}`);
  }
  io.print(`\n${entry.body}`);
  return 0;
}
