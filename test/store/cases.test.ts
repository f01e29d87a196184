import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Case } from '../../src/domain/case.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, openWorld, type World } from './world.ts';

const ID = 'k_1' as CaseId;

describe.each(BACKENDS)('closing a case on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  async function open(change: Partial<Case> = {}): Promise<Case> {
    const conversation = await begun(world);
    const opened: Case = {
      id: ID,
      number: '261124-0001',
      conversation: conversation.id,
      status: 'open',
      reason: 'not_found_out',
      findings: [],
      transcript: [],
      openedAt: '2026-11-24T08:00:00.000Z',
      symptom: 'not_shown',
      ...change,
    };
    await world.store.commitTurn(commitOf(conversation, [], { cases: [opened] }));
    return opened;
  }

  test('keeps who closed it, when, and what it truly was', async () => {
    const opened = await open();
    expect(await world.store.closeCase(ID, { by: 'clerk-7', trueCause: 'wrong_portal' })).toBe('closed');
    const closed = {
      ...opened,
      status: 'closed',
      closed: {
        at: new Date(world.clock.now()).toISOString(),
        by: 'clerk-7',
        trueCause: 'wrong_portal',
      },
    };
    expect(await world.store.caseById(ID)).toEqual(closed);
    expect(await world.store.solvedCases()).toEqual([closed]);
  });

  test('the first closing stays, also when two close at once', async () => {
    await open();
    const both = await Promise.all(
      ['clerk-1', 'clerk-2'].map((by) => world.store.closeCase(ID, { by, trueCause: 'not_bound' })),
    );
    expect(both.toSorted()).toEqual(['already', 'closed']);
    expect(await world.store.closeCase(ID, { by: 'clerk-3' })).toBe('already');
    expect(await world.store.closeCase('k_none' as CaseId, { by: 'clerk-3' })).toBe('unknown');
  });

  test('is a link of the audit chain of its conversation', async () => {
    await open();
    await world.store.closeCase(ID, { by: 'clerk-7', trueCause: 'wrong_portal' });
    await world.store.closeCase(ID, { by: 'clerk-8' });
    const links = await world.opened.db.selectFrom('audit').selectAll().orderBy('n').execute();
    expect(links.map(({ action }) => action)).toEqual(['turn.committed', 'case.closed']);
    expect(JSON.parse(links[1]?.data ?? '{}')).toEqual({
      case: ID,
      by: 'clerk-7',
      trueCause: 'wrong_portal',
    });
    expect(await world.opened.verifyAudit()).toMatchObject({ broken: [] });
  });

  test('hides numbers in the note, and a case without a known cause teaches nothing', async () => {
    await open();
    await world.store.closeCase(ID, { by: 'clerk-7', note: '本人电话 13800138000 已回访' });
    const found = await world.store.caseById(ID);
    expect(found?.closed?.note).not.toContain('13800138000');
    expect(await world.store.solvedCases()).toEqual([]);
  });
});
