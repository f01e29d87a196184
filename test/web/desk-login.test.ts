/** Coming in and going out: sessions, one-time links, and a real provider of OpenID Connect. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, readConfig, VARIABLES } from '../../src/config.ts';
import { checkWebDesk } from '../../src/web/desk-open.ts';
import { createDeskSecret } from '../../src/web/desk-secret.ts';
import { countedRandom } from '../store/world.ts';
import { cookieOf, type DeskHouse, HOST, IDLE_MINUTES, MAX_HOURS, openDeskHouse } from './desk-house.ts';
import { type Issuer, logInAt, openIssuer } from './desk-issuer.ts';

let house: DeskHouse;
let issuer: Issuer | undefined;
const tokenIn = (address: string) => address.split('/').at(-1) ?? '';
const nobody = () => house.visitor('', '');

afterEach(async () => {
  await house?.end();
  await issuer?.close();
  issuer = undefined;
});

describe('a login', () => {
  beforeEach(async () => {
    house = await openDeskHouse();
  });

  it('is a cookie no script can read and no other site can send, and a new one each time', async () => {
    const token = tokenIn(await house.links.make());
    const planted = 'A'.repeat(43);
    const answer = await house.visitor(`gongji_desk=${planted}`, '').post('/desk/api/link', { token });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/u);
    expect(cookie).toMatch(/SameSite=Strict/u);
    expect(cookie).not.toContain(planted);
    expect((await house.visitor(`gongji_desk=${planted}`, '').get('/desk/api/me')).status).toBe(401);
    expect((await house.visitor(cookieOf(answer), '').get('/desk/api/me')).status).toBe(200);
  });

  it('ends the one the browser had before', async () => {
    const first = await house.login(['clerk']);
    const token = tokenIn(await house.links.make({ name: '别人' }));
    await first.post('/desk/api/link', { token });
    expect((await first.get('/desk/api/me')).status).toBe(401);
  });

  it('that was stolen opens nothing after the logout', async () => {
    const staff = await house.login(['clerk']);
    const thief = house.visitor(staff.cookie, staff.csrf);
    expect((await thief.get('/desk/api/me')).status).toBe(200);
    const left = await staff.post('/desk/api/logout');
    expect(left.headers.get('set-cookie')).toMatch(/gongji_desk=;.*Max-Age=0/u);
    expect((await thief.get('/desk/api/me')).status).toBe(401);
    expect((await thief.post('/desk/api/cases/list', {})).status).toBe(401);
    expect((await thief.post('/desk/api/logout')).status).toBe(401);
  });

  it('is over after half an hour of silence, and after ten hours of work', async () => {
    const idle = await house.login(['clerk']);
    await house.world.pass(IDLE_MINUTES - 1);
    expect((await idle.get('/desk/api/me')).status).toBe(200);
    await house.world.pass(IDLE_MINUTES - 1);
    expect((await idle.get('/desk/api/me')).status).toBe(200);
    await house.world.pass(IDLE_MINUTES + 1);
    expect((await idle.get('/desk/api/me')).status).toBe(401);
    const busy = await house.login(['clerk']);
    for (let passed = 0; passed < MAX_HOURS * 60; passed += 20) {
      expect((await busy.get('/desk/api/me')).status).toBe(200);
      await house.world.pass(20);
    }
    expect((await busy.get('/desk/api/me')).status).toBe(401);
  });

  it('acts only from its own page, with the token that page was told', async () => {
    const staff = await house.login(['lead']);
    const other = await house.login(['lead']);
    const list = (headers: Record<string, string>) => staff.post('/desk/api/cases/list', {}, headers);
    expect((await list({})).status).toBe(200);
    expect((await list({ Origin: 'https://evil.example' })).status).toBe(403);
    expect((await list({ Origin: 'null' })).status).toBe(403);
    expect((await list({ 'Content-Type': 'text/plain' })).status).toBe(403);
    expect((await list({ 'X-Gongji-Desk': '' })).status).toBe(403);
    expect((await list({ 'X-Gongji-Desk': other.csrf })).status).toBe(403);
    expect((await staff.post('/desk/api/logout', {}, { 'X-Gongji-Desk': '' })).status).toBe(403);
    const form = await house.request('/desk/api/cases/list', {
      method: 'POST',
      headers: { Cookie: staff.cookie, 'Content-Type': 'application/x-www-form-urlencoded', Origin: HOST },
      body: 'show=all',
    });
    expect(form.status).toBe(403);
  });

  it('cannot be guessed, made up, or found in the tables', async () => {
    const staff = await house.login(['clerk']);
    const secret = staff.cookie.split('=')[1] ?? '';
    for (const guess of ['x'.repeat(43), secret.slice(0, 42), `${secret}x`, '', '../../etc/passwd', '%00']) {
      expect([guess, (await house.visitor(`gongji_desk=${guess}`, '').get('/desk/api/me')).status]).toEqual([
        guess,
        401,
      ]);
    }
    // Another secret finds another key: a row written by somebody else is found by nobody.
    const [ours, theirs] = ['one secret of this house', 'another secret, of a thief'].map((text) =>
      createDeskSecret(text, countedRandom('x')).digest('session', secret),
    );
    expect(ours).not.toBe(theirs);
    expect(await house.world.app.store.deskSession(secret, 0)).toBeUndefined();
  });

  it('is in nobody’s frame, in no cache, and its page says nothing before', async () => {
    const shell = await house.request('/desk');
    const text = await shell.text();
    expect(text).toMatch(/<title>坐席工作台/u);
    expect(text).not.toMatch(/<script(?![^>]*src=)|style=/u);
    expect(shell.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(shell.headers.get('x-frame-options')).toBe('DENY');
    const staff = await house.login(['clerk']);
    expect((await staff.get('/desk/api/me')).headers.get('cache-control')).toBe('no-store');
    expect((await staff.get('/desk/api/events')).headers.get('cache-control')).toBe('no-store');
  });

  it('asks too often and is told to wait', async () => {
    const staff = await house.login(['clerk']);
    const statuses = [];
    for (let n = 0; n < 602; n += 1) statuses.push((await staff.get('/desk/api/me')).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.indexOf(429)).toBeGreaterThan(590);
  });
});

describe('a one-time link', () => {
  beforeEach(async () => {
    house = await openDeskHouse();
  });

  it('keeps its secret out of what is sent and logged, and opens once', async () => {
    const address = new URL(await house.links.make({ name: '值班' }));
    expect([address.pathname, address.search]).toEqual(['/desk', '']);
    const token = tokenIn(address.href);
    const tries = await Promise.all(
      Array.from({ length: 5 }, () => nobody().post('/desk/api/link', { token })),
    );
    expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410, 410]);
  });

  it('lapses after ten minutes', async () => {
    const token = tokenIn(await house.links.make());
    await house.world.pass(10);
    expect((await nobody().post('/desk/api/link', { token })).status).toBe(410);
  });

  it('gives the roles it was made with and no others', async () => {
    const staff = await house.login(['auditor'], '陈审计');
    expect(await staff.read('/desk/api/me')).toMatchObject({ name: '陈审计', roles: ['auditor'] });
    await expect(house.links.make({ roles: ['boss'] as never })).rejects.toThrow();
  });

  it('is not used by another site, and not guessed', async () => {
    const token = tokenIn(await house.links.make());
    const foreign = await nobody().post('/desk/api/link', { token }, { Origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const guesses = [];
    for (let n = 0; n < 22; n += 1) {
      const made = `${'x'.repeat(41)}${String(n).padStart(2, '0')}`;
      guesses.push((await nobody().post('/desk/api/link', { token: made })).status);
    }
    expect(guesses.slice(-2)).toEqual([429, 429]);
    expect(house.refused).toContain('link');
    await house.world.pass(1);
    expect((await nobody().post('/desk/api/link', { token })).status).toBe(200);
  });
});

describe('logging in at a real provider', () => {
  async function open(options: Parameters<typeof openDeskHouse>[0] = {}): Promise<Issuer> {
    issuer = await openIssuer(HOST);
    house = await openDeskHouse({ issuer, ...options });
    return issuer;
  }

  async function begin() {
    const answer = await house.request('/desk/login');
    return { answer, cookie: cookieOf(answer), address: answer.headers.get('location') ?? '' };
  }
  const back = (address: string, cookie: string) =>
    house.request(address.slice(HOST.length), { headers: { Cookie: cookie } });
  const session = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .find((one) => one.startsWith('gongji_desk='))
      ?.split(';')[0] ?? '';

  it('gives name and roles from the claims, and asks with PKCE, state and nonce', async () => {
    const at = await open();
    at.people.set('li', { name: '李坐席', groups: ['desk-clerks', 'canteen'] });
    const { answer, cookie, address } = await begin();
    expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Lax/u);
    const asked = new URL(address).searchParams;
    expect([asked.get('code_challenge_method'), asked.get('response_type')]).toEqual(['S256', 'code']);
    expect(new Set([asked.get('state'), asked.get('nonce'), asked.get('code_challenge')]).size).toBe(3);
    const arrived = await back(await logInAt(at, address, 'li'), cookie);
    expect([arrived.status, arrived.headers.get('location')]).toEqual([303, '/desk']);
    expect(arrived.headers.getSetCookie().join('\n')).toMatch(/gongji_desk=[\w-]{43};.*SameSite=Strict/u);
    const me = await house.visitor(session(arrived), '').read('/desk/api/me');
    expect(me).toMatchObject({ id: 'oidc:li', name: '李坐席', roles: ['clerk'] });
  });

  it('turns away whoever has none of our roles, and believes no page about roles', async () => {
    const at = await open();
    at.people.set('guest', { name: '访客', groups: ['canteen', 'lead'] });
    const { cookie, address } = await begin();
    const arrived = await back(await logInAt(at, address, 'guest'), cookie);
    expect(arrived.headers.get('location')).toBe('/desk#/refused/no_role');
    expect([session(arrived), house.refused]).toEqual(['', ['no_role']]);
  });

  it('is bound to the browser that began it, to its state, and to one use', async () => {
    const at = await open();
    at.people.set('li', { name: '李坐席', groups: ['desk-clerks'] });
    const [mine, theirs] = [await begin(), await begin()];
    const landing = await logInAt(at, mine.address, 'li');
    expect((await back(landing, '')).headers.get('location')).toBe('/desk#/refused/lapsed');
    // Somebody else's code in my browser would make me work under their name.
    expect((await back(landing, theirs.cookie)).headers.get('location')).toBe('/desk#/refused/refused');
    expect((await back(landing, mine.cookie)).headers.get('location')).toBe('/desk');
    expect((await back(landing, mine.cookie)).headers.get('location')).toBe('/desk#/refused/lapsed');
    const late = await begin();
    await house.world.pass(11);
    expect(
      (await back(`${HOST}/desk/login/callback?code=x&state=y`, late.cookie)).headers.get('location'),
    ).toBe('/desk#/refused/lapsed');
  });

  it('leads to the provider at the logout, so that the next one at this computer has to log in', async () => {
    const at = await open();
    at.people.set('li', { name: '李坐席', groups: ['desk-clerks', 'desk-leads'] });
    const { cookie, address } = await begin();
    const own = session(await back(await logInAt(at, address, 'li'), cookie));
    const { csrf } = await house.visitor(own, '').read<{ csrf: string }>('/desk/api/me');
    const { next } = (await (await house.visitor(own, csrf).post('/desk/api/logout')).json()) as {
      next: string;
    };
    const url = new URL(next);
    expect(url.href.startsWith(`${at.url}/session/end`)).toBe(true);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${HOST}/desk`);
    expect((await fetch(url)).status).toBe(200);
    expect((await house.visitor(own, csrf).get('/desk/api/me')).status).toBe(401);
  });

  it('says so when the provider is away, and goes on when it is back', async () => {
    const gone = await openIssuer(HOST);
    await gone.close();
    house = await openDeskHouse({ issuer: gone });
    expect((await begin()).answer.headers.get('location')).toBe('/desk#/refused/unavailable');
    issuer = await openIssuer(HOST, Number(new URL(gone.url).port));
    expect((await begin()).address).toContain(gone.url);
  });

  it('takes roles from deep within the claims', async () => {
    const at = await open({ roleClaim: 'realm.roles' });
    at.people.set('wang', { name: '王', realm: { roles: ['desk-leads'] } });
    const { cookie, address } = await begin();
    const own = session(await back(await logInAt(at, address, 'wang'), cookie));
    expect(await house.visitor(own, '').read('/desk/api/me')).toMatchObject({ roles: ['lead'] });
  });
});

describe('over https', () => {
  it('every cookie is secure and bound to the host', async () => {
    house = await openDeskHouse({ publicUrl: 'https://gongji.example.cn' });
    const token = tokenIn(await house.links.make());
    const cookie = (await nobody().post('/desk/api/link', { token })).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-gongji_desk=/u);
    expect(cookie).toMatch(/Secure/u);
    expect(cookie).toMatch(/Path=\//u);
  });
});

describe('the desk', () => {
  const OIDC = {
    GONGJI_OIDC_ISSUER: 'https://login.example.cn',
    GONGJI_OIDC_CLIENT_ID: 'gongji-desk',
    GONGJI_OIDC_ROLES: 'clerk=a lead=b',
  };
  const SECRET = '5f1d8c0e9b7a4362d1e0f9c8b7a69584';
  const REAL = { GONGJI_HOST: '0.0.0.0', GONGJI_PUBLIC_URL: 'https://gongji.example.cn' };
  const checked = (env: Record<string, string>): string => checkWebDesk(readConfig(env) as Config);

  it('can be tried out on this machine alone', () => {
    expect(checked({})).toBe('demo');
    expect(checked({ GONGJI_HOST: '0.0.0.0' })).toBe('real');
    expect(checked({ GONGJI_PUBLIC_URL: 'https://gongji.example.cn' })).toBe('real');
    expect(checked({ GONGJI_PORTAL: 'http://127.0.0.1:9/x' })).toBe('real');
  });

  it('refuses to start without a secret, with the one of the manual, or with one that can be guessed', () => {
    expect(() => checked({ ...OIDC, ...REAL })).toThrow(/GONGJI_DESK_SECRET is missing.*openssl rand/u);
    const example = VARIABLES.GONGJI_DESK_SECRET.example;
    expect(() => checked({ ...OIDC, ...REAL, GONGJI_DESK_SECRET: example })).toThrow(
      /the one of the manual/u,
    );
    expect(() => checked({ GONGJI_DESK_SECRET: 'a'.repeat(32) })).toThrow(/can be guessed/u);
    expect(() => readConfig({ GONGJI_DESK_SECRET: 'short' })).toThrow(/at least 32 characters/u);
    expect(checked({ ...OIDC, ...REAL, GONGJI_DESK_SECRET: SECRET })).toBe('real');
  });

  it('lets nobody log in without https, and takes no half login', () => {
    const open = { ...OIDC, GONGJI_HOST: '0.0.0.0', GONGJI_DESK_SECRET: SECRET };
    expect(() => checked(open)).toThrow(/https address/u);
    expect(() => checked({ ...open, GONGJI_PUBLIC_URL: 'http://gongji.example.cn' })).toThrow(
      /https address/u,
    );
    expect(() => readConfig({ GONGJI_OIDC_ISSUER: 'https://login.example.cn' })).toThrow(
      /GONGJI_OIDC_ROLES: missing/u,
    );
    expect(() => readConfig({ ...OIDC, GONGJI_OIDC_ISSUER: 'http://login.example.cn' })).toThrow(
      /GONGJI_OIDC_ISSUER/u,
    );
    expect(() => readConfig({ ...OIDC, GONGJI_OIDC_ROLES: 'boss=x' })).toThrow(/GONGJI_OIDC_ROLES/u);
  });
});
