import { describe, expect, it } from 'vitest';
import { digestOf, isSecureToken, newSecureToken } from '../../src/domain/secure-token.ts';
import { CHILD_NUMBER, countingRandom, createTinyDesk } from './tiny-desk.ts';

const GOOD = { name: '张小宝', documentNumber: CHILD_NUMBER, agreed: true, signature: '张伟' };

describe('a secure link', () => {
  it('is lapsed from its last moment on, and takes nothing any more', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('relative');
    tiny.clock.pass(30 * 60_000 - 1);
    expect((await tiny.desk.open(token)).state).toBe('open');
    tiny.clock.pass(1);
    expect((await tiny.desk.open(token)).state).toBe('lapsed');
    expect(await tiny.desk.submit(token, GOOD)).toMatchObject({
      ok: false,
      state: 'lapsed',
      errors: [{ field: 'link', reply: 'secure.error.link_lapsed' }],
    });
    expect(tiny.persons).toHaveLength(1);
  });

  it('is used up by one submit; a second finds it done and writes nothing', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('relative');
    await tiny.desk.submit(token, GOOD);
    expect(await tiny.desk.submit(token, { ...GOOD, name: '李小宝' })).toMatchObject({
      ok: false,
      state: 'used',
    });
    expect((await tiny.desk.open(token)).state).toBe('used');
    expect(tiny.done).toHaveLength(1);
    expect(tiny.pledges).toHaveLength(1);
  });

  it('writes once when the button is pressed twice at the same moment', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('relative');
    const results = await Promise.all([1, 2, 3].map(() => tiny.desk.submit(token, GOOD)));
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(tiny.pledges).toHaveLength(1);
    expect(tiny.done).toHaveLength(1);
  });

  it('shows nothing of what was entered once it is used', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('relative');
    await tiny.desk.submit(token, GOOD);
    const view = JSON.stringify(await tiny.desk.open(token));
    expect(view).not.toContain('张小宝');
    expect(view).not.toContain(CHILD_NUMBER);
  });

  it.each(['', 'x', 'x'.repeat(43), '../../etc/passwd', `${'A'.repeat(42)}=`])(
    'is unknown when guessed: %s',
    async (guess) => {
      const tiny = createTinyDesk();
      await tiny.link('verify');
      expect((await tiny.desk.open(guess)).state).toBe('unknown');
      expect(await tiny.desk.submit(guess, { person: 'zhang' })).toMatchObject({
        ok: false,
        state: 'unknown',
      });
      expect(tiny.told).toEqual([]);
    },
  );

  it('belongs to the browser that opened it first', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('relative');
    const [mine, other] = ['m', 'o'].map((letter) => letter.repeat(43));
    expect((await tiny.desk.open(token, mine)).state).toBe('open');
    expect(await tiny.desk.open(token, other)).toEqual({ state: 'taken', words: expect.anything() });
    expect(await tiny.desk.submit(token, GOOD, other)).toMatchObject({ ok: false, state: 'taken' });
    expect(await tiny.desk.submit(token, GOOD, 'no pass')).toMatchObject({ ok: false, state: 'taken' });
    expect(tiny.done).toEqual([]);
    expect(await tiny.desk.submit(token, GOOD, mine)).toMatchObject({ ok: true, next: 'done' });
  });

  it('cannot be found by the digest that is stored', async () => {
    const tiny = createTinyDesk();
    const token = await tiny.link('verify');
    expect((await tiny.desk.open(digestOf(token))).state).toBe('unknown');
  });

  it('carries 32 random bytes in characters that fit an address', () => {
    const random = countingRandom();
    const asked: number[] = [];
    const token = newSecureToken((size) => {
      asked.push(size);
      return random.bytes(size);
    });
    expect(asked).toEqual([32]);
    expect(isSecureToken(token)).toBe(true);
    expect(encodeURIComponent(token)).toBe(token);
  });
});
