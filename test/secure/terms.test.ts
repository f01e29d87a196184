import { describe, expect, it } from 'vitest';
import { payersOf } from '../../src/secure/order-page.ts';
import { createTinyDesk } from './tiny-desk.ts';

describe('the page with the order of payers', () => {
  it('shows masked names and relations, and no number', async () => {
    const tiny = createTinyDesk();
    const view = await tiny.desk.open(await tiny.link('order'));
    expect(view).toMatchObject({
      state: 'open',
      purpose: 'order',
      payers: [{ name: '田*' }, { name: '李*' }, {}],
    });
    expect(JSON.stringify(view)).not.toMatch(/"b\d"/u);
  });

  it('hands back the numbers in the new order, the first one by itself', async () => {
    const tiny = createTinyDesk();
    const result = await tiny.desk.submit(await tiny.link('order'), { order: '2,0,1' });
    expect(result).toEqual({ ok: true, next: 'done', summary: { name: '田*明' } });
    expect(tiny.done).toEqual([{ purpose: 'order', slots: { first: 'b3', order: ['b3', 'b1', 'b2'] } }]);
  });

  it.each(['', '0', '0,1', '0,0,1', '0,1,3', '0,1,2,0', '-1,0,1', '0.5,1,2', 'a,b,c', '2,1,', 'NaN,0,1'])(
    'refuses what is no order of them: %j',
    async (order) => {
      const tiny = createTinyDesk();
      const token = await tiny.link('order');
      expect(await tiny.desk.submit(token, { order })).toMatchObject({
        ok: false,
        state: 'open',
        errors: [{ field: 'order', reply: 'secure.error.order_form' }],
      });
      expect(tiny.done).toEqual([]);
    },
  );
});

describe.each([
  ['premium', { bindingNo: 'b1', year: 2027, amountFen: 40_000 }],
  ['invitation', { invitationNo: 'i1' }],
] as const)('the page of a %s', (purpose, shown) => {
  it('hands back, with the yes, what it showed', async () => {
    const tiny = createTinyDesk();
    const result = await tiny.desk.submit(await tiny.link(purpose), { answer: 'yes', agreed: true });
    expect(result).toMatchObject({ ok: true, next: 'done' });
    expect(tiny.done).toEqual([{ purpose, slots: { ...shown, answer: 'yes' } }]);
  });

  it('takes a yes only from somebody who has read it, and a no from anybody', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link(purpose);
    expect(await tiny.desk.submit(token, { answer: 'yes' })).toMatchObject({
      ok: false,
      errors: [{ field: 'agreed', reply: 'secure.error.terms_unread' }],
    });
    expect(await tiny.desk.submit(token, { answer: 'perhaps', agreed: true })).toMatchObject({
      ok: false,
      errors: [{ field: 'answer' }],
    });
    expect(await tiny.desk.submit(token, { answer: 'no' })).toMatchObject({
      ok: true,
      summary: { isNo: true },
    });
    expect(tiny.done[0]?.slots.answer).toBe('no');
  });

  it('is answered once', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link(purpose);
    const answers = await Promise.all([
      tiny.desk.submit(token, { answer: 'yes', agreed: true }),
      tiny.desk.submit(token, { answer: 'no' }),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
    expect(tiny.done).toHaveLength(1);
    expect(await tiny.desk.open(token)).toMatchObject({ state: 'used' });
  });
});

it('money and days are shown as people write them', async () => {
  const tiny = createTinyDesk();
  expect(await tiny.desk.open(await tiny.link('premium'))).toMatchObject({
    rows: [
      { label: 'for', value: '秦*（子女）' },
      { label: 'what', value: '2027' },
      { label: 'amount', value: '400 元' },
      { label: 'balance', value: '3180.50 元' },
      { label: 'closes', value: '2026-12-25' },
    ],
  });
});

describe('payers whose masked names are the same', () => {
  it('are told apart by the numbers of their bindings, the others are not', () => {
    const before = [
      { bindingNo: 'BD261125-0007', otherName: '示*', relation: 'child' },
      { bindingNo: 'BD261125-0009', otherName: '示*', relation: 'child' },
      { bindingNo: 'BD261125-0011', otherName: '示*', relation: 'spouse' },
    ];
    expect(payersOf({ before }).map(({ name }) => name)).toEqual([
      '示*（绑定编号尾号 0007）',
      '示*（绑定编号尾号 0009）',
      '示*',
    ]);
  });
});
