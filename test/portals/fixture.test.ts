import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseFixture, readFixture } from '../../src/portals/simulated/fixture.ts';
import { eventSchema, parseEvent } from '../../src/portals/simulated/happen.ts';
import { idNumber, openOffice } from './world.ts';

const problemsOf = (value: unknown): string => {
  try {
    parseFixture(value);
    return '';
  } catch (error) {
    return String(error);
  }
};

const someone = (more = {}) => ({
  name: '甲一',
  document: { type: 'resident_id', number: idNumber('1985-05-05', 101) },
  ...more,
});

describe('a fixture', () => {
  it('reports every problem at once, each with its path', () => {
    const problems = problemsOf({
      people: {
        a: someone({ account: { balanceFen: -1 } }),
        b: someone({ document: { type: 'resident_id', number: '990101198505051010' } }),
        c: someone({ enrolments: [{ scheme: 'pension', region: '13' }] }),
      },
      families: [{ person: 'a', relative: 'b', relation: 'uncle' }],
      nonsense: true,
    });
    expect(problems).toContain('people.a.account.balanceFen');
    expect(problems).toContain('people.b.document');
    expect(problems).toContain('people.c.enrolments.0.scheme');
    expect(problems).toContain('people.c.enrolments.0.region');
    expect(problems).toContain('families.0.relation');
    expect(problems).toContain('nonsense');
  });

  it('that is no YAML is reported with its file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fixture-')), 'broken.yaml');
    writeFileSync(file, 'people: {');
    expect(() => readFixture(file)).toThrow(/broken\.yaml/);
    rmSync(dirname(file), { recursive: true });
  });

  it('reports persons that are nowhere', () => {
    const problems = problemsOf({
      people: { a: someone() },
      kinships: [{ owner: 'a', member: 'ghost' }],
      settlements: [{ patient: 'phantom', on: 'today', place: 'x', totalFen: 1, fundFen: 0 }],
    });
    expect(problems).toContain('kinships.0.member: nobody under people has the id "ghost"');
    expect(problems).toContain('settlements.0.patient: nobody under people has the id "phantom"');
  });

  it('checks practice like the rules it stands in for', () => {
    const problems = problemsOf({ people: {}, practice: { '130000': { review: 'sometimes', speed: 3 } } });
    expect(problems).toContain('practice.130000.review');
    expect(problems).toContain('speed');
  });

  it('wants a birthday where the document holds none', () => {
    const document = { type: 'passport', number: 'X1234567' };
    expect(problemsOf({ people: { a: someone({ document }) } })).toContain('people.a.birthday');
    expect(problemsOf({ people: { a: someone({ document, birthday: '1985-05-05' }) } })).toBe('');
  });

  it('keeps its days relative to the day of seeding', async () => {
    const { office, key } = openOffice({
      people: { payer: someone() },
      refunds: [{ person: 'payer', on: 'today-3', amountFen: 5 }],
    });
    expect(await office.refunds(key('payer'))).toMatchObject([{ on: '2026-11-21' }]);
  });

  it('sets what this office does beyond the known rules', async () => {
    const enrolments = [{ scheme: 'employee', region: '130100' }];
    const { office, request } = openOffice({
      practice: { '130000': { review: 'agency' } },
      people: {
        payer: someone({ enrolments, account: { balanceFen: 1 } }),
        child: someone({
          document: { type: 'resident_id', number: idNumber('2016-05-05', 102) },
          enrolments,
        }),
      },
    });
    expect(await office.act({ kind: 'bind', request: request('child', 'child') }, 'k')).toMatchObject({
      application: { state: 'PENDING_REVIEW' },
    });
  });
});

describe('an event', () => {
  it('reports what is wrong with it', () => {
    expect(() => parseEvent({ event: 'explode' })).toThrow(/event/);
    expect(() => parseEvent({ event: 'credit', person: 'a', amountFen: -1 })).toThrow(/amountFen/);
  });

  it('needs people the office knows', async () => {
    const { office } = openOffice({ people: { payer: someone() } });
    await expect(office.happen({ event: 'credit', person: 'ghost', amountFen: 1 })).rejects.toThrow(/ghost/);
  });
});

describe('docs/fixtures.md', () => {
  const text = readFileSync(new URL('../../docs/fixtures.md', import.meta.url), 'utf8');
  const blocks = (language: string): string[] =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] ?? '');

  it('shows fixtures that can be read', () => {
    expect(blocks('yaml').length).toBeGreaterThan(0);
    for (const block of blocks('yaml')) expect(problemsOf(load(block))).toBe('');
  });

  it('shows fixtures an office can be opened with', async () => {
    for (const block of blocks('yaml')) {
      const { office } = openOffice(load(block));
      expect(office.personById('gu-an')?.name).toBe('顾安');
      await office.stop();
    }
  });

  it('shows an example of every part of a fixture', () => {
    const shown = new Set(blocks('yaml').flatMap((block) => Object.keys(load(block) as object)));
    expect([...shown].toSorted()).toEqual(Object.keys(parseFixture({ people: {} })).toSorted());
  });

  it('shows an example of every event', () => {
    const lines = blocks('json').join('').split('\n').filter(Boolean);
    const events = lines
      .map((line) => JSON.parse(line) as { portal?: unknown })
      .filter(({ portal }) => portal !== undefined)
      .map(({ portal }) => parseEvent(portal).event);
    const known = eventSchema.options.map((option) => option.shape.event.value);
    expect([...new Set(events)].toSorted()).toEqual([...known].toSorted());
  });
});
