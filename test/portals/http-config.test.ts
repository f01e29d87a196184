/** Which office a configuration leads to, and when it leads nowhere. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chooseOffice, type OfficeTools } from '../../src/choose-office.ts';
import { readConfig, VARIABLES } from '../../src/config.ts';
import type { IdentityProvider } from '../../src/contracts/identity.ts';
import { countedRandom, SetClock } from './world.ts';

const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
const secret = { GONGJI_PORTAL_KEY_ID: 'a', GONGJI_PORTAL_SECRET: 'a secret that is longer than needed' };
const certificate = { GONGJI_PORTAL_CERT: file('client.crt'), GONGJI_PORTAL_KEY: file('client.key') };
const bureau = { GONGJI_PORTAL: 'https://gateway.example.cn/mutual-aid/' };
const here = { GONGJI_PORTAL: 'http://127.0.0.1:4000' };
const people = { GONGJI_DEMO_PEOPLE: 'fixtures/demo.yaml' };

const provider: IdentityProvider = {
  id: 'real',
  options: async () => [],
  begin: async () => ({ refused: 'unknown_person' }),
  prove: async () => ({ refused: 'lapsed' }),
};

async function choose(env: Record<string, string>, identity?: IdentityProvider) {
  const tools: OfficeTools = { clock: new SetClock(), random: countedRandom(), tell: () => {}, identity };
  return chooseOffice(readConfig(env), tools);
}

describe('the office of a configuration', () => {
  it('is the simulated one unless another is named', async () => {
    expect(await choose({})).toHaveProperty('officeFile');
    expect(await choose({ GONGJI_PORTAL: 'simulated' })).toHaveProperty('officeFile');
    // Credentials without an office are not used for anything.
    expect(await choose(secret)).toHaveProperty('officeFile');
  });

  it('is that of a bureau, known by its address', async () => {
    expect(await choose({ ...bureau, ...secret }, provider)).toMatchObject({
      portal: { id: 'http:gateway.example.cn/mutual-aid' },
      identity: provider,
    });
    expect(
      await choose({ ...bureau, ...certificate, GONGJI_PORTAL_CA: file('authority.crt') }, provider),
    ).toHaveProperty('portal');
  });

  it('may be a served simulated one on this machine, with the people of its fixture', async () => {
    const parts = await choose({ ...here, ...secret, ...people });
    if (!('portal' in parts)) throw new Error('Not the office over HTTP');
    expect(parts.portal.id).toBe('http:127.0.0.1:4000');
    expect((await parts.identity.options()).map(({ value }) => value)).toContain('zheng-kai');
  });

  it.each([
    [
      'nobody who proves who citizens are',
      { ...bureau, ...secret },
      /nothing here can prove who a citizen is/u,
    ],
    ['invented people for a real bureau', { ...bureau, ...secret, ...people }, /nothing here can prove/u],
    ['nothing by which the bureau knows us', { ...here, ...people }, /must be able to know us/u],
    ['half a secret', { ...here, ...people, GONGJI_PORTAL_KEY_ID: 'a' }, /belong together/u],
    [
      'half a certificate',
      { ...here, ...people, GONGJI_PORTAL_CERT: file('client.crt') },
      /belong together/u,
    ],
    [
      'a file that is not there',
      { ...here, ...people, ...certificate, GONGJI_PORTAL_CA: '/no' },
      /GONGJI_PORTAL_CA/u,
    ],
    [
      'the secret of the manual',
      { ...here, ...people, ...secret, GONGJI_PORTAL_SECRET: VARIABLES.GONGJI_PORTAL_SECRET.example },
      /example everybody knows/u,
    ],
  ])('is refused with %s', async (_, env, message) => {
    await expect(choose(env)).rejects.toThrow(message);
    await expect(choose(env)).rejects.toMatchObject({ code: 'bad_config' });
  });

  it.each([
    'http://gateway.example.cn',
    'https://user:word@gateway.example.cn',
    'https://gateway.example.cn/?a=b',
    'ftp://gateway.example.cn',
    'gateway.example.cn',
    'http://127.0.0.1.example.cn',
  ])('is not found at %s', (address) => {
    expect(() => readConfig({ GONGJI_PORTAL: address })).toThrow(/GONGJI_PORTAL: expected/u);
  });
});
