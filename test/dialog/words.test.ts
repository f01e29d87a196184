/** Every reply the dialogue can come to say has words, for every state, refusal and reason there is. */
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../flows/index.ts';
import type { DataCounts } from '../../src/contracts/personal-data.ts';
import { REFUSAL_CODES } from '../../src/contracts/portal.ts';
import { runCheck } from '../../src/dialog/checks.ts';
import { READINGS } from '../../src/dialog/news.ts';
import { templateProblems } from '../../src/dialog/template.ts';
import {
  APPLICATION_KINDS,
  APPLICATION_STATES,
  PREMIUM_STATES,
  RELATIONS,
} from '../../src/domain/insurance.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';
import { TASKS } from '../../src/tasks/registry.ts';

const knowledge = loadKnowledge(KNOWLEDGE_DIR);
const wordless = (ids: readonly string[]): readonly string[] =>
  ids.filter((id) => !knowledge.replies.has(id));

describe('words', () => {
  it.each([
    ['refusals', REFUSAL_CODES.map((code) => `bind.refused.${code}`)],
    ['refusals in one phrase', REFUSAL_CODES.map((code) => `label.refusal.${code}`)],
    ['states in one phrase', APPLICATION_STATES.map((state) => `label.state.${state}`)],
    ['changes at the office', APPLICATION_STATES.map((state) => `office.application.changed.${state}`)],
    [
      'results of a binding',
      ['ACTIVE', 'PENDING_CONFIRM', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE'].map(
        (state) => `bind.result.${state}`,
      ),
    ],
    [
      'results of an acceptance',
      ['ACTIVE', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE'].map((state) => `invite.accepted.${state}`),
    ],
    [
      'kinds of unbinding',
      ['exit', 'remove', 'close'].flatMap((how) => [
        `unbind.none.${how}`,
        `unbind.done.${how}`,
        `unbind.confirm.${how}`,
      ]),
    ],
    [
      'queries',
      ['members', 'balance', 'spending', 'refund'].flatMap((object) => [
        `query.${object}.list`,
        `query.${object}.none`,
      ]),
    ],
    ['names of flows', Object.keys(FLOWS).map((flow) => `label.flow.${flow}`)],
  ])('%s', (_, ids) => {
    expect(wordless(ids)).toEqual([]);
  });

  it('offers of every act that mends a cause', () => {
    const flows = [...knowledge.causes.values()].flatMap(({ remedy, variants }) =>
      [remedy, ...variants.map((variant) => variant.remedy)].flatMap((one) =>
        one?.kind === 'act' ? [one.flow] : [],
      ),
    );
    expect(wordless(flows.map((flow) => `diagnose.offer.${flow}`))).toEqual([]);
  });

  it('acts offered after an answer', () => {
    const flows = [...knowledge.faq.values()].flatMap(({ follow_up }) => follow_up ?? []);
    expect(wordless(flows.map((flow) => `label.follow_up.${flow}`))).toEqual([]);
  });

  it('reasons why a binding is excluded, for every relation, place and neighbourhood', () => {
    const reasons = RELATIONS.flatMap((relation) =>
      ['yes', 'no', 'unknown'].flatMap((sameProvince) =>
        ['2024-06-01', '2025-01-01', '2026-11-22'].flatMap((asOf) =>
          ['320000', '460000', '999999'].flatMap((region) => {
            const { ok, params } = runCheck('bind', knowledge, { relation, region, sameProvince }, asOf);
            return ok ? [] : [`bind.excluded.${String(params.reason)}`];
          }),
        ),
      ),
    );
    expect(wordless([...new Set(reasons)])).toEqual([]);
  });

  it('reasons why another act is excluded, for every region and day', () => {
    const regions = [...knowledge.regions.keys(), '999999'];
    const days = ['2021-06-01', '2024-06-01', '2025-01-01', '2026-11-22'];
    const excluded = { order: 'order', premium: 'premium', allocate: 'allocate', quota: 'quota' };
    const reasons = Object.entries(excluded).flatMap(([check, prefix]) =>
      regions.flatMap((region) =>
        days.flatMap((asOf) =>
          ['parent', 'cousin'].flatMap((relation) =>
            ['yes', 'no'].flatMap((sameProvince) => {
              const { ok, params } = runCheck(check, knowledge, { relation, region, sameProvince }, asOf);
              return ok ? [] : [`${prefix}.excluded.${String(params.reason)}`];
            }),
          ),
        ),
      ),
    );
    expect(new Set(reasons).size).toBeGreaterThan(6);
    expect(wordless([...new Set(reasons), 'order.excluded.fixed', 'order.excluded.by_payer'])).toEqual([]);
  });

  it('every state of a bill, every class of data and every reminder', () => {
    const counts: Record<keyof DataCounts, true> = {
      identity: true,
      pledges: true,
      conversations: true,
      messages: true,
      applications: true,
      cases: true,
    };
    const ids = [
      ...PREMIUM_STATES.filter((state) => state !== 'due').map((state) => `premium.not_due.${state}`),
      ...Object.keys(counts).flatMap((kind) => [`label.data.${kind}`, `label.retention.${kind}`]),
      ...APPLICATION_KINDS.map((kind) => `label.application.${kind}`),
      ...['payer', 'dependent'].map((role) => `invite.reminder.${role}`),
      ...Object.keys(TASKS).flatMap((task) => (READINGS.has(task) ? [] : [`label.task.${task}`])),
    ];
    expect(wordless(ids)).toEqual([]);
  });

  it('placeholders that name formats and replies there are', () => {
    const problems = [...knowledge.replies].flatMap(([id, { text, again }]) =>
      [text, ...again].flatMap((words) =>
        templateProblems(words, knowledge).map((problem) => `${id}: ${problem}`),
      ),
    );
    expect(problems).toEqual([]);
  });
});

describe('rules before a binding', () => {
  const check = (relation: string, asOf: string, sameProvince = 'yes') =>
    runCheck('bind', knowledge, { relation, region: '320500', sameProvince }, asOf);

  it('let siblings in once the whole country had them, and not before', () => {
    expect(check('sibling', '2022-06-01').ok).toBe(false);
    expect(check('sibling', '2026-11-22').ok).toBe(true);
  });

  it('never let in-laws in by the national list', () => {
    expect(check('parent_in_law', '2026-11-22')).toMatchObject({
      ok: false,
      params: { reason: 'relation.in_law' },
    });
  });

  it('say before the yes that a spouse must confirm, where that is the rule', () => {
    expect(check('spouse', '2026-11-22').params.consent).toBe('relative');
    expect(check('child', '2026-11-22').params.consent).not.toBe('relative');
  });

  it('name the source they rest on', () => {
    expect(check('child', '2026-11-22').params.ruleSources).toEqual([expect.any(String)]);
  });

  it('send other provinces to the wallet only since it is a quota for the whole country', () => {
    expect(check('child', '2026-11-22', 'no').params.reason).toBe('cross_province');
    expect(check('child', '2025-01-15', 'no').params.reason).toBe('cross_province_unknown');
  });
});
