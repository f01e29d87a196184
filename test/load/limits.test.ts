import { expect, it } from 'vitest';
import { createLimiter } from '../../src/connectors/web/rate-limit.ts';

const HOUR_MS = 3_600_000;

it('a clock that was ahead for a while and is set right locks nobody out', () => {
  let now = 10 * HOUR_MS;
  const limiter = createLimiter({ perMinute: 30, clock: { now: () => now } });
  expect(limiter.take('citizen')).toBe(true);
  now += 3 * HOUR_MS;
  expect(limiter.take('citizen')).toBe(true);
  now -= 3 * HOUR_MS;
  expect(limiter.take('citizen')).toBe(true);
});

it('setting the clock to and fro gives nobody more than a minute has', () => {
  let now = 10 * HOUR_MS;
  const limiter = createLimiter({ perMinute: 3, clock: { now: () => now } });
  const taken = Array.from({ length: 6 }, (_, n) => {
    now += n % 2 === 0 ? 10 : -10;
    return limiter.take('citizen');
  });
  expect(taken.filter(Boolean)).toHaveLength(3);
});
