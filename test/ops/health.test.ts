/** Readiness with its reasons, and who may see what. */
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Figures, StoreFigures } from '../../src/contracts/figures.ts';
import { createHealth, type Health, type HealthParts } from '../../src/health.ts';
import { MOST_WAITING } from '../../src/limits.ts';
import { METRICS_TYPE } from '../../src/metrics.ts';
import type { ChannelState } from '../../src/watch-store.ts';
import type { OfficeState } from '../../src/watching.ts';
import { opsRoutes } from '../../src/web/ops-routes.ts';
import { START, StillClock } from '../store/world.ts';

const QUIET: StoreFigures = {
  inbox: { waiting: 0, dead: 0 },
  outbox: { pending: 0, parked: 0, dead: 0 },
  tasks: { open: 0 },
  timers: {},
  staffItems: { waiting: 0 },
  cases: {
    open: { under_1h: 0, under_4h: 0, under_1d: 0, under_3d: 0, over_3d: 0 },
    unassigned: 0,
    firstAnswerLate: 0,
    resolutionLate: 0,
  },
  windows: [],
  migrations: 'current',
};

let clock: StillClock;
let found: StoreFigures | Error;
let office: OfficeState;
let channels: readonly ChannelState[];
let health: Health;
let looks: number;

beforeEach(() => {
  clock = new StillClock();
  found = QUIET;
  office = {};
  channels = [];
  looks = 0;
  health = open();
  health.started();
});
afterEach(() => health.stop());

function open(more: Partial<HealthParts> = {}): Health {
  const store: Figures = {
    ping: async () => {},
    async figures() {
      looks += 1;
      if (found instanceof Error) throw found;
      return found;
    },
  };
  return createHealth({
    store,
    clock,
    knowledge: () => 'abc',
    channels: () => channels,
    open: () => ['web', 'wechat-oa'],
    office: () => office,
    ...more,
  });
}

describe('ready', () => {
  test('when nothing is wrong', async () => {
    expect(await health.ready()).toMatchObject({ ready: true, reasons: [], warnings: [] });
  });

  test('not before the start, and not from the first moment of the end', async () => {
    const other = open();
    expect((await other.ready()).reasons).toEqual(['starting']);
    other.started();
    expect((await other.ready()).ready).toBe(true);
    other.stopping();
    expect(await other.ready()).toMatchObject({ ready: false, reasons: ['stopping'] });
    other.started();
    expect((await other.ready()).reasons).toEqual(['stopping']);
    other.stop();
  });

  test('not when the store does not answer, and again when it does', async () => {
    found = new Error('gone');
    expect(await health.ready()).toMatchObject({ ready: false, reasons: ['store_unreachable'] });
    found = QUIET;
    expect((await health.ready()).ready).toBe(true);
  });

  test('not without knowledge, with older tables, or with a full queue', async () => {
    found = { ...QUIET, migrations: 'older', inbox: { waiting: MOST_WAITING, oldestAt: START, dead: 0 } };
    const other = open({ knowledge: () => '' });
    other.started();
    expect((await other.ready()).reasons).toEqual(['tables_older', 'knowledge_missing', 'queue_full']);
    other.stop();
  });
});

describe('warnings leave it ready', () => {
  test('what waits too long and what was given up', async () => {
    clock.advance(1_000_000);
    const oldestAt = START;
    found = {
      ...QUIET,
      inbox: { waiting: 1, oldestAt, dead: 2 },
      outbox: { pending: 1, parked: 0, dead: 1, oldestAt },
      tasks: { open: 1, oldestDueAt: START },
      timers: { oldestDueAt: START },
    };
    const state = await health.ready();
    expect(state.ready).toBe(true);
    expect(state.warnings).toEqual([
      'inbox_late',
      'inbox_dead',
      'outbox_late',
      'outbox_dead',
      'tasks_late',
      'timers_late',
    ]);
    expect(state.checks).toMatchObject({ inboxOldestSeconds: 1_000, inboxDead: 2, taskLagSeconds: 1_000 });
  });

  test('the office away for two minutes, not for one failed call', async () => {
    office = { okAt: START, failedAt: START + 1 };
    clock.advance(60_000);
    expect((await health.ready()).warnings).toEqual([]);
    clock.advance(70_000);
    expect((await health.ready()).warnings).toEqual(['office_away']);
    office = { okAt: START + 130_000, failedAt: START + 1 };
    expect((await health.ready()).warnings).toEqual([]);
  });

  test('a channel whose last try failed, until it is long ago or one succeeds', async () => {
    channels = [{ channel: 'wechat-oa', sentAt: START - 1, failedAt: START, code: 'timeout' }];
    const state = await health.ready();
    expect(state.warnings).toEqual(['channel_failing:wechat-oa']);
    expect(state.checks.channels).toEqual({ web: 'ok', 'wechat-oa': 'timeout' });
    channels = [{ channel: 'wechat-oa', sentAt: START + 1, failedAt: START, code: 'timeout' }];
    expect((await health.ready()).warnings).toEqual([]);
  });
});

test('many who ask at once cost one look at the store', async () => {
  await Promise.all(Array.from({ length: 20 }, () => health.ready()));
  expect(looks).toBe(1);
  clock.advance(4_999);
  await health.ready();
  expect(looks).toBe(1);
  clock.advance(2);
  await health.ready();
  expect(looks).toBe(2);
});

describe('who may look', () => {
  const ops = { ready: () => health.ready(), metrics: async () => 'gongji_ready 1\n' };
  const from = (remoteAddress: string) => ({
    incoming: { socket: { remoteAddress, remotePort: 1, remoteFamily: 'IPv4' } },
  });
  const app = (token?: string) => new Hono().route('/', opsRoutes({ ops, token }));
  const get = async (
    path: string,
    options: { token?: string; address?: string; headers?: Record<string, string> },
  ) =>
    app(options.token).request(
      path,
      { headers: options.headers ?? {} },
      from(options.address ?? '127.0.0.1'),
    );

  test('without a token, programs of this machine that came by no proxy', async () => {
    const here = await get('/metrics', {});
    expect(here.status).toBe(200);
    expect(here.headers.get('content-type')).toBe(METRICS_TYPE);
    for (const address of ['10.0.0.7', '203.0.113.9']) {
      expect((await get('/metrics', { address })).status).toBe(404);
    }
    for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) {
      expect((await get('/metrics', { headers: { [name]: '127.0.0.1' } })).status).toBe(404);
    }
  });

  test('with a token, whoever has it, from anywhere, and nobody else', async () => {
    const token = 'a-token-of-sixteen';
    const right = { Authorization: `Bearer ${token}` };
    expect((await get('/metrics', { token, address: '10.0.0.7', headers: right })).status).toBe(200);
    expect((await get('/metrics', { token })).status).toBe(404);
    expect((await get('/metrics', { token, headers: { Authorization: 'Bearer nonsense' } })).status).toBe(
      404,
    );
  });

  test('whether it is ready anybody may know; why, only those', async () => {
    health.stopping();
    const stranger = await get('/readyz', { address: '203.0.113.9' });
    expect(stranger.status).toBe(503);
    expect(await stranger.json()).toEqual({ ready: false });
    const here = await get('/readyz', {});
    expect(await here.json()).toMatchObject({ ready: false, reasons: ['stopping'] });
  });
});
