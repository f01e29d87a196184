import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { household, openOffice } from './world.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'office-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the file of the office', () => {
  it('keeps acts, answers, changes and faults over a restart, and is seeded once', async () => {
    const file = join(directory, 'office.sqlite');
    const fixture = household('320000');
    const first = openOffice(fixture, { file });
    const act = { kind: 'bind', request: first.request('spouse', 'spouse') } as const;
    const answer = await first.office.act(act, 'k');
    first.office.setFault({ how: 'timeout_before', on: 'bindings' });
    const changes = await first.office.changes(0, 10);
    await first.office.stop();

    const second = openOffice(fixture, { file });
    expect(await second.office.outcomeOf('k')).toEqual(answer);
    expect(await second.office.act(act, 'k')).toEqual(answer);
    expect(second.office.actCount('k')).toBe(1);
    expect(await second.office.changes(0, 10)).toEqual(changes);
    await expect(second.office.bindings(second.key('payer'))).rejects.toMatchObject({
      code: 'portal_timeout',
    });
    expect(await second.office.bindings(second.key('payer'))).toHaveLength(1);
    await second.office.stop();
  });

  it('does what became due while it was closed', async () => {
    const file = join(directory, 'office.sqlite');
    const first = openOffice(household('320000'), { file });
    await first.office.act({ kind: 'bind', request: first.request('spouse', 'spouse') }, 'k');
    await first.office.stop();
    const second = openOffice(household('320000'), {
      file,
      clock: { now: () => first.clock.now() + 9 * 86_400_000 },
    });
    expect(await second.office.applications(second.key('payer'))).toMatchObject([{ state: 'EXPIRED' }]);
    await second.office.stop();
  });

  it('is not left half seeded by a fixture that cannot be', async () => {
    const file = join(directory, 'office.sqlite');
    const twice = { kinships: [1, 2].map(() => ({ owner: 'payer', member: 'child', since: 'today' })) };
    expect(() => openOffice(household('130000', twice), { file })).toThrow();
    const { office } = openOffice(household('130000'), { file });
    expect(office.personById('payer')?.name).toBe('甲一');
    await office.stop();
  });
});
