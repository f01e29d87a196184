/** A citizen wants a person, and a person comes: the whole way through the real house. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CaseId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/errors.ts';
import { BACKENDS, type Place } from '../store/backends.ts';
import { AUDITOR, type DeskWorld, LEAD, LI, openDesk, WANG } from './world.ts';

// In memory, and on PostgreSQL where there is one: staff must not feel a difference.
const backends = BACKENDS.filter(({ name }) => name !== 'SQLite file');

let world: DeskWorld;

const ids = (parts: readonly { readonly id: string }[]): readonly string[] => parts.map(({ id }) => id);

/** 转人工 in the middle of a binding, then claimed. */
async function claimed(user = 'lin', by = LI): Promise<CaseId> {
  await world.says(user, '给妈妈绑定，我在石家庄');
  await world.says(user, '转人工');
  const id = await world.caseOf(user);
  expect(await world.app.desk.claim(world.act(by, id))).toMatchObject({ ok: true });
  await world.settle();
  world.heard(user);
  return id;
}

describe.each(backends)('on $name', (backend) => {
  let place: Place;
  beforeEach(async () => {
    place = await backend.readyPlace();
    world = await openDesk({ storeUrl: place.url });
  });
  afterEach(async () => {
    expect(world.faults).toEqual([]);
    expect((await world.app.verifyAudit()).broken).toEqual([]);
    await world.end();
    await place.remove();
  });

  describe('one owner at a time', () => {
    test('the bot helps until a clerk comes, is silent then, and goes on at the same step when given back', async () => {
      await world.says('lin', '给妈妈绑定，我在石家庄');
      const opened = await world.says('lin', '转人工');
      expect(ids(opened)).toEqual(['hand_off.opened', 'repair.resumed', 'bind.ask.same_province']);
      expect((await world.conversation('lin')).status).toBe('waiting');
      const id = await world.caseOf('lin');
      await world.app.desk.claim(world.act(LI, id));
      await world.settle();
      expect(ids(world.heard('lin'))).toEqual(['staff.claimed']);
      expect(await world.says('lin', '家庭共济是什么')).toEqual([]);
      const { stack } = await world.conversation('lin');
      expect(stack.map(({ flow }) => flow)).toEqual(['bind']);
      await world.app.desk.giveBack(world.act(LI, id));
      await world.settle();
      expect(ids(world.heard('lin'))).toEqual(['staff.given_back', 'bind.ask.same_province']);
      expect(ids(await world.presses('lin', 'yes'))).toEqual(['verify.ask']);
    });

    test('who is too late hears who was faster; the owner may claim again without harm', async () => {
      const id = await claimed();
      expect(await world.app.desk.claim(world.act(WANG, id))).toEqual({
        ok: false,
        reason: 'owned',
        owner: { id: LI.id, displayName: LI.displayName },
      });
      expect(await world.app.desk.claim(world.act(LI, id))).toMatchObject({ ok: true, isRepeat: true });
      expect(await world.app.desk.claim(world.act(LEAD, id))).toMatchObject({ reason: 'owned' });
    });

    test('nobody but the owner or a lead speaks in a case, and auditors change nothing', async () => {
      const id = await claimed();
      const reply = (by: typeof LI) => world.app.desk.reply({ ...world.act(by, id), text: '您好' });
      expect(await reply(WANG)).toMatchObject({ ok: false, reason: 'owned' });
      expect(await reply(AUDITOR)).toEqual({ ok: false, reason: 'forbidden' });
      expect(await reply(LEAD)).toMatchObject({ ok: true });
      await world.app.desk.release(world.act(LI, id));
      expect(await reply(LI)).toEqual({ ok: false, reason: 'unclaimed' });
      expect((await world.conversation('lin')).status).toBe('waiting');
      await world.settle();
    });

    test('a released case is in the queue again and the bot speaks again', async () => {
      const id = await claimed();
      await world.app.desk.release(world.act(LI, id));
      await world.settle();
      expect(ids(world.heard('lin'))[0]).toBe('staff.released');
      expect(ids(await world.says('lin', '家庭共济是什么'))).toContain('answer');
      expect((await world.app.desk.list({ show: 'queue' })).cases.map((one) => one.id)).toEqual([id]);
    });

    test('a transfer keeps the citizen with one clerk: the other one', async () => {
      const id = await claimed();
      await world.app.desk.transfer({ ...world.act(LI, id), to: WANG, note: '她熟悉这类' });
      expect(await world.app.desk.reply({ ...world.act(LI, id), text: '在吗' })).toMatchObject({
        reason: 'owned',
        owner: { id: WANG.id },
      });
      expect((await world.app.desk.list({ show: 'mine', owner: WANG.id })).total).toBe(1);
      expect((await world.app.desk.list({ show: 'mine', owner: LI.id })).total).toBe(0);
    });

    test('three tasks deep, and with no room for another, a person is still one word away', async () => {
      for (const wish of [
        '给妈妈绑定',
        '我要解绑',
        '查余额',
        '设置扣款顺序',
        '我要代缴医保',
        '我要划拨',
        '查办理进度',
      ]) {
        await world.says('lin', wish);
      }
      expect(ids(await world.says('lin', '转人工'))).toContain('hand_off.opened');
      expect((await world.conversation('lin')).status).toBe('waiting');
    });
  });

  describe('words of staff', () => {
    test('reach the citizen once, with numbers hidden, and the case shows that they arrived', async () => {
      const id = await claimed();
      const act = { ...world.act(LI, id), text: '请打 13800138000 找我' };
      const first = await world.app.desk.reply(act);
      const again = await world.app.desk.reply(act);
      expect([first.ok, again]).toEqual([true, expect.objectContaining({ ok: true, isRepeat: true })]);
      await world.settle();
      expect(world.heard('lin').map(({ text }) => text)).toEqual(['请打 [手机号已隐藏] 找我']);
      const view = await world.app.desk.caseView(id);
      expect(view?.replies).toMatchObject([
        { key: act.key, by: { displayName: '李职员' }, delivery: { state: 'sent' } },
      ]);
      expect(view?.events.map(({ kind }) => kind)).toEqual(['opened', 'claimed', 'replied', 'reply_sent']);
      expect(view?.talk.at(-1)).toMatchObject({ who: 'staff', text: '请打 [手机号已隐藏] 找我' });
    });

    test('a note stays inside', async () => {
      const id = await claimed();
      await world.app.desk.note({ ...world.act(WANG, id), text: '此人昨天也来过' });
      await world.settle();
      expect(world.heard('lin')).toEqual([]);
      expect((await world.app.desk.caseView(id))?.talk.some(({ text }) => text.includes('昨天'))).toBe(false);
    });

    test('a reply the channel refuses is loud until somebody has looked', async () => {
      const id = await claimed();
      world.answer = new AppError('channel_refused', 'The citizen has left');
      await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
      await world.settle();
      const view = await world.app.desk.caseView(id);
      expect(view).toMatchObject({
        hasFailedReply: true,
        next: { act: 'look_into_delivery' },
        replies: [{ delivery: { state: 'failed', code: 'channel_refused' } }],
      });
      expect(view?.events.at(-1)?.kind).toBe('reply_failed');
      await world.app.desk.acknowledge(world.act(LI, id));
      expect((await world.app.desk.find(id))?.hasFailedReply).toBe(false);
    });

    test('a reply that must wait for the citizen says so, and says when it has gone out', async () => {
      const id = await claimed();
      world.answer = { state: 'wait_for_citizen' };
      await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
      await world.settle();
      const stateOf = async () => (await world.app.desk.caseView(id))?.replies[0]?.delivery.state;
      expect(await stateOf()).toBe('waits_for_citizen');
      world.answer = { state: 'sent' };
      expect(ids(await world.says('lin', '在'))).toEqual(['staff.replied']);
      expect(await stateOf()).toBe('sent');
    });

    test('what the citizen writes meanwhile is in the case, and counts as waiting', async () => {
      const id = await claimed();
      await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
      await world.settle();
      expect((await world.app.desk.find(id))?.waitingSince).toBeUndefined();
      await world.says('lin', '我在苏州');
      const view = await world.app.desk.caseView(id);
      expect(view?.waitingSince).toBeDefined();
      expect(view?.events.at(-1)).toMatchObject({ kind: 'citizen_wrote', text: '我在苏州' });
      expect(view?.next.act).toBe('reply');
    });

    test.each(['region', 'relation', 'material'] as const)('%s is asked for in ready words', async (what) => {
      const id = await claimed();
      await world.app.desk.askFor({ ...world.act(LI, id), what, detail: '户口本' });
      await world.settle();
      expect(ids(world.heard('lin'))).toEqual([`staff.ask.${what}`]);
      expect((await world.app.desk.find(id))?.status).toBe('waiting');
    });

    test('a proof of identity is asked for with the secure page', async () => {
      const id = await claimed();
      await world.app.desk.askFor({ ...world.act(LI, id), what: 'verification' });
      await world.settle();
      const heard = world.heard('lin');
      expect(ids(heard)[0]).toBe('staff.ask.verification');
      expect(heard.some(({ secure }) => secure?.purpose === 'verify')).toBe(true);
    });

    test.each([
      ['', 'text'],
      ['长'.repeat(1_501), 'text'],
    ])('words that no channel takes are refused', async (text, field) => {
      const id = await claimed();
      expect(await world.app.desk.reply({ ...world.act(LI, id), text })).toEqual({
        ok: false,
        reason: 'bad_input',
        field,
      });
    });
  });

  describe('an act for the citizen to confirm', () => {
    test('is begun in the chat, the bot has the floor, and the clerk takes it back', async () => {
      const id = await claimed();
      await world.app.desk.startAct({ ...world.act(LI, id), flow: 'query' }).then((refused) => {
        expect(refused).toMatchObject({ reason: 'bad_input', field: 'flow' });
      });
      await world.app.desk.startAct({ ...world.act(LI, id), flow: 'unbind' });
      await world.settle();
      expect(ids(world.heard('lin'))[0]).toBe('staff.act_offered');
      expect(await world.conversation('lin')).toMatchObject({ status: 'waiting' });
      expect((await world.conversation('lin')).stack.at(-1)?.flow).toBeDefined();
      expect((await world.app.desk.find(id))?.owner?.id).toBe(LI.id);
      expect(await world.app.desk.claim(world.act(LI, id))).toMatchObject({ ok: true, isRepeat: false });
      expect((await world.conversation('lin')).status).toBe('human');
      await world.settle();
      expect(world.app.office.acts()).toEqual([]);
    });

    test('a dry run says what the rules say and does nothing', async () => {
      const id = await claimed();
      const slots = { relation: 'friend' };
      const run = await world.app.desk.dryRun({ ...world.act(LI, id), flow: 'bind', slots });
      expect(run).toMatchObject({ ok: true, isPossible: false });
      const fine = await world.app.desk.dryRun({
        ...world.act(LI, id),
        flow: 'bind',
        slots: { relation: 'parent' },
      });
      expect(fine).toMatchObject({ ok: true, isPossible: true });
      await world.settle();
      expect(world.heard('lin')).toEqual([]);
      expect(world.app.office.acts()).toEqual([]);
    });
  });

  describe('closing', () => {
    test('keeps the true cause, and asks how it was with two taps', async () => {
      const id = await claimed();
      await world.app.desk.close({ ...world.act(LI, id), trueCause: 'wrong_portal', note: '走错入口' });
      await world.settle();
      const [closed] = world.heard('lin');
      expect(closed?.id).toBe('staff.closed');
      const no = closed?.choices?.find(({ value }) => value.endsWith(':no'))?.value ?? '';
      const why = await world.presses('lin', no);
      expect(why[0]?.id).toBe('csat.why');
      const slow = why[0]?.choices?.find(({ value }) => value.endsWith(':too_slow'))?.value ?? '';
      expect(ids(await world.presses('lin', slow))).toContain('csat.sorry');
      expect(await world.app.desk.ratings()).toMatchObject([
        { case: id, isSatisfied: false, reason: 'too_slow', cause: 'wrong_portal', clerk: { id: LI.id } },
      ]);
      expect(await world.app.desk.caseView(id)).toMatchObject({
        status: 'closed',
        closing: { by: { displayName: '李职员' }, trueCause: { id: 'wrong_portal' } },
        rating: { isSatisfied: false },
      });
    });

    test('a button of another case, or of long ago, rates nothing', async () => {
      const id = await claimed();
      await world.app.desk.close(world.act(LI, id));
      await world.settle();
      expect(ids(await world.presses('lin', 'csat:k_other:yes'))).toContain('repair.stale_choice');
      await world.pass(8 * 24 * 60);
      expect(ids(await world.presses('lin', `csat:${id}:yes`))).toContain('repair.stale_choice');
      expect(await world.app.desk.ratings()).toEqual([]);
    });

    test('thanks after it do not open it again; wanting a person soon does, under the same number', async () => {
      const id = await claimed();
      await world.app.desk.close(world.act(LI, id));
      await world.settle();
      await world.says('lin', '谢谢');
      expect((await world.app.desk.find(id))?.status).toBe('closed');
      expect(ids(await world.says('lin', '转人工'))).toContain('hand_off.reopened');
      expect(await world.caseOf('lin')).toBe(id);
      expect(await world.app.desk.find(id)).toMatchObject({ status: 'open', floor: 'queue' });
      expect((await world.app.desk.find(id))?.owner).toBeUndefined();
      expect((await world.app.desk.eventsOf(id)).map(({ kind }) => kind)).toEqual([
        'opened',
        'claimed',
        'closed',
        'reopened',
      ]);
    });

    test('a week later it is a new case that knows the old one', async () => {
      const id = await claimed();
      await world.app.desk.close(world.act(LI, id));
      await world.settle();
      await world.pass(7 * 24 * 60);
      expect(ids(await world.says('lin', '转人工'))).toContain('hand_off.opened');
      const next = await world.caseOf('lin');
      expect(next).not.toBe(id);
      expect(await world.app.desk.caseView(next)).toMatchObject({ previous: { id } });
      expect(await world.app.desk.caseView(id)).toMatchObject({ following: { id: next } });
    });

    test('staff reopen into their own hands, and nothing else can be done with a closed case', async () => {
      const id = await claimed();
      await world.app.desk.close(world.act(LI, id));
      expect(await world.app.desk.reply({ ...world.act(LI, id), text: '还有' })).toMatchObject({
        reason: 'closed',
      });
      expect(await world.app.desk.reopen(world.act(WANG, id))).toMatchObject({ ok: true });
      expect(await world.app.desk.reopen(world.act(LI, id))).toMatchObject({ reason: 'not_closed' });
      await world.settle();
      expect(await world.conversation('lin')).toMatchObject({ status: 'human', openCase: id });
      expect((await world.app.desk.find(id))?.owner?.id).toBe(WANG.id);
    });
  });

  describe('personal data', () => {
    test('is shown to the owner for a reason, lapses, and stands in the record of the citizen', async () => {
      const id = await claimed();
      const ask = (by: typeof LI, reason: string) => world.app.desk.reveal({ ...world.act(by, id), reason });
      expect(await ask(LI, '核对身份以查办理记录')).toMatchObject({ ok: false, reason: 'nobody' });
      const [person] = world.app.office.everybody();
      await world.verifies('lin', String(person?.id));
      expect((await world.app.desk.find(id))?.citizen).toMatch(/\*/u);
      expect(await ask(LI, '看')).toMatchObject({ reason: 'bad_input', field: 'reason' });
      expect(await ask(WANG, '核对身份以查办理记录')).toMatchObject({ reason: 'owned' });
      const shown = await ask(LI, '核对身份以查办理记录');
      if (!shown.ok) throw new Error('not shown');
      expect(shown.record.name).toBe(person?.name);
      expect(await world.app.desk.revealed(LI, shown.reveal.id)).toMatchObject({ ok: true });
      expect(await world.app.desk.revealed(LEAD, shown.reveal.id)).toMatchObject({ reason: 'forbidden' });
      await world.pass(11);
      expect(await world.app.desk.revealed(LI, shown.reveal.id)).toEqual({ ok: false, reason: 'lapsed' });
      const record = await world.app.store.everythingOf(shown.reveal.person);
      expect(record?.looks).toContainEqual(
        expect.objectContaining({ actor: 'clerk', by: LI.id, why: '核对身份以查办理记录' }),
      );
      expect(JSON.stringify(await world.app.desk.caseView(id))).not.toContain(shown.record.documentNumber);
    });
  });

  describe('what views build themselves from', () => {
    test('changes come in order from a cursor, and a bell rings for each', async () => {
      let rings = 0;
      const end = world.app.desk.onChange(() => {
        rings += 1;
      });
      const id = await claimed();
      await world.app.desk.note({ ...world.act(LI, id), text: '记一笔' });
      end();
      const changes = await world.app.desk.changes(0);
      expect(changes.map(({ kind }) => kind)).toEqual(['opened', 'claimed', 'noted']);
      expect(rings).toBeGreaterThanOrEqual(3);
      expect(await world.app.desk.changes(changes[1]?.n ?? 0)).toHaveLength(1);
    });

    test('lists and figures agree with what happened', async () => {
      const id = await claimed();
      await world.says('wang', '转人工');
      expect((await world.app.desk.list({ show: 'queue' })).total).toBe(1);
      expect((await world.app.desk.list({ show: 'mine', owner: LI.id })).cases[0]).toMatchObject({
        id,
        floor: 'clerk',
      });
      expect(await world.app.desk.list({ show: 'mine' })).toMatchObject({ total: 0 });
      const page = await world.app.desk.list({ show: 'open' }, { limit: 1 });
      expect(page).toMatchObject({ total: 2, next: '1' });
      const second = await world.app.desk.list({ show: 'open' }, { limit: 1, after: page.next ?? '' });
      expect(second.cases).toHaveLength(1);
      expect(second.next).toBeUndefined();
      await world.pass(12);
      await world.app.desk.reply({ ...world.act(LI, id), text: '您好' });
      await world.app.desk.close(world.act(LI, id));
      await world.settle();
      expect(await world.app.desk.statsOf()).toMatchObject({
        day: '2026-11-25',
        opened: 2,
        closed: 1,
        open: 1,
        unassigned: 1,
        firstAnswerMinutes: { median: 12, samples: 1 },
      });
      expect((await world.app.desk.staff()).map(({ displayName }) => displayName)).toEqual(['李职员']);
    });

    test('the card shows what was asked and what was tried, and suggests what to do', async () => {
      await world.says('lin', '家庭共济是什么');
      await world.says('lin', '转人工');
      const id = await world.caseOf('lin');
      const view = await world.app.desk.caseView(id);
      expect(view).toMatchObject({ next: { act: 'claim' }, floor: 'queue', priority: 'normal' });
      expect(view?.asked).toEqual(['家庭共济是什么', '转人工']);
      expect(view?.tried[0]).toMatch(/^看过回答/u);
      expect(view?.goals.map(({ goal }) => goal)).toEqual(['first_answer', 'resolution']);
      expect(JSON.stringify(view)).not.toMatch(/[{}]\w+\||undefined/u);
    });
  });
});
