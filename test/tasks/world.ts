/** Clerk, store and office on one clock, with conversations and tasks to begin with. */
import type { Portal } from '../../src/contracts/portal.ts';
import type { Store, TaskRow } from '../../src/contracts/store.ts';
import type { Address, InboundContent } from '../../src/domain/conversation.ts';
import { type ConversationId, makeId, type PersonRef, type TaskId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { maskName } from '../../src/domain/masking.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { type Clerk, createClerk } from '../../src/tasks/executor.ts';
import { countedRandom, household, type OfficeWorld, openOffice, START } from '../portals/world.ts';

export const pledge = { version: '1', digest: 'd', signedAt: new Date(START).toISOString() };

export interface TaskWorld extends OfficeWorld {
  readonly store: Store;
  readonly clerk: Clerk;
  readonly log: { event: string; fields: object }[];
  /** A conversation in which this person of the fixture has verified. */
  talk(id: string): Promise<ConversationId>;
  person(id: string): Promise<PersonRef>;
  submit(conversation: ConversationId, name: string, input: JsonObject): Promise<TaskId>;
  /** What came into the mailbox of a conversation, apart from its first word. */
  mail(conversation: ConversationId): Promise<InboundContent[]>;
  open(id: TaskId): Promise<TaskRow | undefined>;
  readonly verifyAudit: OpenedStore['verifyAudit'];
  end(): Promise<void>;
}

export async function openTaskWorld(fixture: object = household('130000')): Promise<TaskWorld> {
  const world = openOffice(fixture);
  const random = countedRandom('tasks');
  const opened = await openStore({
    url: ':memory:',
    clock: world.clock,
    random,
    vaultKey: new Uint8Array(32).fill(7),
  });
  const { store } = opened;
  const log: TaskWorld['log'] = [];
  const { office: portal, clock } = world;
  const clerk = createClerk({
    tasks: store,
    vault: store,
    portal,
    clock,
    log: (event, fields) => log.push({ event, fields }),
  });
  const person = (id: string) => store.remember(world.key(id));

  const commit = async (address: Address, change: { person?: PersonRef; name?: string; task?: NewTask }) => {
    const conversation = await store.conversationAt(address);
    if (conversation === undefined) throw new Error('No conversation');
    const until = new Date(START + 3_600_000).toISOString();
    const profile =
      change.person === undefined
        ? conversation.profile
        : {
            ...conversation.profile,
            person: { ref: change.person, maskedName: maskName(change.name ?? ''), until },
          };
    const committed = await store.commitTurn({
      conversation: { ...conversation, version: conversation.version + 1, profile },
      seqs: [],
      log: { events: [], from: [], to: [], effects: [], understanding: null, costMs: 0, knowledge: 'k' },
      replies: [],
      tasks: change.task === undefined ? [] : [change.task],
      links: [],
      timers: [],
      cases: [],
    });
    if (committed !== 'committed') throw new Error(committed);
    return conversation;
  };

  return {
    ...world,
    store,
    clerk,
    log,
    person,
    async talk(id) {
      const address = addressOf(id);
      const content = { kind: 'opened' } as const;
      await store.receive({ address, messageId: id, receivedAt: new Date(START).toISOString(), content });
      const conversation = await commit(address, { person: await person(id), name: world.key(id).name });
      return conversation.id;
    },
    async submit(conversation, name, input) {
      const id = makeId('task', (size) => random.bytes(size));
      const found = await store.conversation(conversation);
      if (found === undefined) throw new Error('No conversation');
      await commit(found.address, { task: { id, name, input } });
      return id;
    },
    async mail(conversation) {
      const due = await store.due(conversation);
      return (due?.items ?? []).map(({ content }) => content).filter(({ kind }) => kind !== 'opened');
    },
    open: (id) => store.openTask(id),
    verifyAudit: opened.verifyAudit,
    async end() {
      await opened.close();
      await portal.stop();
    },
  };
}

interface NewTask {
  readonly id: TaskId;
  readonly name: string;
  readonly input: JsonObject;
}

const addressOf = (user: string): Address => ({ channel: 'web', account: 'main', user });

/** Thrown where the process is imagined to have been killed. */
export class Killed extends Error {}

/**
 * Store and portal of a process that is killed at its `n`-th call, before or after it took effect;
 * from then on every call fails, as calls of a dead process do.
 */
export function dyingAt(
  n: number,
  when: 'before' | 'after',
  real: { readonly store: Store; readonly portal: Portal },
): { readonly store: Store; readonly portal: Portal; isDead(): boolean } {
  let calls = 0;
  let dead = false;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          calls += 1;
          if (dead || (calls === n && when === 'before')) {
            dead = true;
            throw new Killed();
          }
          const result: unknown = await value.apply(object, args);
          if (calls === n) {
            dead = true;
            throw new Killed();
          }
          return result;
        };
      },
    });
  return { store: wrap(real.store), portal: wrap(real.portal), isDead: () => dead };
}
