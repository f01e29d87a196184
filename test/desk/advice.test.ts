/** The adviser of the desk in a whole house: what is whispered, what a telephone call comes to, what should be known. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '../../src/contracts/advice.ts';
import type { Staff } from '../../src/contracts/desk.ts';
import { editDistance } from '../../src/desk/edit-distance.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import { BACKENDS, type Place } from '../store/backends.ts';
import { AUDITOR, type DeskWorld, LEAD, LI, openDesk, WANG } from './world.ts';

const CURATOR: Staff = { id: 'slack:U7', displayName: '资料员', roles: ['curator'] };

// The file differs from memory in what it survives only, and that is not what is shown here.
const backends = BACKENDS.filter(({ name }) => name !== 'SQLite file');

describe.each(backends)('the adviser on $name', (backend) => {
  let world: DeskWorld;
  let at: Place;
  beforeEach(async () => {
    at = await backend.readyPlace();
    world = await openDesk({ storeUrl: at.url });
  });
  afterEach(async () => {
    expect(world.faults).toEqual([]);
    await world.end();
    await at.remove();
  });
  const advice = () => world.app.advice;

  /** Somebody in the city who has said these things and wants a person; claimed by Li. */
  async function claimed(...said: string[]): Promise<CaseId> {
    for (const text of said) await world.says('lin', text);
    await world.says('lin', '转人工');
    const id = await world.caseOf('lin');
    await world.app.desk.claim(world.act(LI, id));
    await world.settle();
    return id;
  }
  const entriesOf = async (id: CaseId) => (await world.app.store.draftsOf(id)).map(({ entry }) => entry);
  const use = (id: CaseId, draft: string, outcome: 'sent' | 'edited' | 'ignored', sent?: string) =>
    advice().useDraft({
      ...world.act(LI, id),
      draft,
      outcome,
      ...(sent === undefined ? {} : { sent }),
    });

  describe('whispering', () => {
    test('answers the latest question by the place of the citizen, with source and age', async () => {
      const id = await claimed('我在大连参保');
      await world.says('lin', '给老公绑要结婚证吗');
      const drafts = await advice().drafts(id);
      expect(drafts.length).toBeGreaterThanOrEqual(1);
      expect(drafts.length).toBeLessThanOrEqual(3);
      expect(await entriesOf(id)).toContain('faq:marriage-certificate-dalian');
      const [first] = drafts as [Draft];
      expect(first).toMatchObject({ region: '大连市', ageDays: 3 });
      expect(first.source).toContain('《');
      expect(first.text).toContain('适用地区：大连市');
    });

    test('tells what mends it when something speaks for a cause, and the ready words beside it', async () => {
      const id = await claimed('我在南京，给妈妈绑的是亲情账户，绑了不显示');
      await advice().drafts(id);
      const entries = await entriesOf(id);
      expect(entries).toContain('cause:wrong_account_type');
      expect(entries).toContain('canned:say-kinship-is-not-sharing');
    });

    test('asks what would tell most where nothing is certain, and does not tell a guess', async () => {
      const id = await claimed('我在南京，绑了不显示');
      await advice().drafts(id);
      const entries = await entriesOf(id);
      expect(entries.some((entry) => entry.startsWith('ask:'))).toBe(true);
      expect(entries.some((entry) => entry.startsWith('cause:'))).toBe(false);
    });

    test('says nothing of a case that is closed, and is silent about strange matters', async () => {
      const id = await claimed('我在大连参保', '给老公绑要结婚证吗');
      await world.app.desk.close(world.act(LI, id));
      expect(await advice().drafts(id)).toEqual([]);
      expect(await advice().drafts('k_none' as CaseId)).toEqual([]);
    });

    test('reaches nobody by itself; what was used is counted, with how much was changed', async () => {
      const id = await claimed('我在南京，给妈妈绑的是亲情账户，绑了不显示');
      world.heard('lin');
      const [first, second] = (await advice().drafts(id)) as [Draft, Draft];
      expect(world.heard('lin')).toEqual([]);
      await use(id, first.id, 'sent', first.text);
      await use(id, second.id, 'edited', `${second.text}谢谢`);
      await world.says('lin', '绑定以后要等几天才能用');
      const [third] = (await advice().drafts(id)) as [Draft];
      await use(id, third.id, 'ignored');
      const figures = await advice().draftFigures();
      const sum = (what: 'offered' | 'sent' | 'edited' | 'ignored') =>
        figures.reduce((all, one) => all + one[what], 0);
      expect([sum('sent'), sum('edited'), sum('ignored')]).toEqual([1, 1, 1]);
      const distances = figures.flatMap(({ meanDistance }) => meanDistance ?? []);
      expect(distances.toSorted()).toEqual([0, 2]);
      expect(figures.every(({ title }) => title !== '')).toBe(true);
      const { drafts } = await world.app.desk.statsOf();
      expect(drafts).toEqual({ offered: sum('offered'), sent: 1, edited: 1, ignored: 1 });
      // Neither what was sent nor what was waved away comes again.
      const again = (await advice().drafts(id)).map((draft) => draft.id);
      for (const gone of [first, second, third]) expect(again).not.toContain(gone.id);
    });

    test('a draft opened for editing and sent as it was counts as sent; an auditor counts for nothing', async () => {
      const id = await claimed('我在大连参保', '给老公绑要结婚证吗');
      const [first] = (await advice().drafts(id)) as [Draft];
      await advice().useDraft({ ...world.act(AUDITOR, id), draft: first.id, outcome: 'ignored' });
      const entry = (await world.app.store.draftsOf(id)).find((row) => row.id === first.id)?.entry;
      const figures = async () => (await advice().draftFigures()).find((one) => one.entry === entry);
      expect(await figures()).toMatchObject({ ignored: 0 });
      await use(id, first.id, 'edited', ` ${first.text}\n`);
      expect(await figures()).toMatchObject({ sent: 1, edited: 0, meanDistance: 0 });
      expect(await advice().draft(id, first.id)).toBeUndefined();
    });

    test('what is withdrawn after it was whispered can no longer be sent', async () => {
      const id = await claimed('我在南京，给妈妈绑的是亲情账户，绑了不显示');
      const drafts = await advice().drafts(id);
      const rows = await world.app.store.draftsOf(id);
      const canned = rows.find(({ entry }) => entry === 'canned:say-kinship-is-not-sharing');
      expect(drafts.map((draft) => draft.id)).toContain(canned?.id);
      expect(await advice().draft(id, canned?.id ?? '')).toBeDefined();
      // The answer it rests on, not the words themselves.
      await world.app.store.withdraw({ kind: 'faq', id: 'what-kinship-account', reason: '改了', by: 'lin' });
      await world.app.refreshWithdrawals();
      expect(await advice().draft(id, canned?.id ?? '')).toBeUndefined();
      expect((await advice().drafts(id)).map((draft) => draft.id)).not.toContain(canned?.id);
    });
  });

  describe('on the telephone', () => {
    const ask = (text: string, by = LI) => advice().triage({ by, text });

    test('a report of several clauses gives the cause, its evidence, what to do and what to read out', async () => {
      const found = await ask(
        '12345工单：市民来电反映，本人在苏州参加职工医保，上个月给母亲绑定了亲情账户，今天母亲去医院看病，结账时没有使用市民的个人账户余额，要求处理。联系电话13800001111',
      );
      expect(found.text).not.toContain('13800001111');
      expect(found.region?.code).toBe('320500');
      const [likeliest] = found.findings;
      expect(likeliest?.cause).toBe('wrong_account_type');
      expect(likeliest?.because.join()).toContain('亲情账户');
      expect(likeliest?.todo).toContain('绑定');
      expect(found.answer?.text).toContain('适用地区：');
      expect(found.answer?.source).toContain('《');
    });

    test('the place is asked first, then what tells most; each answer below the words refines it', async () => {
      const first = await ask('绑了不显示');
      expect(first.region).toBeUndefined();
      expect(first.ask).toContain('参保地');
      expect(first.answer).toBeUndefined();
      const second = await ask(`${first.text}\n问：${first.ask}\n答：南京`);
      expect(second.region?.name).toContain('南京');
      expect(second.ask).toContain('亲情账户');
      const third = await ask(`${second.text}\n问：${second.ask}\n答：亲情账户`);
      expect(third.findings[0]).toMatchObject({ cause: 'wrong_account_type' });
      expect(third.findings[0]?.p).toBeGreaterThan(0.75);
      expect(third.ask).toBeUndefined();
      // The same words, the same advice: nothing is remembered between.
      const { id: _, ...again } = await ask(third.text);
      const { id: __, ...once } = third;
      expect(again).toEqual(once);
    });

    test('whoever does not know is not asked the same again', async () => {
      const asked = new Set<string>();
      let text = '绑了不显示\n答：不知道';
      for (let step = 0; step < 4; step += 1) {
        const { ask: next } = await ask(text);
        if (next === undefined) break;
        expect(asked).not.toContain(next);
        asked.add(next);
        text += '\n答：不知道';
      }
      expect(asked.size).toBeGreaterThanOrEqual(3);
    });

    test('a question is answered by region and day', async () => {
      const today = await ask('家庭共济在大连要结婚证吗');
      expect(today.answer?.text).toContain('适用地区：大连市');
      const before = await advice().triage({ by: LI, text: '家庭共济在大连要结婚证吗', asOf: '2020-01-01' });
      expect(before.answer?.text ?? '').not.toContain('适用地区：大连市');
      expect((await ask('今天天气怎么样')).answer).toBeUndefined();
    });

    test('a case is opened from it once; nobody is written to, and it closes like any other', async () => {
      const found = await ask('我在南京，给妈妈绑的是亲情账户，绑了不显示');
      const open = (by = LI) => advice().openCase({ by, key: 'k', triage: found.id });
      expect(await open(AUDITOR)).toBeUndefined();
      const id = (await open()) as CaseId;
      expect(await open(WANG)).toBe(id);
      await world.settle();
      const view = await world.app.desk.caseView(id);
      expect(view).toMatchObject({ channel: 'slack', status: 'open', floor: 'queue', acts: [] });
      expect(view?.reason.label).toBe('来电登记');
      expect(view?.findings[0]?.cause).toBe('wrong_account_type');
      expect(view?.asked).toEqual([found.text]);
      await world.app.desk.claim(world.act(LI, id));
      expect(await advice().drafts(id)).toEqual([]);
      const refused = { ok: false, reason: 'no_conversation' };
      expect(await world.app.desk.reply({ ...world.act(LI, id), text: '请到窗口' })).toEqual(refused);
      expect(await world.app.desk.askFor({ ...world.act(LI, id), what: 'region' })).toEqual(refused);
      expect(await world.app.desk.startAct({ ...world.act(LI, id), flow: 'bind' })).toEqual(refused);
      expect(await world.app.desk.giveBack(world.act(LI, id))).toEqual(refused);
      await world.settle();
      expect((await world.app.desk.caseView(id))?.next.act).toBe('close');
      const closed = await world.app.desk.close({ ...world.act(LI, id), trueCause: 'wrong_account_type' });
      expect(closed.ok).toBe(true);
      await world.settle();
      // Nothing was ever put out: there is nobody to hear it.
      expect((await world.app.desk.caseView(id))?.talk.map(({ who }) => who)).toEqual(['citizen']);
      expect((await world.app.store.solvedCases()).map((one) => one.id)).toEqual([id]);
    });

    test('after a day it is no longer held', async () => {
      const found = await ask('绑了不显示');
      await world.pass(24 * 60 + 1);
      expect(await advice().openCase({ by: LI, key: 'k', triage: found.id })).toBeUndefined();
    });
  });

  describe('what nobody could answer', () => {
    const STRANGE = '钱包那边额度冻住几天放开呀';

    test('is grouped by likeness with the cases it led to, and goes when it is understood', async () => {
      const id = await claimed(STRANGE);
      await world.says('wang', STRANGE);
      const gap = (await advice().gaps()).find(({ examples }) =>
        examples.some((one) => one.includes('冻住')),
      );
      expect(gap?.count).toBeGreaterThanOrEqual(2);
      expect(gap?.cases.map((one) => one.id)).toEqual([id]);
      expect(gap?.guesses.every(({ label }) => label !== '')).toBe(true);
      const said = (await advice().gaps()).flatMap(({ examples }) => examples);
      expect(said.some((one) => one.includes('转人工'))).toBe(false);
    });

    test('an entry that is named makes an example of the words; any other text a draft', async () => {
      const id = await claimed(STRANGE);
      const named = await advice().proposeEntry({ ...world.act(LI, id), text: 'wallet-limits' });
      expect(named).toMatchObject({
        ok: true,
        proposal: { kind: 'example', entry: 'wallet-limits', intent: 'ask.cross_region', sentence: STRANGE },
      });
      const written = await advice().proposeEntry({
        ...world.act(LI, id),
        text: '例句：钱包额度冻结多久\n次日零点放开。来电13800001111',
      });
      expect(written).toMatchObject({ ok: true, proposal: { kind: 'draft', sentence: '钱包额度冻结多久' } });
      expect(JSON.stringify(written)).not.toContain('13800001111');
      const [gap] = await advice().gaps();
      const ofGap = await advice().proposeEntry({
        by: LI,
        key: 'g',
        gap: gap?.key ?? '',
        text: 'ask.timing',
      });
      expect(ofGap).toMatchObject({ ok: true, proposal: { kind: 'example', intent: 'ask.timing' } });
      expect(await advice().proposals('open')).toHaveLength(3);
    });

    test('is proposed once for one press, by those who work here, and only with words', async () => {
      const id = await claimed(STRANGE);
      const act = world.act(LI, id);
      const first = await advice().proposeEntry({ ...act, text: '次日放开' });
      expect(await advice().proposeEntry({ ...act, text: '次日放开' })).toEqual({ ...first, isRepeat: true });
      expect(await advice().proposeEntry({ ...world.act(AUDITOR, id), text: '次日放开' })).toEqual({
        ok: false,
        reason: 'forbidden',
      });
      const refusal = async (text: string, about = id) => {
        const result = await advice().proposeEntry({ ...world.act(LI, about), text });
        return result.ok ? undefined : result.reason;
      };
      expect(await refusal(' ')).toBe('empty');
      expect(await refusal('例句：只有例句')).toBe('empty');
      expect(await refusal('长'.repeat(2_001))).toBe('too_long');
      expect(await refusal('次日放开', 'k_none' as CaseId)).toBe('unknown');
    });

    test('is approved by another person who may, and changes nothing that is said', async () => {
      const id = await claimed(STRANGE);
      const { version } = world.app.editions.of().knowledge;
      const lead = await advice().proposeEntry({ ...world.act(LEAD, id), text: '次日放开' });
      if (!lead.ok) throw new Error(lead.reason);
      const approve = (by: Staff, key = 'a') =>
        advice().approveEntry({ by, key, proposal: lead.proposal.id });
      expect(await approve(LI)).toEqual({ ok: false, reason: 'forbidden' });
      expect(await approve(LEAD)).toEqual({ ok: false, reason: 'own' });
      expect(await approve(CURATOR)).toEqual({ ok: true, isRepeat: false });
      expect(await approve(CURATOR)).toEqual({ ok: true, isRepeat: true });
      expect(await approve(CURATOR, 'b')).toEqual({ ok: false, reason: 'already' });
      const [row] = await advice().proposals('approved');
      expect(row).toMatchObject({ state: 'approved', approvedBy: { id: CURATOR.id }, by: { id: LEAD.id } });
      expect(world.app.editions.of().knowledge.version).toBe(version);
      expect(await world.app.verifyAudit()).toMatchObject({ broken: [] });
    });
  });
});

describe('the distance between a draft and what was sent', () => {
  test('counts characters put in, taken out and exchanged', () => {
    expect(editDistance('', '')).toBe(0);
    expect(editDistance('请到窗口', '请到窗口')).toBe(0);
    expect(editDistance('请到窗口', '')).toBe(4);
    expect(editDistance('', '请到')).toBe(2);
    expect(editDistance('请到窗口', '请您到大厅窗口')).toBe(3);
    expect(editDistance('请到窗口', '请去窗口')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
