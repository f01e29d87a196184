import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readName } from '../../src/secure/documents.ts';
import { CHILD_NUMBER, createTinyDesk, demoNumber, PAYER, START } from './tiny-desk.ts';

const PNG = `data:image/png;base64,${Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.alloc(64, 1),
]).toString('base64')}`;
const GOOD = { name: '张小宝', documentNumber: CHILD_NUMBER, agreed: true, signature: PNG };

async function submit(changes: Record<string, string | boolean>) {
  const tiny = createTinyDesk();
  const result = await tiny.desk.submit(await tiny.link('relative'), { ...GOOD, ...changes });
  const errors = result.ok ? [] : result.errors;
  return { tiny, result, errors, replies: errors.map(({ field, reply }) => `${field}: ${reply}`) };
}

describe('the page for a relative', () => {
  it('names relation, region and the payer masked, and shows the 承诺书 with its version', async () => {
    const tiny = createTinyDesk();
    const view = await tiny.desk.open(await tiny.link('relative'));
    if (view.state !== 'open' || view.purpose !== 'relative') throw new Error('the page is not open');
    expect(view).toMatchObject({ relation: '子女', region: '示例市', payer: '张*' });
    expect(view.pledge.paragraphs[0]).toMatch(/张\*.*示例市.*子女/u);
    expect(view.pledge.version).not.toBe('');
    expect(JSON.stringify(view)).not.toContain(PAYER.documentNumber);
    expect(JSON.stringify(view)).not.toMatch(/\{(?:payer|relation|region|time)\}/u);
  });

  it('digests exactly the words that were shown', async () => {
    const tiny = createTinyDesk();
    const view = await tiny.desk.open(await tiny.link('relative'));
    if (view.state !== 'open' || view.purpose !== 'relative') throw new Error('the page is not open');
    const shown = [view.pledge.title, ...view.pledge.paragraphs].join('\n\n');
    expect(view.pledge.digest).toBe(createHash('sha256').update(shown).digest('hex'));
  });

  it('lets the conversation learn references, masked words, the age and the pledge', async () => {
    const { tiny, result } = await submit({});
    expect(result).toEqual({ ok: true, next: 'done', summary: { name: '张*宝' } });
    const [pledge] = tiny.pledges;
    expect(tiny.done).toEqual([
      {
        purpose: 'relative',
        slots: {
          dependent: 'p_2',
          dependentName: '张*宝',
          dependentAge: 8,
          pledge: {
            version: pledge?.version,
            digest: pledge?.digest,
            signedAt: new Date(START).toISOString(),
          },
        },
      },
    ]);
    expect(pledge?.signature).toBe(PNG);
    expect(JSON.stringify(tiny.done)).not.toContain(CHILD_NUMBER);
  });

  it.each([
    ['没有写姓名', { name: ' ' }, 'name: secure.error.name_missing'],
    ['姓名是字母', { name: 'Zhang San' }, 'name: secure.error.name_form'],
    ['姓名只有一个字', { name: '张' }, 'name: secure.error.name_form'],
    ['没有写号码', { documentNumber: '' }, 'documentNumber: secure.error.number_missing'],
    ['少一位', { documentNumber: CHILD_NUMBER.slice(0, 17) }, 'documentNumber: secure.error.id_length'],
    [
      '夹了字母',
      { documentNumber: `A${CHILD_NUMBER.slice(1)}` },
      'documentNumber: secure.error.id_characters',
    ],
    ['没有这个省', { documentNumber: `00${CHILD_NUMBER.slice(2)}` }, 'documentNumber: secure.error.id_place'],
    ['二月三十日', { documentNumber: demoNumber('20180230', '023') }, 'documentNumber: secure.error.id_date'],
    ['明年才出生', { documentNumber: demoNumber('20271231', '023') }, 'documentNumber: secure.error.id_date'],
    [
      '错一位',
      { documentNumber: CHILD_NUMBER.replace('0312', '0313') },
      'documentNumber: secure.error.id_checksum',
    ],
    ['本人的号码', { documentNumber: PAYER.documentNumber }, 'documentNumber: secure.error.own_document'],
    ['证件类型不认识', { documentType: 'driving_licence' }, 'documentType: secure.error.document_type'],
    ['没有勾选', { agreed: false }, 'agreed: secure.error.not_agreed'],
    ['没有签名', { signature: '' }, 'signature: secure.error.signature_missing'],
    [
      '签名不是图片',
      { signature: 'data:image/svg+xml;base64,AAAA' },
      'signature: secure.error.signature_form',
    ],
    ['签名图片太大', { signature: `${PNG}${'A'.repeat(300_000)}` }, 'signature: secure.error.signature_form'],
  ])('says plainly beside the field: %s', async (_, changes, expected) => {
    const { tiny, replies, errors } = await submit(changes);
    expect(replies).toEqual([expected]);
    expect(errors[0]?.message).not.toMatch(/[{}]/u);
    expect(tiny.done).toEqual([]);
    expect(tiny.pledges).toEqual([]);
  });

  it('reports every fault at once, in the order of the page', async () => {
    const { errors } = await submit({ name: '', documentNumber: '1', agreed: false, signature: '' });
    expect(errors.map(({ field }) => field)).toEqual(['name', 'documentNumber', 'agreed', 'signature']);
    expect(errors[1]?.message).toContain('现在是 1 位');
  });

  it('does not take text for a tick', async () => {
    expect((await submit({ agreed: 'false' })).replies).toEqual(['agreed: secure.error.not_agreed']);
  });

  it.each([
    ['hk_macao_permit', 'h12345678', '陈大文'],
    ['taiwan_permit', '0123 4567', '林志明'],
    ['foreign_permanent_id', 'USA310012345678', "Mary O'Neil"],
    ['passport', 'E12345678', 'Anna Maria Schmidt'],
  ])(
    'takes a %s by the form of its number, of which no age is known',
    async (documentType, documentNumber, name) => {
      const { tiny, result } = await submit({ documentType, documentNumber, name });
      expect(result.ok).toBe(true);
      expect(tiny.done[0]?.slots).toMatchObject({ dependentAge: null });
    },
  );

  it('explains the form of the document that was chosen', async () => {
    const { errors } = await submit({ documentType: 'hk_macao_permit', documentNumber: '12345678' });
    expect(errors[0]).toMatchObject({ reply: 'secure.error.document_form' });
    expect(errors[0]?.message).toContain('H 或 M 开头');
  });

  it('takes a typed signature from a script', async () => {
    const { tiny } = await submit({ signature: '张伟' });
    expect(tiny.pledges[0]?.signature).toBe('张伟');
  });
});

describe('a name', () => {
  it('may have parts, joined by whichever dot the input method offers', () => {
    for (const dot of ['·', '•', '・', '．', '.']) {
      expect(readName(`买买提${dot}艾合买提`, 'resident_id')).toEqual({ ok: true, name: '买买提·艾合买提' });
    }
  });

  it('may contain rare characters, and spaces between characters are slips', () => {
    expect(readName('张 𬀩', 'resident_id')).toEqual({ ok: true, name: '张𬀩' });
  });

  it('may not be longer than thirty characters', () => {
    expect(readName('张'.repeat(31), 'resident_id')).toMatchObject({ ok: false });
  });
});
