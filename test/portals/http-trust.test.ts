/** Who is let in: signatures, replays, sizes and certificates, over a real socket. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REQUEST_MAX_BYTES } from '../../src/portals/http/gateway.ts';
import { serveOffice } from '../../src/portals/http/serve.ts';
import { createNonces, hmac, sign, signatureBase, WINDOW_MS } from '../../src/portals/http/sign.ts';
import { clientOf, type HttpWorld, openHttpOffice, SIGNING } from './http-world.ts';
import { household, START } from './world.ts';

const unavailable = { code: 'portal_unavailable', retry: 'later' };
const nonce = 'a-nonce-of-the-tests-1';

/** A signed request as it goes over the wire, to be sent again or tampered with. */
function signedClose({ key }: HttpWorld, more: { now?: number; nonce?: string; secret?: string } = {}) {
  const body = JSON.stringify({ act: { kind: 'close', actor: key('payer') } });
  const how = { ...SIGNING, now: START, nonce, ...more };
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Idempotency-Key': 'k',
    ...sign({ method: 'POST', path: '/v1/acts', body, idempotencyKey: 'k' }, how),
  };
  return { path: '/v1/acts', headers, body };
}

async function send(url: string, { path, headers, body }: ReturnType<typeof signedClose>) {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  const { code } = (await response.json()) as { readonly code?: string };
  return { status: response.status, code };
}

describe('a signed request', () => {
  it('is let in once', async () => {
    const world = await openHttpOffice(household('130000'));
    const request = signedClose(world);
    expect(await send(world.url, request)).toEqual({ status: 422, code: 'refused' });
    expect(await send(world.url, request)).toEqual({ status: 401, code: 'replayed' });
    expect(world.office.acts()).toEqual([{ key: 'k', kind: 'close', times: 1 }]);
  });

  it.each<[string, (request: ReturnType<typeof signedClose>) => unknown]>([
    ['another body', (request) => Object.assign(request, { body: request.body.replace('close', 'clos') })],
    ['another key', ({ headers }) => Object.assign(headers, { 'Idempotency-Key': 'k2' })],
    ['no key', ({ headers }) => delete headers['Idempotency-Key']],
    ['another path', (request) => Object.assign(request, { path: '/v1/bindings' })],
    ['another time', ({ headers }) => change(headers, 'Signature-Input', /created=\d+/u, 'created=1')],
    ['another nonce', ({ headers }) => change(headers, 'Signature-Input', nonce, 'a-nonce-of-the-tests-2')],
    ['another key id', ({ headers }) => change(headers, 'Signature-Input', 'assistant', 'administrator')],
    ['less covered', ({ headers }) => change(headers, 'Signature-Input', ' "content-digest"', '')],
    ['another digest', ({ headers }) => Object.assign(headers, { 'Content-Digest': 'sha-256=:AAAA:' })],
    ['no digest', ({ headers }) => delete headers['Content-Digest']],
    [
      'another signature',
      ({ headers }) => Object.assign(headers, { Signature: `sig1=:${'A'.repeat(43)}=:` }),
    ],
    ['half a signature', ({ headers }) => Object.assign(headers, { Signature: 'sig1=:AAAA:' })],
    ['no signature', ({ headers }) => delete headers.Signature],
  ])('is not let in with %s', async (_, tamper) => {
    const world = await openHttpOffice(household('130000'));
    const request = signedClose(world);
    tamper(request);
    expect(await send(world.url, request)).toEqual({ status: 401, code: 'unauthorized' });
    expect(world.office.acts()).toEqual([]);
  });

  it.each([
    ['too old', START - WINDOW_MS - 1_000, 401],
    ['from too far ahead', START + WINDOW_MS + 1_000, 401],
    ['of a clock a little behind', START - WINDOW_MS, 422],
    ['of a clock a little ahead', START + WINDOW_MS, 422],
  ])('%s', async (_, now, status) => {
    const world = await openHttpOffice(household('130000'));
    expect(await send(world.url, signedClose(world, { now }))).toMatchObject({ status });
  });

  it('with a wrong signature does not use up the nonce of the right one', async () => {
    const world = await openHttpOffice(household('130000'));
    expect(await send(world.url, signedClose(world, { secret: 'not ours' }))).toMatchObject({ status: 401 });
    expect(await send(world.url, signedClose(world))).toMatchObject({ status: 422 });
  });

  it('cannot be replayed as long as it would be fresh', async () => {
    const world = await openHttpOffice(household('130000'));
    const request = signedClose(world, { now: START + WINDOW_MS });
    expect(await send(world.url, request)).toMatchObject({ status: 422 });
    world.clock.advance(2 * WINDOW_MS);
    expect(await send(world.url, request)).toEqual({ status: 401, code: 'replayed' });
    world.clock.advance(1_000);
    expect(await send(world.url, request)).toEqual({ status: 401, code: 'unauthorized' });
  });

  it('of a client with another secret never reaches the office', async () => {
    const world = await openHttpOffice(household('130000'));
    const portal = clientOf(world.url, { signing: { ...SIGNING, secret: 'x'.repeat(40) } });
    const act = { kind: 'close', actor: world.key('payer') } as const;
    await expect(portal.act(act, 'k')).rejects.toMatchObject(unavailable);
    await expect(portal.act(act, 'k')).rejects.toThrow(/GONGJI_PORTAL_SECRET/u);
    expect(world.office.acts()).toEqual([]);
  });

  it('is made as the example of RFC 9421, B.2.5', () => {
    const params = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
    const base = signatureBase(
      [
        ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
        ['@authority', 'example.com'],
        ['content-type', 'application/json'],
      ],
      params,
    );
    const secret = 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==';
    expect(hmac(base, Buffer.from(secret, 'base64')).toString('base64')).toBe(
      'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    );
  });

  it('is refused rather than forgotten when there is no room for its nonce', () => {
    const nonces = createNonces(2);
    expect(nonces.take('a', { until: 10, now: 0 })).toBe(true);
    expect(nonces.take('b', { until: 10, now: 0 })).toBe(true);
    expect(nonces.take('c', { until: 20, now: 5 })).toBe(false);
    expect(nonces.take('c', { until: 20, now: 11 })).toBe(true);
    expect(nonces.take('c', { until: 20, now: 12 })).toBe(false);
  });
});

describe('a request', () => {
  it('larger than anything real is not read', async () => {
    const world = await openHttpOffice(household('130000'));
    const body = JSON.stringify({ person: { ...world.key('payer'), name: '一'.repeat(REQUEST_MAX_BYTES) } });
    const request = { path: '/v1/bindings', headers: { 'Content-Type': 'application/json' }, body };
    expect(await send(world.url, request)).toEqual({ status: 413, code: 'too_large' });
  });

  it('that does not fit is answered with the names of its fields, never with what they hold', async () => {
    const world = await openHttpOffice(household('130000'));
    const body = JSON.stringify({ person: { ...world.key('payer'), documentType: '甲一的证件', extra: 1 } });
    const path = '/v1/bindings';
    const headers = sign({ method: 'POST', path, body }, { ...SIGNING, now: START, nonce });
    const response = await fetch(`${world.url}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'bad_request', detail: 'person.documentType, person' });
    expect(text).not.toMatch(/甲一|9901/u);
  });

  it('for something that is not there is told so, and may not be kept by anybody', async () => {
    const world = await openHttpOffice(household('130000'));
    const response = await fetch(`${world.url}/v1/moon`, { method: 'POST' });
    expect(await response.json()).toMatchObject({ status: 404, code: 'not_found' });
    const known = await fetch(`${world.url}/v1/bindings`, { method: 'POST' });
    expect(known.headers.get('cache-control')).toBe('no-store');
  });
});

describe('mutual TLS', () => {
  const pem = (name: string) => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8');
  const ca = pem('authority.crt');
  const client = { ca, cert: pem('client.crt'), key: pem('client.key') };
  const stranger = { ca, cert: pem('stranger.crt'), key: pem('stranger.key') };
  const tls = { cert: pem('office.crt'), key: pem('office.key'), clientCa: ca };

  async function opened(secretOf?: (keyId: string) => string | undefined) {
    const world = await openHttpOffice(household('130000'));
    const { office, clock } = world;
    const served = await serveOffice({
      portal: office,
      clock,
      host: '127.0.0.1',
      port: 0,
      tls,
      ...(secretOf === undefined ? {} : { secretOf }),
    });
    return { ...world, url: served.url, served };
  }

  it('lets in who has a certificate of our authority, and nobody else', async () => {
    const { url, key, served } = await opened();
    expect(url).toMatch(/^https:/u);
    expect(await clientOf(url, { tls: client }).bindings(key('payer'))).toEqual([]);
    await expect(clientOf(url, { tls: stranger }).bindings(key('payer'))).rejects.toMatchObject(unavailable);
    await expect(clientOf(url, { tls: { ca } }).bindings(key('payer'))).rejects.toMatchObject(unavailable);
    await served.close();
  });

  it('an office we have no reason to believe gets nothing to see', async () => {
    const { url, key, seen, served } = await opened();
    const { ca: _, ...own } = client;
    await expect(clientOf(url, { tls: own }).bindings(key('payer'))).rejects.toMatchObject(unavailable);
    expect(seen).toEqual([]);
    await served.close();
  });

  it('may be asked for together with a signature', async () => {
    const { url, key, served } = await opened(() => 'another secret than ours, and long enough');
    await expect(clientOf(url, { tls: client }).bindings(key('payer'))).rejects.toMatchObject(unavailable);
    await served.close();
  });

  it('or a secret: an office is not served to everybody', async () => {
    const { office, clock } = await openHttpOffice(household('130000'));
    await expect(serveOffice({ portal: office, clock, host: '127.0.0.1', port: 0 })).rejects.toMatchObject({
      code: 'bad_config',
    });
  });
});

function change(headers: Record<string, string>, name: string, from: string | RegExp, to: string): void {
  headers[name] = (headers[name] ?? '').replace(from, to);
}
