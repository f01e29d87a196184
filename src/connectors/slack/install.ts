/**
 * Installing the app by a visit to our own page, instead of copying a token. Bolt's installer walks the way through
 * Slack and back; here is where it leads: who may, what is kept, and what the person sees.
 *
 * There is one triage channel and therefore one workspace. The first keeps its place until it takes the app out
 * again; another one is refused, and what Slack handed out for it is given back at once.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HTTPReceiverOptions, type Installation, type Logger, webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Installations } from '../../contracts/installations.ts';
import { AppError } from '../../errors.ts';
import { VIEW } from './hands.ts';
import { INSTALL_PATH, REDIRECT_PATH } from './manifest.ts';

export interface InstallSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where citizens and Slack reach us, without a path. */
  readonly publicUrl: string;
  readonly scopes: readonly string[];
  /** Where the Web API is, when it is not Slack's; the page of consent is then on the same host. */
  readonly apiUrl?: string | undefined;
}

export interface Installed {
  readonly team: string;
  readonly token: string;
}

/** @returns undefined when the app is not installed anywhere */
export async function installedIn(store: Installations): Promise<Installed | undefined> {
  const [newest] = await store.installations(VIEW);
  if (newest === undefined) return undefined;
  return { team: newest.id, token: kept.parse(JSON.parse(newest.secret)).token };
}

const kept = z.object({ token: z.string() });

/** What makes Bolt's receiver serve the two pages. */
export function installing(
  { clientId, clientSecret, publicUrl, scopes, apiUrl }: InstallSettings,
  {
    store,
    logger,
    onInstalled,
  }: {
    readonly store: Installations;
    readonly logger: Logger;
    readonly onInstalled: (installed: Installed) => void;
  },
): Partial<HTTPReceiverOptions> {
  const clientOptions = {
    logger,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 1 },
  };

  async function giveBack(token: string | undefined): Promise<void> {
    await new webApi.WebClient(token, clientOptions).auth.revoke().catch(() => undefined);
  }

  return {
    clientId,
    clientSecret,
    // The same in every process: the way back may lead to another one.
    stateSecret: createHash('sha256').update(`state of installing:${clientSecret}`).digest('hex'),
    scopes: [...scopes],
    redirectUri: `${publicUrl}${REDIRECT_PATH}`,
    installationStore: {
      async storeInstallation(installation) {
        const { team, token } = partsOf(installation);
        await store.keepInstallation({ platform: VIEW, id: team, secret: JSON.stringify({ token }) });
        onInstalled({ team, token });
      },
      // Bolt asks only when it authorizes requests, which is not its work here.
      fetchInstallation: () => Promise.reject(new AppError('bad_input', 'Not asked for here')),
    },
    installerOptions: {
      installPath: INSTALL_PATH,
      redirectUriPath: REDIRECT_PATH,
      directInstall: true,
      clientOptions,
      ...(apiUrl === undefined ? {} : { authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href }),
      callbackOptions: {
        async afterInstallation(installation, _, request, response) {
          const before = await installedIn(store);
          const isOther = before !== undefined && before.team !== installation.team?.id;
          if (!isOther && installation.isEnterpriseInstall !== true) return true;
          await giveBack(installation.bot?.token);
          page(request, response, 409, isOther ? SAID.elsewhere : SAID.organization);
          return false;
        },
        success: (_, __, request, response) => page(request, response, 200, SAID.done),
        failure: (_, __, request, response) => page(request, response, 400, SAID.failed),
      },
    },
  };
}

function partsOf({ team, bot }: Installation): Installed {
  if (team === undefined || bot === undefined) {
    throw new AppError('bad_input', 'Slack named no workspace or no bot');
  }
  return { team: team.id, token: bot.token };
}

const SAID = {
  done: [
    '安装好了',
    '请回到 Slack，在客服台频道里发送 /invite @gongji，客服台就可以用了。这个页面可以关了。',
  ],
  failed: [
    '没有安装',
    `什么都没有改变。请从头再来一次：打开本系统的 ${INSTALL_PATH}，在同一个浏览器里完成。`,
  ],
  elsewhere: ['没有安装', '本系统已经装在另一个工作区。要换工作区，请先在原来的工作区卸载应用，再来安装。'],
  organization: ['没有安装', '请装到一个工作区里，不要装到整个组织。'],
} as const;

function page(
  _: IncomingMessage,
  response: ServerResponse,
  status: number,
  [title, text]: readonly [string, string],
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  response.end(
    `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`,
  );
}
