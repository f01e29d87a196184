/** What the adviser keeps: drafts counted once, a triage that opens one case, a second pair of eyes that is another's. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Case } from '../../src/domain/case.ts';
import type { CaseId, ConversationId, TaskId } from '../../src/domain/ids.ts';
import { BACKENDS } from './backends.ts';
import { begun, commitOf, openWorld, type World } from './world.ts';

const LI = { id: 'slack:U1', displayName: '李职员' };
const WANG = { id: 'slack:U2', displayName: '王职员' };
const HOUR = 3_600_000;
const CASE = 'k_1' as CaseId;
const DRAFT = { case: CASE, id: 'd1', entry: 'faq:bind', text: '先绑定', checked: '2026-11-22' };

describe.each(BACKENDS)('advice on $name', (backend) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(backend);
  });
  afterEach(() => world.end());

  const opening = (triage: string, n = 1) => ({
    triage,
    by: LI,
    conversation: `c_t${n}` as ConversationId,
    record: {
      id: `k_t${n}` as CaseId,
      number: `261124-000${n}`,
      reason: 'told_by_phone',
      region: '320500',
      symptom: 'not_shown' as const,
      findings: [],
    },
  });
  const held = (id: string) =>
    world.store.keepTriage({ id, by: LI.id, text: '绑了不显示', record: { findings: [], region: '320500' } });

  test('a draft is offered once and counted by what became of it; what was sent stays sent', async () => {
    await world.store.keepDrafts([DRAFT, { ...DRAFT, id: 'd2' }, { ...DRAFT, id: 'd3', entry: 'canned:a' }]);
    await world.store.keepDrafts([{ ...DRAFT, text: '别的话' }]);
    expect((await world.store.draftsOf(CASE)).map(({ text }) => text)).toEqual([
      '先绑定',
      '先绑定',
      '先绑定',
    ]);
    const settle = (id: string, outcome: 'sent' | 'edited' | 'ignored', distance = 0) =>
      world.store.settleDraft({ case: CASE, id, outcome, by: LI, distance });
    await settle('d1', 'ignored');
    await settle('d1', 'edited', 7);
    await settle('d1', 'ignored');
    await settle('d2', 'sent');
    await settle('d3', 'ignored');
    const now = world.clock.now();
    expect(await world.store.draftCounts(now, now + 1)).toEqual([
      { entry: 'faq:bind', offered: 2, sent: 1, edited: 1, ignored: 0, distance: 7 },
      { entry: 'canned:a', offered: 1, sent: 0, edited: 0, ignored: 1, distance: 0 },
    ]);
    expect(await world.store.draftCounts(now + 1, now + 2)).toEqual([]);
  });

  test('of many who open one triage at once all get the same case, and there is one', async () => {
    await held('tr_1');
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.store.openTriaged(opening('tr_1', n + 1))),
    );
    expect(new Set(all).size).toBe(1);
    const [id] = all as [CaseId];
    const { rows, total } = await world.store.caseRows({ limit: 50, offset: 0 });
    expect(total).toBe(1);
    expect(rows[0]).toMatchObject({ channel: 'slack', floor: 'waiting', subject: '绑了不显示' });
    expect(rows[0]?.record).toMatchObject({ id, region: '320500', symptom: 'not_shown', status: 'open' });
    expect(await world.store.caseEvents(id, 0)).toMatchObject([{ kind: 'opened', by: LI }]);
    const conversation = rows[0]?.record.conversation as ConversationId;
    const lines = await world.store.history(conversation, 0, 10);
    expect(lines.map(({ who, part }) => [who, part.text])).toEqual([['citizen', '绑了不显示']]);
    // Nothing in it for the bot, now or after a restart.
    expect(await world.store.due(conversation)).toBeUndefined();
    expect(await world.opened.verifyAudit()).toMatchObject({ broken: [] });
  });

  test('a triage is held for a day, and then forgotten', async () => {
    await held('tr_1');
    world.clock.advance(24 * HOUR);
    expect(await world.store.triageById('tr_1')).toMatchObject({ text: '绑了不显示', by: LI.id });
    world.clock.advance(1);
    expect(await world.store.triageById('tr_1')).toBeUndefined();
    expect(await world.store.openTriaged(opening('tr_1'))).toBeUndefined();
    await held('tr_2');
    const left = await world.opened.db.selectFrom('triages').select('id').execute();
    expect(left).toEqual([{ id: 'tr_2' }]);
  });

  test('what staff do with such a case is told to nobody, and moves the floor all the same', async () => {
    await held('tr_1');
    const id = (await world.store.openTriaged(opening('tr_1'))) as CaseId;
    const changed = await world.store.changeCase({
      id,
      by: LI,
      key: 'press-1',
      when: { isClosed: false, owner: 'nobody' },
      set: { owner: LI, status: 'assigned' },
      events: [{ kind: 'claimed', data: {} }],
      tell: { event: 'claimed' },
    });
    expect(changed.state).toBe('done');
    const row = await world.store.caseRow(id);
    expect(row).toMatchObject({ floor: 'human', owner: LI });
    expect(await world.store.due(row?.record.conversation as ConversationId)).toBeUndefined();
  });

  test('what was proposed twice with one id is there once; another person approves it, once', async () => {
    const proposal = {
      id: 'g_1',
      kind: 'draft',
      intent: 'ask.timing',
      sentence: '次日能用吗',
      by: LI,
    } as const;
    expect(await world.store.propose({ ...proposal, text: '能' })).toBe('proposed');
    expect(await world.store.propose({ ...proposal, text: '不能' })).toBe('repeat');
    const approve = (by: typeof LI, key: string, id = 'g_1') => world.store.approve({ id, by, key });
    expect(await approve(LI, 'a')).toBe('own');
    expect(await approve(WANG, 'a', 'g_2')).toBe('unknown');
    const both = await Promise.all([approve(WANG, 'a'), approve({ id: 'slack:U3', displayName: '赵' }, 'b')]);
    expect(both.toSorted()).toEqual(['already', 'approved']);
    const [row] = await world.store.proposalRows('approved');
    expect(row).toMatchObject({ text: '能', by: LI });
    expect(await approve(row?.approvedBy as typeof LI, both[0] === 'approved' ? 'a' : 'b')).toBe('repeat');
    expect(await world.store.proposalRows('open')).toEqual([]);
    expect(await world.opened.verifyAudit()).toMatchObject({ broken: [] });
  });

  test('with a conversation go the words that were kept of it', async () => {
    const conversation = await begun(world, 'lin');
    const record: Case = {
      id: CASE,
      number: '261124-0001',
      conversation: conversation.id,
      status: 'open',
      reason: 'asked_for_person',
      findings: [],
      transcript: [],
      openedAt: '2026-11-24T08:00:00.000Z',
    };
    const person = await world.store.remember({
      name: '陈示例',
      documentType: 'resident_id',
      documentNumber: '990101199001011232',
    });
    const until = new Date(world.clock.now() + HOUR).toISOString();
    const profile = { facts: {}, person: { ref: person, maskedName: '陈*例', until } };
    await world.store.commitTurn(
      commitOf({ ...conversation, profile, openCase: CASE }, [1], { cases: [record] }),
    );
    await world.store.keepDrafts([DRAFT]);
    await world.store.propose({
      id: 'g_1',
      kind: 'draft',
      intent: 'ask.timing',
      sentence: '次日能用吗',
      text: '能',
      case: CASE,
      by: LI,
    });
    await world.store.eraseData(person, { task: 't_1' as TaskId });
    expect(await world.store.proposalRows()).toEqual([]);
    expect((await world.store.draftsOf(CASE)).map(({ text }) => text)).toEqual(['']);
  });
});
