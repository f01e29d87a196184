/** Every system x operation that is offered is reached by asking for it, and told with steps or with an honest word. */
import { describe, expect, test } from 'vitest';
import { render } from '../../src/dialog/render.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Intent } from '../../src/domain/taxonomy.ts';
import type { Entity, EntityType } from '../../src/domain/understanding.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { PUBLISHABLE } from '../../src/knowledge/schema/dated.ts';
import type { Operation } from '../../src/knowledge/schema/region.ts';
import { type Chosen, chooseAnswer, waysOn } from '../../src/knowledge/systems.ts';
import { REAL } from './folder.ts';

const knowledge = loadKnowledge(REAL);
const TODAY = '2026-11-22';

const mention = (type: EntityType, value: string): Entity => ({ type, value, text: value, start: 0, end: 0 });

/** How an operation is asked for: the intent, and what else is mentioned. */
const ASKED: Readonly<Record<Operation, readonly [Intent, readonly Entity[]]>> = {
  bind: ['ask.how_bind', [mention('concept', 'bind')]],
  confirm: ['ask.how_bind', [mention('concept', 'invite')]],
  unbind: ['ask.how_unbind', [mention('concept', 'unbind')]],
  order: ['ask.order', [mention('concept', 'order')]],
  members: ['ask.how_query', [mention('object', 'members')]],
  spending: ['ask.how_query', [mention('object', 'spending')]],
  refund: ['ask.how_query', [mention('object', 'refund')]],
  balance: ['ask.how_query', [mention('object', 'balance')]],
  premium: ['ask.how_pay', [mention('concept', 'premium')]],
  allocate: ['ask.how_use', [mention('concept', 'allocate')]],
  wallet: ['ask.cross_region', [mention('concept', 'wallet_open')]],
};

function ask(platform: string, operation: Operation, region?: string): Chosen | undefined {
  const [intent, entities] = ASKED[operation];
  return chooseAnswer(knowledge, {
    intent,
    asOf: TODAY,
    entities: [mention('platform', platform), ...entities],
    ...(region === undefined ? {} : { region }),
  });
}

function textOf(chosen: Chosen | undefined): string {
  if (chosen === undefined) return '';
  if (chosen.kind === 'entry') return chosen.answer.entry.body;
  const { system, operation, region, general } = chosen.card;
  const params: JsonObject = {
    system: system.id,
    operation,
    region,
    asOf: TODAY,
    ...(general === undefined ? {} : { faq: general.entry.id }),
  };
  return render({ id: 'answer.system', params }, knowledge).text;
}

const offers = [...knowledge.systems.values()].flatMap((system) =>
  (Object.keys(system.operations) as Operation[]).map((operation) => [system.id, operation] as const),
);

describe('asked for by name', () => {
  test.each(offers)('%s %s is answered about that very system', (platform, operation) => {
    const chosen = ask(platform, operation);
    const system = knowledge.systems.get(platform);
    const names = [system?.label ?? '', ...(knowledge.lexicon.platforms[platform]?.words ?? [])];
    const text = textOf(chosen);
    const isOfIt =
      operation === 'wallet' ||
      (chosen?.kind === 'entry' && chosen.answer.entry.when.platform?.includes(platform)) ||
      names.some((name) => text.includes(name));
    expect(isOfIt, text).toBe(true);
    expect(text).toContain('不行怎么办');
  });

  test.each(offers)('%s %s shows a way only when it may be told', (platform, operation) => {
    const chosen = ask(platform, operation);
    if (chosen?.kind !== 'system') return;
    const { card } = chosen;
    for (const { status, source } of card.ways) {
      expect(status).toBe('current');
      expect(PUBLISHABLE.has(knowledge.sources.get(source ?? '')?.grade ?? 'D')).toBe(true);
    }
    const head = textOf(chosen).split('\n')[0] ?? '';
    expect(head.length).toBeLessThanOrEqual(120);
    if (card.ways.length === 0) expect(head).not.toContain('步骤');
  });
});

describe('what people ask most', () => {
  const idOf = (chosen: Chosen | undefined) =>
    chosen?.kind === 'entry' ? chosen.answer.entry.id : `${chosen?.card.system.id}.${chosen?.card.operation}`;

  test('怎么在江苏医保云上绑定 is the Jiangsu answer, also for whoever lives nowhere yet', () => {
    expect(idOf(ask('jiangsu_yibaoyun', 'bind'))).toBe('bind-jiangsu');
    expect(idOf(ask('jiangsu_yibaoyun', 'bind', '330000'))).toBe('bind-jiangsu');
  });
  test('支付宝能绑吗 is a question about where, not about who', () => {
    const entities = [mention('platform', 'alipay'), mention('concept', 'bind')];
    expect(idOf(chooseAnswer(knowledge, { intent: 'ask.eligibility', asOf: TODAY, entities }))).toBe(
      'bind-alipay',
    );
  });
  test('six relatives of 支付宝 stay a question of how many', () => {
    const entities = [
      mention('platform', 'alipay'),
      mention('concept', 'bind'),
      mention('concept', 'member_limit'),
    ];
    expect(idOf(chooseAnswer(knowledge, { intent: 'ask.eligibility', asOf: TODAY, entities }))).toBe(
      'limit-alipay',
    );
  });
  test('深圳怎么给孩子交 names the place and gets its answer', () => {
    const entities = [mention('region', '440300'), mention('relation', 'child'), mention('concept', 'minor')];
    const chosen = chooseAnswer(knowledge, {
      intent: 'ask.how_pay',
      region: '440300',
      asOf: TODAY,
      entities,
    });
    expect(idOf(chosen)).toBe('pay-shenzhen');
  });
  test('the tool of 浙江 asked about for 深圳 is answered for 深圳', () => {
    const entities = [mention('region', '440300'), mention('platform', 'zhejiang_tax')];
    const chosen = chooseAnswer(knowledge, {
      intent: 'ask.how_pay',
      region: '440300',
      asOf: TODAY,
      entities,
    });
    expect(idOf(chosen)).toBe('pay-shenzhen');
  });
  test('陕西医保 tells where to see the spending, with the day it was seen', () => {
    const text = textOf(ask('shaanxi_yibao', 'spending'));
    expect(text).toContain('家庭共济查询');
  });
  test('厦门 has its own steps to allocate', () => {
    const chosen = ask('xiamen_yibao', 'allocate', '350200');
    expect(textOf(chosen)).toContain('划');
  });
  test('a menu of content farms alone is not told', () => {
    expect(textOf(ask('minzhengtong', 'bind'))).not.toContain('创建家庭共济账户');
    expect(textOf(ask('minzhengtong', 'bind'))).toContain('未');
  });
});

describe('what is contradicted', () => {
  const claims = [...knowledge.systems.values()].flatMap(({ id, claims: list }) =>
    list.map((claim) => [id, claim.clash, claim] as const),
  );
  test('is answered by the truth, and the claim itself is never said', () => {
    for (const [platform, , { claim, truth, about }] of claims) {
      const [operation] = about;
      const chosen = ask(platform, operation as Operation);
      const text = textOf(chosen);
      expect(text, platform).not.toContain(claim);
      if (chosen?.kind === 'system') expect(text, platform).toContain(truth);
    }
  });
  test('covers the clashes that are about a system', () => {
    const found = new Set(claims.map(([, clash]) => clash));
    for (const clash of [
      'C01',
      'C02',
      'C03',
      'C04',
      'C06',
      'C08',
      'C09',
      'C10',
      'C11',
      'C13',
      'C15',
      'C16',
      'C18',
      'C20',
      'C21',
      'C22',
    ])
      expect(found.has(clash), clash).toBe(true);
  });
});

test('ways on a day before they were seen are none', () => {
  const system = knowledge.systems.get('hebei_zhihui');
  if (system === undefined) throw new Error('hebei_zhihui is gone');
  expect(waysOn(knowledge, system, 'bind', '130000', '2024-08-01')).toEqual([]);
  expect(waysOn(knowledge, system, 'bind', '130100', '2024-08-02')).toHaveLength(1);
});
