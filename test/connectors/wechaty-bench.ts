/** Real Wechaty on its mock puppet: our account, people and a group around it, and what each of them sees. */
import type { EventEmitter } from 'node:events';
import { FileBox } from 'file-box';
import { mock, PuppetMock } from 'wechaty-puppet-mock';
import {
  createWechatyConnector,
  type WechatyConnector,
  type WechatyParts,
} from '../../src/connectors/wechaty/index.ts';
import type { Receive } from '../../src/contracts/connector.ts';
import type { Inbound, OutboundPart } from '../../src/domain/conversation.ts';
import type { ConversationId } from '../../src/domain/ids.ts';
import { countingRandom, START } from '../secure/tiny-desk.ts';
import { createTinyStore } from './tiny-store.ts';

export const ROOM = 'family@chatroom';
export const PEOPLE = { bot: '共济助手', li: '李示例', wang: '王示例', zhao: '赵示例' } as const;
export type Person = keyof typeof PEOPLE;

/** A puppet at whose other end nobody is any more. */
class MutePuppet extends PuppetMock {
  override ding(): void {}
}

interface Incarnation {
  readonly puppet: PuppetMock;
  readonly mocker: mock.Mocker;
}

export interface WechatyBench {
  readonly connector: WechatyConnector;
  readonly store: ReturnType<typeof createTinyStore>;
  readonly failures: string[];
  readonly states: string[];
  /** Pauses that were asked for; none is waited for. */
  readonly pauses: number[];
  /** The puppets so far, the newest last. */
  readonly lives: readonly Incarnation[];
  start(): Promise<void>;
  /** The account logs in with the newest puppet. */
  logIn(): Promise<void>;
  say(
    who: Person,
    what: string | FileBox,
    where?: { readonly mention?: boolean; readonly alone?: boolean },
  ): void;
  befriend(who: Person, type: number): void;
  /** Texts on the screen of a person, or in the group, said by our account. */
  screen(of: Person | 'group'): readonly string[];
  inbounds(): readonly Inbound[];
  deliver(user: string, part: Partial<OutboundPart> & { readonly text: string }, key?: string): Promise<void>;
}

export function wechatyBench(
  given: Partial<WechatyParts> & { readonly receive?: Receive; readonly isMute?: boolean } = {},
): WechatyBench {
  const { receive, isMute = false, ...parts } = given;
  const store = createTinyStore();
  const lives: Incarnation[] = [];
  const screens = new Map<string, string[]>();
  const failures: string[] = [];
  const states: string[] = [];
  const pauses: number[] = [];
  let loggedIn: (() => void) | undefined;
  let keys = 0;

  function see(screen: string, who: unknown): void {
    (who as EventEmitter).on('message', (message: mock.MessageMock) => {
      if (message.talker().id !== 'bot') return;
      // A person sees what was said to them; what was said in the group is seen there.
      if (screen !== 'group' && message.room() !== undefined) return;
      screens.set(screen, [...(screens.get(screen) ?? []), message.text() ?? '']);
    });
  }

  function makePuppet(): PuppetMock {
    const mocker = new mock.Mocker();
    const puppet = isMute ? new MutePuppet({ mocker }) : new PuppetMock({ mocker });
    for (const [id, name] of Object.entries(PEOPLE)) {
      const contact = mocker.createContact({ id, name, type: 1 });
      if (id !== 'bot') see(id, contact);
    }
    const room = mocker.createRoom({ id: ROOM, topic: '示例家庭群', memberIdList: Object.keys(PEOPLE) });
    see('group', room);
    lives.push({ puppet, mocker });
    return puppet;
  }

  const connector = createWechatyConnector({
    puppet: makePuppet,
    clock: { now: () => START },
    random: countingRandom(),
    onFailure: (code) => failures.push(code),
    onState: (state) => {
      states.push(state);
      if (state === 'logged_in') loggedIn?.();
    },
    pause: async (ms) => void pauses.push(ms),
    ...parts,
  });
  const now = (): Incarnation => {
    const life = lives.at(-1);
    if (life === undefined) throw new Error('no puppet was made');
    return life;
  };

  return {
    connector,
    store,
    failures,
    states,
    pauses,
    lives,
    async start() {
      await connector.start(receive ?? store.receive);
      await connector.settled();
    },
    async logIn() {
      const { promise, resolve } = Promise.withResolvers<void>();
      loggedIn = resolve;
      const { mocker } = now();
      mocker.login(mocker.ContactMock.load('bot'));
      await promise;
    },
    say(who, what, { mention = false, alone = true } = {}) {
      const { mocker } = now();
      const to = alone && !mention ? mocker.ContactMock.load('bot') : mocker.RoomMock.load(ROOM);
      mocker.ContactMock.load(who)
        .say(what as string, mention ? [mocker.ContactMock.load('bot')] : [])
        .to(to);
    },
    befriend(who, type) {
      const { puppet } = now();
      const friendshipId = `f-${who}`;
      // The mock knows no requests of friendship; what a puppet would load is put where it would be kept.
      puppet.friendshipRawPayload = async (id: string) => ({ id, contactId: who, type, hello: '' });
      puppet.emit('friendship', { friendshipId });
    },
    screen: (of) => screens.get(of) ?? [],
    inbounds: () => store.inbounds,
    async deliver(user, part, key = `c_1:${++keys}:0`) {
      const address = { channel: 'wechaty' as const, account: 'main', user };
      await connector.deliver({
        key,
        conversation: 'c_1' as ConversationId,
        address,
        part: { id: 'test.said', params: {}, ...part },
      });
    },
  };
}

export const picture = (name: string): FileBox =>
  FileBox.fromBase64('iVBORw0KGgo=', name) as unknown as FileBox;
