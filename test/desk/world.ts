/** A house with a web of one: citizens who write, staff who act, a clock that is moved by hand. */
import { type App, createApp } from '../../src/app.ts';
import type { Connector, Delivery } from '../../src/contracts/connector.ts';
import type { Act, Staff } from '../../src/contracts/desk.ts';
import type { Conversation, InboundContent, OutboundPart } from '../../src/domain/conversation.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import { maskName } from '../../src/domain/masking.ts';
import { openLibrary } from '../../src/library.ts';
import { createLog } from '../../src/log.ts';
import { createDemoIdentity } from '../../src/secure/demo-identity.ts';
import { countedRandom, VAULT_KEY } from '../store/world.ts';

const library = openLibrary();
const MINUTE = 60_000;

export const LI: Staff = { id: 'slack:U1', displayName: '李职员', roles: ['clerk'] };
export const WANG: Staff = { id: 'slack:U2', displayName: '王职员', roles: ['clerk'] };
export const LEAD: Staff = { id: 'slack:U9', displayName: '赵组长', roles: ['lead'] };
export const AUDITOR: Staff = { id: 'oidc:a', displayName: '审计', roles: ['auditor'] };

export interface DeskWorld {
  readonly app: App;
  readonly faults: unknown[];
  /** What the channel answers to deliveries from now on; an error it throws. */
  answer: Delivery | Error;
  now(): number;
  pass(minutes: number): Promise<void>;
  /** What the citizen hears after a message. */
  says(user: string, text: string): Promise<readonly OutboundPart[]>;
  presses(user: string, value: string): Promise<readonly OutboundPart[]>;
  /** As if the person of the fixture had verified on the secure page. */
  verifies(user: string, person: string): Promise<void>;
  /** Everything heard since it was asked last. */
  heard(user: string): readonly OutboundPart[];
  conversation(user: string): Promise<Conversation>;
  /** The open or last case of the citizen's conversation. */
  caseOf(user: string): Promise<CaseId>;
  act(by: Staff, id: CaseId): Act;
  settle(): Promise<void>;
  end(): Promise<void>;
}

/** Begins on a Wednesday at ten in the morning in China unless told otherwise. */
export async function openDesk(
  options: { readonly at?: string; readonly storeUrl?: string } = {},
): Promise<DeskWorld> {
  let now = Date.parse(`${options.at ?? '2026-11-25T10:00'}:00+08:00`);
  const clock = { now: () => now };
  const random = countedRandom('desk');
  const faults: unknown[] = [];
  const heard = new Map<string, OutboundPart[]>();
  let serial = 0;
  const world = { answer: { state: 'sent' } as Delivery | Error };
  const connector: Connector = {
    id: 'converse',
    start: async () => {},
    stop: async () => {},
    async deliver({ address, part }) {
      if (world.answer instanceof Error) throw world.answer;
      if (world.answer.state === 'sent') heard.set(address.user, [...(heard.get(address.user) ?? []), part]);
      return world.answer;
    },
  };
  const app = await createApp({
    knowledge: library.knowledge,
    understander: library.understander,
    storeUrl: options.storeUrl ?? ':memory:',
    officeFile: ':memory:',
    vaultKey: VAULT_KEY,
    clock,
    random,
    log: createLog('silent'),
    identity: (office) => createDemoIdentity({ people: office.everybody(), clock, random, tell: () => {} }),
    secureUrl: (token) => `secure:${token}`,
    onFault: (error) => faults.push(error),
  });
  await app.start([connector]);

  const settle = async (): Promise<void> => {
    await app.idle();
    await app.desk.sweep();
    await app.idle();
  };
  const hand = async (user: string, content: InboundContent): Promise<readonly OutboundPart[]> => {
    serial += 1;
    heard.set(user, []);
    await app.receive({
      address: { channel: 'converse', account: 'converse', user },
      messageId: `m${serial}`,
      receivedAt: new Date(now).toISOString(),
      content,
    });
    await settle();
    const said = heard.get(user) ?? [];
    heard.set(user, []);
    return said;
  };
  const conversation = async (user: string): Promise<Conversation> => {
    const found = await app.store.conversationAt({ channel: 'converse', account: 'converse', user });
    if (found === undefined) throw new Error(`${user} has said nothing yet`);
    return found;
  };
  return {
    app,
    faults,
    get answer() {
      return world.answer;
    },
    set answer(next) {
      world.answer = next;
    },
    now: () => now,
    async pass(minutes) {
      now += minutes * MINUTE;
      await app.engine.sweep();
      await settle();
    },
    says: (user, text) => hand(user, { kind: 'text', text, masked: [] }),
    presses: (user, value) => hand(user, { kind: 'choice', value }),
    async verifies(user, id) {
      const person = app.office.personById(id as never);
      if (person === undefined) throw new Error(`There is no ${id}`);
      const { name, documentType, documentNumber } = person;
      const ref = await app.store.remember({ name, documentType, documentNumber });
      const slots = { person: ref, personName: maskName(name) };
      await hand(user, { kind: 'secure.done', link: `l_${user}` as never, purpose: 'verify', slots });
    },
    heard(user) {
      const said = heard.get(user) ?? [];
      heard.set(user, []);
      return said;
    },
    conversation,
    async caseOf(user) {
      const [last] = (await app.store.casesOf((await conversation(user)).id)).toReversed();
      if (last === undefined) throw new Error(`${user} has no case`);
      return last.id;
    },
    act(by, id) {
      serial += 1;
      return { by, case: id, key: `press-${serial}` };
    },
    settle,
    async end() {
      await app.stop();
    },
  };
}
