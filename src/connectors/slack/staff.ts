/**
 * Who somebody is to us. Members of the triage channel are clerks; lead, curator and auditor are given to
 * people or user groups by the configuration. Everybody else in the workspace is nobody.
 */
import type { Clock } from '../../contracts/clock.ts';
import type { Staff, StaffRole } from '../../contracts/desk.ts';
import type { SlackApi } from './client.ts';

const KNOWN_FOR_MS = 60_000;
/** Somebody just added to the channel should not have to wait a minute, nor make us ask at every press. */
const ASK_AGAIN_MS = 5000;
const MOST_NAMES = 2000;

/** Ids of people (`U…`) or user groups (`S…`). */
export type RoleLists = { readonly [role in Exclude<StaffRole, 'clerk'>]: readonly string[] };

export interface StaffBook {
  /** Undefined for who does not belong to the staff. */
  of(user: { readonly id: string; readonly name?: string | undefined }): Promise<Staff | undefined>;
}

export function createStaffBook({
  api,
  clock,
  channel,
  roles,
}: {
  readonly api: Pick<SlackApi, 'members' | 'groupMembers' | 'nameOf'>;
  readonly clock: Clock;
  readonly channel: string;
  readonly roles: RoleLists;
}): StaffBook {
  const names = new Map<string, string>();
  const lists = new Map<string, { readonly at: number; readonly ids: ReadonlySet<string> }>();

  async function isIn(list: string, id: string): Promise<boolean> {
    const known = lists.get(list);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : clock.now() - known.at;
    if (known !== undefined && (known.ids.has(id) ? ageMs < KNOWN_FOR_MS : ageMs < ASK_AGAIN_MS)) {
      return known.ids.has(id);
    }
    const ids = new Set(await (list === channel ? api.members(list) : api.groupMembers(list)));
    lists.set(list, { at: clock.now(), ids });
    return ids.has(id);
  }

  async function has(role: keyof RoleLists, id: string): Promise<boolean> {
    for (const entry of roles[role]) {
      if (entry === id || (entry.startsWith('S') && (await isIn(entry, id)))) return true;
    }
    return false;
  }

  async function nameOf(id: string, given: string | undefined): Promise<string> {
    const known = names.get(id);
    if (known !== undefined) return known;
    // A name that cannot be had now is no reason to stop the work.
    const name = await api.nameOf(id).catch(() => given ?? id);
    if (names.size >= MOST_NAMES) names.clear();
    names.set(id, name);
    return name;
  }

  return {
    async of({ id, name }) {
      const given: StaffRole[] = [];
      if (await isIn(channel, id)) given.push('clerk');
      for (const role of ['lead', 'curator', 'auditor'] as const) {
        if (await has(role, id)) given.push(role);
      }
      if (given.length === 0) return undefined;
      return { id: staffId(id), displayName: await nameOf(id, name), roles: given };
    },
  };
}

const PREFIX = 'slack:';
export const staffId = (user: string): string => `${PREFIX}${user}`;
/** The Slack user behind a member of staff; undefined for who came by another door. */
export function slackUser(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;
}
