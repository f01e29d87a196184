/** What the network, a proxy or an office in trouble can do, over a real socket: an act is never sent twice by itself. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FAILURES, OPEN_MS } from '../../src/portals/http/breaker.ts';
import { OPERATIONS } from '../../src/portals/http/operations.ts';
import { problemOf } from '../../src/portals/http/problem.ts';
import { ANSWER_MAX_BYTES } from '../../src/portals/http/transport.ts';
import { clientOf, openHttpOffice, openImpostor, SetTimers, say } from './http-world.ts';
import { household, SetClock } from './world.ts';

const timeout = { code: 'portal_timeout', retry: 'later' };
const unavailable = { code: 'portal_unavailable', retry: 'later' };
const somebody = { name: '甲一', documentType: 'passport', documentNumber: 'X0000001' } as const;
const close = { kind: 'close', actor: somebody } as const;

async function opened() {
  const world = await openHttpOffice(household('130000'));
  return { ...world, act: { kind: 'bind', request: world.request('child', 'child') } as const };
}

describe('an act whose answer is lost', () => {
  it('was done: the outcome tells, and nothing is sent twice', async () => {
    const { office, portal, act, seen } = await opened();
    office.setFault({ how: 'timeout_after', on: 'bind' });
    await expect(portal.act(act, 'k')).rejects.toMatchObject(timeout);
    expect(await portal.outcomeOf('k')).toMatchObject({ done: true });
    expect(office.actCount('k')).toBe(1);
    expect(seen.filter(({ operation }) => operation === 'act')).toEqual([
      { operation: 'act', status: 504, code: 'timeout' },
    ]);
  });

  it('was not done: the outcome tells, and the same key does it', async () => {
    const { office, portal, act } = await opened();
    office.setFault({ how: 'timeout_before', on: 'bind' });
    await expect(portal.act(act, 'k')).rejects.toMatchObject(timeout);
    expect(await portal.outcomeOf('k')).toBe('unknown');
    expect(await portal.act(act, 'k')).toMatchObject({ done: true });
    expect(office.acts()).toEqual([{ key: 'k', kind: 'bind', times: 1 }]);
  });

  it('is still being done: nobody is told that the office never heard of it', async () => {
    let release = () => {};
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const delay = () =>
      new Promise<void>((resolve) => {
        release = resolve;
        begun();
      });
    const { office, portal, request, timers } = await openHttpOffice(household('130000'), {
      office: { delay },
    });
    const act = { kind: 'bind', request: request('child', 'child') } as const;
    office.setFault({ how: 'slow', on: 'bind', ms: 60_000 });
    const first = portal.act(act, 'k');
    const isLate = expect(first).rejects.toMatchObject(timeout);
    await isBegun;
    timers.pass(OPERATIONS.act.timeoutMs);
    await isLate;
    await expect(portal.outcomeOf('k')).rejects.toMatchObject(timeout);
    await expect(portal.act(act, 'k')).rejects.toMatchObject(timeout);
    release();
    expect(await portal.outcomeOf('k')).toMatchObject({ done: true });
    expect(office.actCount('k')).toBe(1);
  });
});

describe('trouble on the way', () => {
  it('an office that fails is asked again for what is only read', async () => {
    const { url, requests } = await openImpostor(({ nth }, response) =>
      nth < 3 ? say(response, 500, problemOf('internal')) : say(response, 200, { items: [] }),
    );
    expect(await clientOf(url).bindings(somebody)).toEqual([]);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ headers }) => headers['signature-input'])).size).toBe(3);
  });

  it('but not for ever, and with pauses that are bounded', async () => {
    const timers = new SetTimers();
    const { url, requests } = await openImpostor((_, response) =>
      say(response, 503, problemOf('unavailable')),
    );
    await expect(clientOf(url, { timers }).bindings(somebody)).rejects.toMatchObject(unavailable);
    expect(requests).toHaveLength(3);
    expect(timers.pauses).toHaveLength(2);
    expect(timers.pauses[0]).toBeLessThan(300);
    expect(timers.pauses[1]).toBeLessThan(600);
  });

  it.each([
    ['an error of the office', 500, JSON.stringify(problemOf('internal')), unavailable],
    ['a page of a proxy', 502, '<html>Bad gateway</html>', unavailable],
    ['a time-out of a proxy', 504, '', timeout],
    ['a page that is not there', 404, 'Not found', unavailable],
    ['a redirection', 302, '', unavailable],
    ['no JSON', 200, '{"done": tr', unavailable],
    ['JSON of another contract', 200, '{"ok": true}', unavailable],
    ['a success without an application', 200, '{"done": true}', unavailable],
    [
      'a problem that contradicts its status',
      500,
      JSON.stringify(problemOf('refused', { refused: 'self' })),
      unavailable,
    ],
    ['more than anybody reads', 200, `"${'x'.repeat(ANSWER_MAX_BYTES + 1)}"`, unavailable],
  ])('an act answered by %s is sent once, and its outcome is open', async (_, status, body, expected) => {
    const { url, requests } = await openImpostor((__, response) => response.writeHead(status).end(body));
    await expect(clientOf(url).act(close, 'k')).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  it('a connection that is cut in the middle of the answer leaves the outcome open', async () => {
    const { url, requests } = await openImpostor((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"done":', () => response.destroy());
    });
    await expect(clientOf(url).act(close, 'k')).rejects.toMatchObject(unavailable);
    expect(requests).toHaveLength(1);
  });

  it('an answer that begins and never ends is a time-out', async () => {
    const timers = new SetTimers();
    const { url } = await openImpostor((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"done":', () => timers.pass(OPERATIONS.act.timeoutMs));
    });
    await expect(clientOf(url, { timers }).act(close, 'k')).rejects.toMatchObject(timeout);
  });

  it('a refused connection is trouble, not an answer', async () => {
    const url = await freeAddress();
    await expect(clientOf(url).act(close, 'k')).rejects.toMatchObject(unavailable);
    await expect(clientOf(url).outcomeOf('k')).rejects.toMatchObject(unavailable);
  });

  it.each([
    [404, 'Not found'],
    [404, JSON.stringify(problemOf('not_found'))],
    [200, '{}'],
    [200, 'null'],
    [200, '{"state":"perhaps"}'],
  ])('only the office itself says that it never saw a key, not %i %s', async (status, body) => {
    const { url } = await openImpostor((_, response) => response.writeHead(status).end(body));
    await expect(clientOf(url).outcomeOf('k')).rejects.toMatchObject(unavailable);
  });

  it('messages of errors hold nothing of what was asked or answered', async () => {
    const { url } = await openImpostor((_, response) => response.writeHead(500).end('甲一 X0000001'));
    const error: Error = await clientOf(url)
      .bindings(somebody)
      .then(
        () => new Error('answered'),
        (caught: Error) => caught,
      );
    expect(error).toMatchObject(unavailable);
    expect(`${error.message}${error.stack}`).not.toMatch(/甲一|X0000001/u);
  });
});

describe('an office that is ahead of us', () => {
  it('refuses for a reason we do not know: a person must look at it', async () => {
    const { url } = await openImpostor((_, response) =>
      say(response, 422, problemOf('refused', { refused: 'moon_phase', cause: 'the_moon' })),
    );
    expect(await clientOf(url).act(close, 'k')).toEqual({ refused: 'other_reason' });
  });

  it('the same in what became of an act', async () => {
    const { url } = await openImpostor((_, response) =>
      say(response, 200, { state: 'refused', result: { refused: 'moon_phase' } }),
    );
    expect(await clientOf(url).outcomeOf('k')).toEqual({ refused: 'other_reason' });
  });

  it('refuses for a reason we know, with its cause', async () => {
    const { url } = await openImpostor((_, response) =>
      say(
        response,
        422,
        problemOf('refused', { refused: 'already_bound_elsewhere', cause: 'already_bound_elsewhere' }),
      ),
    );
    const refusal = { refused: 'already_bound_elsewhere', cause: 'already_bound_elsewhere' };
    expect(await clientOf(url).act(close, 'k')).toEqual(refusal);
  });

  it('says more than we know: the rest is left out', async () => {
    const { url } = await openImpostor((_, response) =>
      say(response, 200, {
        enrollments: [],
        moon: 'full',
        account: { balanceFen: 1, state: 'normal', moon: 1 },
      }),
    );
    expect(await clientOf(url).person(somebody)).toEqual({
      enrollments: [],
      account: { balanceFen: 1, state: 'normal' },
    });
  });

  it('has changes of a kind we do not know: they are passed over, whole pages as well', async () => {
    const at = '2026-11-24T02:00:00Z';
    const changes = [1, 2, 3, 4, 5].map((seq) =>
      seq < 5 ? { seq, at, kind: 'moon.risen' } : { seq, at, kind: 'account.credited', persons: [] },
    );
    const { url, requests } = await openImpostor(({ body }, response) => {
      const { after, limit } = JSON.parse(body) as { after: number; limit: number };
      say(response, 200, { items: changes.filter(({ seq }) => seq > after).slice(0, limit) });
    });
    const read = await clientOf(url).changes(0, 2);
    expect(read.map(({ seq }) => seq)).toEqual([5]);
    expect(requests).toHaveLength(3);
  });

  it('a change of a kind we know that does not fit is trouble, not passed over', async () => {
    const { url } = await openImpostor((_, response) =>
      say(response, 200, { items: [{ seq: 1, at: '2026-11-24T02:00:00Z', kind: 'binding.ended' }] }),
    );
    await expect(clientOf(url).changes(0, 2)).rejects.toMatchObject(unavailable);
  });
});

describe('the circuit breaker', () => {
  it('leaves an office in trouble alone, tries with one call, and goes on when that is answered', async () => {
    const clock = new SetClock();
    let isWell = false;
    const { url, requests } = await openImpostor((_, response) =>
      isWell ? say(response, 200, { state: 'unknown' }) : response.writeHead(502).end(),
    );
    const portal = clientOf(url, { clock });
    for (let n = 0; n < FAILURES; n += 1) await portal.act(close, `k${n}`).catch(() => {});
    expect(requests).toHaveLength(FAILURES);
    await expect(portal.act(close, 'k')).rejects.toMatchObject(unavailable);
    await expect(portal.outcomeOf('k')).rejects.toMatchObject(unavailable);
    expect(requests).toHaveLength(FAILURES);

    clock.advance(OPEN_MS);
    await expect(portal.act(close, 'k')).rejects.toMatchObject(unavailable);
    await expect(portal.act(close, 'k')).rejects.toMatchObject(unavailable);
    expect(requests).toHaveLength(FAILURES + 1);

    clock.advance(OPEN_MS);
    isWell = true;
    const both = await Promise.allSettled([portal.outcomeOf('k'), portal.outcomeOf('k')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await portal.outcomeOf('k')).toBe('unknown');
    expect(requests).toHaveLength(FAILURES + 3);
  });

  it('does not take refusals for trouble', async () => {
    const { url, requests } = await openImpostor((_, response) =>
      say(response, 422, problemOf('refused', { refused: 'self' })),
    );
    const portal = clientOf(url);
    for (let n = 0; n <= FAILURES; n += 1) await portal.act(close, `k${n}`);
    expect(requests).toHaveLength(FAILURES + 1);
  });
});

/** An address of this machine where nobody listens. */
async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
