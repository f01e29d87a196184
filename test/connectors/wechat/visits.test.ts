import { expect, it } from 'vitest';
import { createVisits } from '../../../src/connectors/wechat/oa/visits.ts';
import type { Address } from '../../../src/domain/conversation.ts';

const LIN: Address = { channel: 'wechat-oa', account: 'wx1', user: 'o_lin' };
const push = (key: string, address = LIN) => ({ address, key });
const still = () => new AbortController().signal;
const PATIENCE_MS = 20;

it('two tries of one push are one visit: one gets the answer, the other nothing', async () => {
  const visits = createVisits(PATIENCE_MS);
  const both = [visits.join(push('1'), still()), visits.join(push('1'), still())];
  visits.claim(LIN)?.end('答');
  expect(await Promise.all(both)).toEqual([{ kind: 'nothing' }, { kind: 'reply', text: '答' }]);
});

it('a try whose connection was cut is passed over', async () => {
  const visits = createVisits(PATIENCE_MS);
  const cut = new AbortController();
  const both = [visits.join(push('1'), still()), visits.join(push('1'), cut.signal)];
  cut.abort();
  visits.claim(LIN)?.end('答');
  expect(await Promise.all(both)).toEqual([{ kind: 'reply', text: '答' }, { kind: 'nothing' }]);
});

it('a push without anybody listening is not claimed, nor is one of somebody else', async () => {
  const visits = createVisits(PATIENCE_MS);
  const cut = new AbortController();
  visits.join(push('1'), cut.signal);
  visits.join(push('2', { ...LIN, user: 'o_wang' }), still());
  cut.abort();
  expect(visits.claim(LIN)).toBeUndefined();
  visits.close();
});

it('the oldest is claimed first, and each once', async () => {
  const visits = createVisits(PATIENCE_MS);
  for (const key of ['1', '2']) visits.join(push(key), still());
  const claims = [visits.claim(LIN), visits.claim(LIN), visits.claim(LIN)];
  expect(claims.map((claim) => claim?.push.key)).toEqual(['1', '2', undefined]);
  for (const claim of claims) claim?.end(undefined);
});

it('patience ends for all tries at once, and not after the push was claimed', async () => {
  const visits = createVisits(PATIENCE_MS);
  const late = [visits.join(push('1'), still()), visits.join(push('1'), still())];
  expect(await Promise.all(late)).toEqual([{ kind: 'late' }, { kind: 'late' }]);
  const kept = visits.join(push('2'), still());
  const claim = visits.claim(LIN);
  const other = createVisits(PATIENCE_MS * 2);
  await other.join(push('3'), still());
  claim?.end('答');
  expect(await kept).toEqual({ kind: 'reply', text: '答' });
});
