/**
 * Ids are branded strings. They are made here, by one function, and nowhere else; a string that
 * comes back from the store is given its brand again by the row parser.
 */

type Brand<Name extends string> = string & { readonly __brand: Name };

export type ConversationId = Brand<'ConversationId'>;
export type PersonRef = Brand<'PersonRef'>;
export type CaseId = Brand<'CaseId'>;
export type TaskId = Brand<'TaskId'>;
export type LinkId = Brand<'LinkId'>;

const PREFIX = {
  conversation: 'c',
  person: 'p',
  case: 'k',
  task: 't',
  link: 'l',
} as const;

type Kind = keyof typeof PREFIX;
type IdOf<K extends Kind> = K extends 'conversation'
  ? ConversationId
  : K extends 'person'
    ? PersonRef
    : K extends 'case'
      ? CaseId
      : K extends 'task'
        ? TaskId
        : LinkId;

/** Random bytes, handed in so that levels 0 to 2 stay free of randomness. */
export type RandomBytes = (size: number) => Uint8Array;

/** A new id such as `t_5f0c…`: prefix of the kind and 16 random bytes in hex. */
export function makeId<K extends Kind>(kind: K, random: RandomBytes): IdOf<K> {
  return `${PREFIX[kind]}_${Buffer.from(random(16)).toString('hex')}` as IdOf<K>;
}
