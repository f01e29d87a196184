/** What Wechaty hears, as inbounds: in the order it was said, without our own echo, in groups only what is meant for us. */
import type { Clock } from '../../contracts/clock.ts';
import type { Address, Inbound, InboundContent } from '../../domain/conversation.ts';
import { groupUser } from '../../domain/standing.ts';
import type { Bot, Friendship, Message, Room, Wechaty } from './bot.ts';
import { callsByName, contentOf, withoutNames } from './parse.ts';

export interface Ear {
  readonly bot: Bot;
  readonly types: Wechaty['types'];
  readonly account: string;
  readonly clock: Clock;
}

/** Undefined for what is not meant for us. */
export async function heard(ear: Ear, message: Message): Promise<Inbound | undefined> {
  if (message.self()) return undefined;
  const talker = message.talker();
  // Accounts of companies and services answer to everything: two programs would talk without end.
  if (ear.types.Contact[talker.type()] === 'Official') return undefined;
  const kind = ear.types.Message[message.type()] ?? 'Unknown';
  const room = message.room();
  if (room === undefined) return inbound(ear, talker.id, message.id, contentOf(kind, message.text()));
  const words = kind === 'Text' ? await meantForUs(ear, message, room) : undefined;
  if (words === undefined) return undefined;
  return inbound(ear, groupUser(room.id, talker.id), message.id, contentOf(kind, words));
}

/** Words to us in a group; undefined when others are talking. */
async function meantForUs({ bot }: Ear, message: Message, room: Room): Promise<string | undefined> {
  const self = bot.currentUser;
  const names = [await room.alias(self), self.name()].filter((name) => name !== undefined && name !== '');
  const text = message.text();
  const known = names as readonly string[];
  if (!callsByName(text, known) && !(await message.mentionSelf())) return undefined;
  return withoutNames(text, known);
}

/** Somebody has become a contact of ours: they have arrived. */
export function arrived(ear: Ear, friendship: Friendship): Inbound | undefined {
  if (ear.types.Friendship[friendship.type()] !== 'Confirm') return undefined;
  return inbound(ear, friendship.contact().id, `friend-${friendship.id}`, { kind: 'opened' });
}

function inbound(
  { account, clock }: Ear,
  user: string,
  messageId: string,
  content: InboundContent | undefined,
): Inbound | undefined {
  if (content === undefined) return undefined;
  const address: Address = { channel: 'wechaty', account, user };
  return { address, messageId, receivedAt: new Date(clock.now()).toISOString(), content };
}
