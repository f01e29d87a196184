/** People who write to customer service, and staff who take over in WeCom itself. */
import type { Json } from '../json.ts';
import type { Entry } from '../screen.ts';
import type { KfPush } from './pusher.ts';
import { changeState, type KfUser, type KfWorld, openKfWindow } from './world.ts';

const WELCOME_MS = 20_000;

export interface KfPhone {
  readonly id: string;
  readonly user: KfUser;
  /** Opens the talk, as by a link with this scene; a welcome may be sent within 20 seconds. */
  enter(scene?: string): Promise<KfPush>;
  say(text: string): Promise<KfPush>;
  /** Written, and the push about it is lost: the next one brings it along. */
  sayUnheard(text: string): void;
  sendImage(): Promise<KfPush>;
  tap(label: string): Promise<KfPush>;
  link(words: string): string;
  screen(): readonly Entry[];
  reads(): readonly string[];
}

/** Staff in WeCom itself, whose talk we only learn of by fetching. */
export interface KfStaff {
  take(phone: KfPhone): Promise<KfPush>;
  say(phone: KfPhone, text: string): Promise<KfPush>;
  /** Ends the session: the next word of the citizen begins a new one. */
  end(phone: KfPhone): Promise<KfPush>;
}

type Nudge = () => Promise<KfPush>;

export function createKfPhone(world: KfWorld, user: KfUser, nudge: Nudge): KfPhone {
  function put(content: Json): void {
    openKfWindow(user, world.clock);
    if (user.state === 4) user.state = 0;
    world.put({ external_userid: user.id, origin: 3, ...content });
  }
  const touches = () => user.screen.toReversed().flatMap(({ touch }) => touch);
  return {
    id: user.id,
    user,
    async enter(scene = '') {
      const code = `welcome-${world.nextNumber()}`;
      world.welcomes.set(code, { user, until: world.clock.now() + WELCOME_MS, isUsed: false });
      if (user.state === 4) user.state = 0;
      world.put({
        origin: 4,
        msgtype: 'event',
        event: {
          event_type: 'enter_session',
          open_kfid: world.account.openKfid,
          external_userid: user.id,
          scene,
          // No welcome to somebody who was just talking to us.
          ...(user.window === undefined ? { welcome_code: code } : {}),
        },
      });
      return nudge();
    },
    async say(text) {
      put({ msgtype: 'text', text: { content: text } });
      return nudge();
    },
    sayUnheard: (text) => put({ msgtype: 'text', text: { content: text } }),
    async sendImage() {
      put({ msgtype: 'image', image: { media_id: `kfmedia-${world.nextNumber()}` } });
      return nudge();
    },
    async tap(label) {
      const found = touches().find((touch) => touch.label === label && 'sends' in touch);
      if (found === undefined || !('sends' in found)) throw new Error(`Nothing to tap is called ${label}`);
      put({ msgtype: 'text', text: { content: found.sends, menu_id: found.id } });
      return nudge();
    },
    link(words) {
      const found = touches().find((touch) => touch.label.includes(words) && 'url' in touch);
      if (found === undefined || !('url' in found)) throw new Error(`No link on the screen says ${words}`);
      return found.url;
    },
    screen: () => user.screen,
    reads: () => user.screen.map(({ text }) => text),
  };
}

/** Kinds of change as WeCom numbers them: taken from the pool, handed on, ended. */
const TAKEN = 1;
const ENDED = 3;

export function createStaff(world: KfWorld, name: string, nudge: Nudge): KfStaff {
  return {
    async take({ user }) {
      changeState(world, user, 3, { change_type: TAKEN, new_servicer_userid: name });
      return nudge();
    },
    async say({ user }, text) {
      if (user.servicer !== name) throw new Error(`${name} is not in charge of this talk`);
      user.screen.push({ kind: 'text', via: 'kf', text, touch: [] });
      world.put({
        external_userid: user.id,
        origin: 5,
        servicer_userid: name,
        msgtype: 'text',
        text: { content: text },
      });
      return nudge();
    },
    async end({ user }) {
      const code = `end-${world.nextNumber()}`;
      world.welcomes.set(code, { user, until: world.clock.now() + WELCOME_MS, isUsed: false });
      changeState(world, user, 4, { change_type: ENDED, old_servicer_userid: name, msg_code: code });
      return nudge();
    },
  };
}
