/** Where access tokens come from, and the emergency brake of the daily counters. */
import { type ApiError, apiError } from './errors.ts';
import { type Answer, type Endpoints, foreignIp, type Request } from './server.ts';
import type { World } from './world.ts';

const CLEARS_A_MONTH = 10;

export function tokenEndpoints(world: World): Endpoints {
  return {
    'POST /cgi-bin/stable_token': {
      needs: 'nothing',
      run(request) {
        const { json = {} } = request;
        const problem = credentialProblem(world, request, json);
        return problem ?? world.tokens.stable(json.force_refresh === true);
      },
    },
    'GET /cgi-bin/token': {
      needs: 'nothing',
      run(request) {
        const problem = credentialProblem(world, request, Object.fromEntries(request.query));
        return problem ?? world.tokens.plain();
      },
    },
    'POST /cgi-bin/clear_quota': { needs: 'token', run: ({ json }) => clearQuota(world, json?.appid) },
  };
}

function credentialProblem(
  world: World,
  request: Request,
  { grant_type, appid, secret }: Record<string, unknown>,
): ApiError | undefined {
  const { account } = world;
  if (grant_type !== 'client_credential') return apiError(40002);
  if (appid !== account.appid) return apiError(40013);
  if (secret !== account.secret) return apiError(40125);
  return foreignIp(world, request);
}

function clearQuota(world: World, appid: unknown): Answer {
  if (appid !== world.account.appid) return apiError(40013);
  if (world.clearedThisMonth >= CLEARS_A_MONTH) return apiError(48006);
  world.clearedThisMonth += 1;
  world.today.counts.clear();
  return { errcode: 0, errmsg: 'ok' };
}
