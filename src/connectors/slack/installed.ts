/**
 * The token of an app that is installed by our page: taken up as soon as it is there, given up when the workspace
 * takes the app out. Another process may have been told of either, so the store is looked at every minute.
 */
import type { Installations } from '../../contracts/installations.ts';
import { NOT_INSTALLED, type SlackApi } from './client.ts';
import { VIEW } from './hands.ts';
import { type Installed, installedIn } from './install.ts';

const LOOK_AGAIN_MS = 60_000;

export interface InstalledParts {
  readonly store: Installations;
  readonly api: Pick<SlackApi, 'useToken' | 'refuse'>;
  /** Calls can be made from now on. */
  readonly onTaken: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

export function createInstalled({ store, api, onTaken, onFailure }: InstalledParts) {
  let current: Installed | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function take(found: Installed | undefined): Promise<void> {
    if (found?.token === current?.token) return;
    current = found;
    if (found === undefined) return api.refuse(NOT_INSTALLED);
    api.useToken(found.token);
    await onTaken();
  }

  const look = async (): Promise<void> => take(await installedIn(store));
  return {
    taken: (installed: Installed) => void take(installed).catch(onFailure),
    look,
    async start() {
      await look();
      timer = setInterval(() => void look().catch(onFailure), LOOK_AGAIN_MS).unref();
    },
    /** Whether it was ours. The same app may be in other workspaces, which are nothing to us. */
    async revoked(team: string): Promise<void> {
      await store.removeInstallation(VIEW, team);
      if (team !== current?.team) return;
      current = undefined;
      api.refuse('token_revoked');
    },
    stop: () => clearInterval(timer),
  };
}
