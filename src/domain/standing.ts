/**
 * What may be done where: a property of the channel, and of who else reads along.
 *
 * On a channel whose ids do not last (Wechaty: those of the web protocol change at each login) nobody
 * can be bound to what they proved, so nothing is done in anybody's name and no records are read. In a
 * group everybody reads along, so nobody is questioned about their family there either.
 */
import type { Address, ChannelId } from './conversation.ts';

export interface Standing {
  /** `page`: a citizen can prove who they are, on a secure page. `none`: never here. */
  readonly identity: 'page' | 'none';
  readonly readers: 'one' | 'many';
}

const WITHOUT_IDENTITY: ReadonlySet<ChannelId> = new Set(['wechaty']);
const GROUP = 'group:';

/**
 * The user of an address for one member of a group. Each member has a conversation of their own: in one
 * for the whole group, the yes of one member would answer the question put to another.
 */
export function groupUser(group: string, member: string): string {
  return `${GROUP}${encodeURIComponent(group)}/${encodeURIComponent(member)}`;
}

/** Group and member of such a user; undefined when somebody writes to us alone. */
export function groupOf(user: string): { readonly group: string; readonly member: string } | undefined {
  const [group, member] = user.startsWith(GROUP) ? user.slice(GROUP.length).split('/') : [];
  if (group === undefined || member === undefined) return undefined;
  return { group: decodeURIComponent(group), member: decodeURIComponent(member) };
}

export function standingOf({ channel, user }: Pick<Address, 'channel' | 'user'>): Standing {
  return {
    identity: WITHOUT_IDENTITY.has(channel) ? 'none' : 'page',
    readers: groupOf(user) === undefined ? 'one' : 'many',
  };
}
