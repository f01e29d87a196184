/** Pushes that WeChat never sent: refused alike, nothing written down, nothing said, the house unhurt. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACKS } from '../doubles/wechat/attacks.ts';
import { type House, openHouse } from './house.ts';
import { heard, written } from './whole.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

describe('the house', () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('refuses %s', async (_, { forge }) => {
    const victim = house.wechat.phone('victim');
    const stranger = house.wechat.phone('stranger');
    const letter = stranger.write('伪造的话');
    const answer = await house.wechat.pusher.post(forge(house.wechat.world, letter));
    await house.settled();
    // A connection that is closed before a large body was read whole is a refusal as well.
    expect([undefined, 400, 401, 403, 413, 415]).toContain(answer?.status);
    expect(answer?.body ?? '').not.toMatch(/伪造|<xml|root:|stack|Error/u);
    expect(await written(house, stranger)).toEqual([]);
    expect(await written(house, victim)).toEqual([]);
    expect(stranger.reads()).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('refuses all that is forged in the same words, so that nobody learns how far they came', async () => {
    const letter = house.wechat.phone('stranger').write('伪造的话');
    const names = [
      'a signature by another token',
      'one byte of the body changed',
      'the id of another account inside',
      'another key',
      'padding whose bytes differ',
    ];
    const answers = await Promise.all(
      ATTACKS.filter(({ name }) => names.includes(name)).map(({ forge }) =>
        house.wechat.pusher.post(forge(house.wechat.world, letter)),
      ),
    );
    expect(answers).toHaveLength(names.length);
    expect(new Set(answers.map((answer) => `${answer?.status} ${answer?.body}`)).size).toBe(1);
  });

  it('answers a push that is sent again with time and nonce exchanged as the one it is, once', async () => {
    const lin = house.wechat.phone('lin');
    const request = house.wechat.pusher.seal(lin.write('你好'));
    await house.wechat.pusher.post(request);
    await house.settled();
    const { timestamp = '', nonce = '' } = request.query;
    await house.wechat.pusher.post({
      ...request,
      query: { ...request.query, timestamp: nonce, nonce: timestamp },
    });
    await house.settled();
    expect(await written(house, lin)).toEqual(['你好']);
  });

  it('echoes nothing to whoever can not sign, and plain text to whoever can', async () => {
    const forged = await house.wechat.verify({ echo: '<script>1</script>', signature: 'f'.repeat(40) });
    expect(forged.isAccepted).toBe(false);
    expect(forged.body).not.toContain('script');
    expect(await house.wechat.verify()).toMatchObject({ isAccepted: true });
  });

  it('still answers everybody else', async () => {
    const wu = house.wechat.phone('wu');
    await wu.say('家庭共济是什么');
    await house.settled();
    expect(await heard(house, wu)).toContain('answer');
    expect(wu.reads().length).toBeGreaterThan(0);
  });
});
