/**
 * A real provider of OpenID Connect on this machine (`oidc-provider`), with its own forms for logging in: whoever
 * is typed in is logged in, and has the groups the test gives them.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { vi } from 'vitest';

export interface Issuer {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whom the provider knows: by login, the claims told of them. */
  readonly people: Map<
    string,
    { readonly name?: string; readonly groups?: readonly string[]; readonly realm?: object }
  >;
  close(): Promise<void>;
}

/** @param home where the desk is, `http://localhost` for instance */
export async function openIssuer(home: string, port = 0): Promise<Issuer> {
  // It warns of its forms and of keys made for the occasion: both are what a test wants.
  const quiet = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')].map((spy) =>
    spy.mockImplementation(() => {}),
  );
  const server: Server = createServer();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people: Issuer['people'] = new Map();
  const [clientId, clientSecret] = ['gongji-desk', 'a secret between the two'];
  const provider = new Provider(url, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${home}/desk/login/callback`],
        post_logout_redirect_uris: [`${home}/desk`],
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups', 'realm'] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people.get(id) }),
    }),
    cookies: { keys: ['keys of the tests'] },
    features: { devInteractions: { enabled: true } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
  });
  server.on('request', provider.callback());
  return {
    url,
    clientId,
    clientSecret,
    people,
    close: () =>
      new Promise((done) => {
        for (const spy of quiet) spy.mockRestore();
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/**
 * What a browser does at the provider: follows its redirects, fills in its forms, and gives back the address
 * that leads to the desk.
 */
export async function logInAt(issuer: Issuer, from: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let address = from;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    const answer: Response = await fetch(address, {
      redirect: 'manual',
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    form = undefined;
    const location = answer.headers.get('location');
    if (location !== null) {
      address = new URL(location, address).href;
      if (!address.startsWith(issuer.url)) return address;
      continue;
    }
    const page = await answer.text();
    address = /action="([^"]+)"/u.exec(page)?.[1] ?? '';
    const prompt = /name="prompt" value="([^"]+)"/u.exec(page)?.[1] ?? '';
    form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'x' } : { prompt });
  }
  throw new Error('The provider never came to an end');
}
