/**
 * Reads what happened at the office and puts it where it belongs: into conversations, and into our
 * records of applications. The cursor moves in the same transaction as what the changes mean, so a
 * crash repeats a page at worst, and a repeated message is dropped by its id.
 *
 * Whoever did something by an act is told by the task, not from here.
 */
import type { PersonKey, Portal, PortalChange } from '../contracts/portal.ts';
import type { OfficeFeed, Tasks, Vault } from '../contracts/store.ts';
import type { InboundContent } from '../domain/conversation.ts';
import type { ConversationId, PersonRef } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { maskName } from '../domain/masking.ts';

const PAGE = 100;

export interface OfficeFeedReader {
  /** Reads until nothing is new. Calls made meanwhile share the run and one more after it. */
  drain(): Promise<void>;
}

export interface OfficeFeedOptions {
  readonly store: OfficeFeed & Pick<Tasks, 'applicationByNo'>;
  readonly vault: Pick<Vault, 'byDigest' | 'reveal' | 'conversationsOf'>;
  readonly portal: Portal;
}

type Role = 'payer' | 'dependent';
interface Message {
  readonly conversation: ConversationId;
  readonly messageId: string;
  readonly content: InboundContent;
}
type Effects = Parameters<OfficeFeed['recordChanges']>[2];

export function createOfficeFeed(options: OfficeFeedOptions): OfficeFeedReader {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const drainAll = async () => {
    try {
      while (isWanted) {
        isWanted = false;
        while (await drainPage(options));
      }
    } finally {
      // At once, not in a later microtask: a wake in between would be lost.
      running = undefined;
    }
  };
  return {
    drain() {
      isWanted = true;
      running ??= Promise.resolve().then(drainAll);
      return running;
    },
  };
}

/** True when there may be more. */
async function drainPage(options: OfficeFeedOptions): Promise<boolean> {
  const { store, portal } = options;
  const cursor = await store.cursor(portal.id);
  const changes = await portal.changes(cursor, PAGE);
  const last = changes.at(-1);
  if (last === undefined) return false;
  const fresh = changes.filter(
    (change, index) => changes.findIndex((other) => other.seq === change.seq) === index,
  );
  const effects: { messages: Message[]; applications: Effects['applications'][number][] } = {
    messages: [],
    applications: [],
  };
  for (const change of fresh) {
    const { messages, applications } = await meaningOf(options, change);
    effects.messages.push(...messages);
    effects.applications.push(...applications);
  }
  await store.recordChanges(portal.id, last.seq, effects);
  return true;
}

const NOTHING = { messages: [], applications: [] };

async function meaningOf(
  options: OfficeFeedOptions,
  change: PortalChange,
): Promise<{ messages: readonly Message[]; applications: Effects['applications'] }> {
  switch (change.kind) {
    case 'invitation.sent':
      return { ...NOTHING, messages: await invitationSent(options, change) };
    case 'application.changed':
      return applicationChanged(options, change);
    case 'binding.ended':
      return { messages: await bindingEnded(options, change), applications: stateOf(change) };
    default:
      // Answers and lapses reach the payer as changes of the application; credits are not news to push.
      return NOTHING;
  }
}

async function invitationSent(options: OfficeFeedOptions, change: PortalChange): Promise<Message[]> {
  const dependent = await personIn(options, change, 'dependent');
  if (dependent === undefined) return [];
  const conversations = await options.vault.conversationsOf(dependent.ref);
  if (conversations.length === 0) return [];
  const open = await options.portal.invitations(dependent.key);
  const invitation = open.find(({ invitationNo }) => invitationNo === change.invitationNo);
  // Answered or lapsed before we read of it.
  if (invitation === undefined) return [];
  const { invitationNo, payerName, relation, expiresOn } = invitation;
  // The reference is for the reminder: before it is said, the office is asked whether it is still true.
  const params = { invitationNo, payerName, relation, expiresOn, person: dependent.ref };
  return conversations.map((conversation) => message(options, change, { conversation, params }));
}

async function applicationChanged(
  options: OfficeFeedOptions,
  change: PortalChange,
): Promise<{ messages: readonly Message[]; applications: Effects['applications'] }> {
  const { applicationNo, state, reason, materials } = change;
  if (applicationNo === undefined || state === undefined) return NOTHING;
  const record = await options.store.applicationByNo(applicationNo);
  // Apart from what the payer hears: their own act may be on record already.
  const receipts = state === 'ACTIVE' ? await relationBegan(options, change) : [];
  if (record?.state === state) return { messages: receipts, applications: [] };
  const applications = record === undefined ? [] : stateOf(change);
  const owner = record?.conversation ?? (await newestConversationOf(options, change, 'payer'));
  if (change.by === 'payer' || owner === undefined) return { messages: receipts, applications };
  const dependent = await personIn(options, change, 'dependent');
  const params = {
    applicationNo,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(materials === undefined ? {} : { materials }),
    ...(dependent === undefined ? {} : { dependentName: maskName(dependent.key.name) }),
  };
  const event = record?.kind === 'premium' ? 'premium' : change.kind;
  const toOwner = message(options, change, { conversation: owner, params, event });
  return { messages: [toOwner, ...receipts], applications };
}

/** The other side of the pact has its receipt too, unless it was their own act. */
async function relationBegan(options: OfficeFeedOptions, change: PortalChange): Promise<Message[]> {
  const dependent = change.by === 'dependent' ? undefined : await personIn(options, change, 'dependent');
  const payer = await personIn(options, change, 'payer');
  if (dependent === undefined || payer === undefined) return [];
  const params = { payerName: maskName(payer.key.name) };
  const conversations = await options.vault.conversationsOf(dependent.ref);
  return conversations.map((conversation) =>
    message(options, change, { conversation, params, event: 'relation.active' }),
  );
}

/** Both sides are told, each with the other's masked name where we know it. */
async function bindingEnded(options: OfficeFeedOptions, change: PortalChange): Promise<Message[]> {
  const messages: Message[] = [];
  for (const [role, otherRole] of [
    ['payer', 'dependent'],
    ['dependent', 'payer'],
  ] as const) {
    const person = change.by === role ? undefined : await personIn(options, change, role);
    if (person === undefined) continue;
    const other = await personIn(options, change, otherRole);
    const params = {
      role,
      ...(change.bindingNo === undefined ? {} : { bindingNo: change.bindingNo }),
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(other === undefined ? {} : { otherName: maskName(other.key.name) }),
    };
    for (const conversation of await options.vault.conversationsOf(person.ref)) {
      messages.push(message(options, change, { conversation, params }));
    }
  }
  return messages;
}

function stateOf({ applicationNo, state, reason }: PortalChange): Effects['applications'] {
  if (applicationNo === undefined || state === undefined) return [];
  return [{ applicationNo, state, ...(reason === undefined ? {} : { reason }) }];
}

function message(
  { portal }: OfficeFeedOptions,
  change: PortalChange,
  {
    conversation,
    params,
    event = change.kind,
  }: { conversation: ConversationId; params: JsonObject; event?: string },
): Message {
  return {
    conversation,
    messageId: `office:${portal.id}:${change.seq}:${conversation}`,
    content: { kind: 'office', event, params },
  };
}

async function newestConversationOf(
  options: OfficeFeedOptions,
  change: PortalChange,
  role: Role,
): Promise<ConversationId | undefined> {
  const person = await personIn(options, change, role);
  return person === undefined ? undefined : (await options.vault.conversationsOf(person.ref))[0];
}

/** The person of a role, if the vault knows one with that digest. */
async function personIn(
  { vault }: OfficeFeedOptions,
  change: PortalChange,
  role: Role,
): Promise<{ readonly ref: PersonRef; readonly key: PersonKey } | undefined> {
  const digest = change.persons.find((person) => person.role === role)?.digest;
  const ref = digest === undefined ? undefined : await vault.byDigest(digest);
  const record = ref === undefined ? undefined : await vault.reveal(ref);
  return record && { ref: record.ref, key: record };
}
