/** The API of one official account: its token and what is asked with it. */
import type { Clock } from '../../../contracts/clock.ts';
import { type Api, type ApiParts, createApi } from '../api.ts';
import { createOaClient, type OaClient } from './client.ts';

export interface OaCredentials {
  readonly appId: string;
  readonly secret: string;
  readonly apiBase: string;
}

export function createOaAccount(
  { appId, secret, apiBase }: OaCredentials,
  { clock, onCall }: { readonly clock: Clock; readonly onCall?: ApiParts['onCall'] },
): { readonly api: Api; readonly client: OaClient } {
  const api = createApi({
    base: apiBase,
    clock,
    tokenCall: {
      path: '/cgi-bin/stable_token',
      body: { grant_type: 'client_credential', appid: appId, secret, force_refresh: false },
    },
    ...(onCall === undefined ? {} : { onCall }),
  });
  return { api, client: createOaClient(api, { appId, secret }) };
}
