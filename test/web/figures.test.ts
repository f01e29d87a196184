/** The desk's figures: counted from talks as the house really has them, shown to leads, given as files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StaffRole } from '../../src/contracts/desk.ts';
import { createStatistics } from '../../src/statistics/count.ts';
import { fromCsv } from '../../src/statistics/csv.ts';
import type { FiguresReport } from '../../src/statistics/report.ts';
import { CHARTS } from '../../src/statistics/tables.ts';
import { type DeskHouse, openDeskHouse, type Visitor } from './desk-house.ts';

interface Answer {
  readonly report: FiguresReport;
  readonly names: Record<string, string>;
  readonly flows: readonly string[];
  readonly countedAt: number;
  readonly isExample: boolean;
}

const PATH = '/desk/api/figures';
let house: DeskHouse;
let lead: Visitor;
const count = () =>
  createStatistics({
    store: house.world.app.store,
    clock: { now: () => house.world.now() },
    keptDays: () => undefined,
  }).refresh();
const figures = (query = '') => lead.read<Answer>(`${PATH}${query}`);

beforeAll(async () => {
  house = await openDeskHouse();
  lead = await house.login(['lead'], '赵组长');
});
afterAll(() => house.end());

describe('the figures', () => {
  it('say so when nothing was counted', async () => {
    const { report, countedAt, isExample } = await figures();
    expect(report.days).toEqual([]);
    expect(countedAt).toBe(0);
    expect(isExample).toBe(false);
  });

  it('are counted from real talks: what was told, where the flow rests, who was handed over', async () => {
    const { world } = house;
    await world.says('lin', '家庭共济是什么');
    await world.says('wu', '绑了家庭共济怎么没显示');
    await world.says('he', '转人工');
    await count();
    const { report, names } = await figures();
    expect(report.days).toHaveLength(1);
    expect(report.days[0]).toMatchObject({ talks: 3, handed_over: 1, open: 2, turns: 3, said: 3 });
    expect(report.channels).toMatchObject([{ channel: 'converse', talks: 3 }]);
    expect(report.answerAge?.n).toBeGreaterThan(0);
    const rested = report.states.filter((line) => line.flow === 'diagnose' && line.rested > 0);
    expect(rested).toHaveLength(1);
    expect(report.flows.find(({ flow }) => flow === 'diagnose')?.begin).toBe(1);
    expect(report.cases.opened).toBe(1);
    expect(names['']).toBeUndefined();
  });

  it('narrow to days and channels, and refuse what is no day and what is too long', async () => {
    expect((await figures('?channel=web')).report.days).toEqual([]);
    expect((await figures('?from=2026-11-25&to=2026-11-25')).report.days).toHaveLength(1);
    expect((await figures('?from=2026-11-26&to=2026-11-27')).report.days).toEqual([]);
    for (const bad of [
      '?from=yesterday',
      '?from=2026-12-01&to=2026-11-01',
      '?from=2000-01-01',
      '?region=12',
    ]) {
      expect((await lead.get(`${PATH}${bad}`)).status, bad).toBe(422);
    }
  });

  it('come as a file for every chart, with the numbers of the chart', async () => {
    for (const chart of CHARTS) {
      const answer = await lead.get(`${PATH}/csv/${chart}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(answer.headers.get('content-disposition')).toContain('attachment');
    }
    const { report } = await figures();
    const rows = fromCsv(await (await lead.get(`${PATH}/csv/days`)).text());
    expect(rows.map(([day, talks]) => [day, Number(talks)])).toEqual(
      report.days.map(({ day, talks }) => [day, talks]),
    );
    expect((await lead.get(`${PATH}/csv/nothing`)).status).toBe(404);
  });

  it('are drawn on every flow there is, with its real states', async () => {
    const { flows, report } = await figures();
    expect(flows).toContain('diagnose');
    for (const flow of flows) {
      const drawn = await lead.read<{ readonly states: readonly { readonly id: string }[] }>(
        `${PATH}/flows/${flow}`,
      );
      const states = drawn.states.map(({ id }) => id);
      const counted = report.states.filter((line) => line.flow === flow).map(({ state }) => state);
      expect(states).toEqual(expect.arrayContaining(counted));
    }
    expect((await lead.get(`${PATH}/flows/nothing`)).status).toBe(404);
  });

  it('give open data as files to be saved, and never with a k that protects nobody', async () => {
    const { files } = await lead.read<{ readonly files: readonly string[] }>(`${PATH}/open`);
    expect(files).toContain('README.md');
    for (const file of files) {
      const answer = await lead.get(`${PATH}/open/${file}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`);
      expect(answer.headers.get('content-type')).not.toContain('html');
    }
    expect((await lead.get(`${PATH}/open?k=1`)).status).toBe(422);
    expect((await lead.get(`${PATH}/open/constructor`)).status).toBe(404);
  });

  it('are for leads; without a login nothing is told', async () => {
    for (const role of ['clerk', 'curator', 'auditor'] satisfies StaffRole[]) {
      const other = await house.login([role]);
      for (const path of ['', '/csv/days', '/open/README.md', '/flows/bind']) {
        expect((await other.get(`${PATH}${path}`)).status, `${role} ${path}`).toBe(403);
      }
    }
    expect((await house.request(PATH)).status).toBe(401);
  });

  it('hold no word of a citizen', async () => {
    await house.world.says('lin', '我叫张示例，电话13800138000，绑不上');
    await count();
    const all = JSON.stringify([await figures(), await (await lead.get(`${PATH}/csv/wrong`)).text()]);
    for (const planted of ['张示例', '13800138000', 'lin']) expect(all).not.toContain(planted);
  });
});
