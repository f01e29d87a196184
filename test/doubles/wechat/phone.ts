/** A person at the phone: writes, taps, scans, clicks, and reads what is on the screen. */

import { keepMedia } from './api-media.ts';
import { PHONE_COOKIE } from './api-oauth.ts';
import { createBrowser, type Shown } from './browser.ts';
import { eventLetter, type Letter, messageLetter } from './letters.ts';
import type { Push, Pusher, PushOptions } from './pusher.ts';
import type { Entry, Touch } from './screen.ts';
import { messagesLeft, openWindow, type User } from './users.ts';
import type { MenuButton, World } from './world.ts';

export interface Phone {
  readonly openid: string;
  /** The record behind the phone: blacklist, consents and the like may be set here. */
  readonly user: User;
  follow(scene?: string): Promise<Push>;
  unfollow(): Promise<Push>;
  say(text: string, options?: PushOptions): Promise<Push>;
  /** Written and on its way, but not pushed: `wechat.push` does that, in whatever order. */
  write(text: string): Letter;
  sendImage(bytes?: Buffer): Promise<Push>;
  sendVoice(): Promise<Push>;
  sendVideo(): Promise<Push>;
  sendLocation(place: {
    readonly label: string;
    readonly latitude: string;
    readonly longitude: string;
  }): Promise<Push>;
  sendLink(url: string): Promise<Push>;
  /** Reports where the phone is, as it does by itself when allowed. */
  reportLocation(): Promise<Push>;
  /** Scans a code made by the API. */
  scan(ticket: string): Promise<Push>;
  /** Touches the button of the account's menu with this name: writes nothing, opens or clicks. */
  clickMenu(name: string, options?: PushOptions): Promise<Push>;
  /** Touches a choice that is on the screen, the newest of this label; what it writes is pushed. */
  tap(label: string, options?: PushOptions): Promise<Push>;
  /** The address behind the newest link on the screen whose label contains these words. */
  link(words: string): string;
  /** What the authorize page answers this person: the address they are sent back to, or the words on it. */
  authorize(url: string): Promise<{ readonly location?: string; readonly page?: string }>;
  /** Opens an address in the browser inside WeChat, and follows where it leads. */
  open(url: string): Promise<Shown>;
  post(url: string, body: object): Promise<Shown>;
  screen(): readonly Entry[];
  /** The texts on the screen, the oldest first. */
  reads(): readonly string[];
  isTypingShown(): boolean;
  messagesLeft(): number;
}

export function createPhone(world: World, pusher: Pusher, user: User): Phone {
  const { clock } = world;
  const browser = createBrowser(() => world.origin, user.openid);

  function compose(message: Parameters<typeof messageLetter>[2]): Letter {
    if (user.hasLeft) throw new Error(`${user.name} does not follow us any more and can not write`);
    // Whoever writes follows us: it happened before the test began.
    user.isFollower = true;
    openWindow(user, 'message', clock);
    return messageLetter(world, user, message);
  }
  const send = (message: Parameters<typeof messageLetter>[2], options?: PushOptions) =>
    pusher.push(compose(message), options);
  const event = (fields: Parameters<typeof eventLetter>[2], options?: PushOptions) =>
    pusher.push(eventLetter(world, user, fields), options);
  const file = (type: string, bytes: Buffer, contentType: string) =>
    keepMedia(world, { type, bytes, contentType }).id;

  return {
    openid: user.openid,
    user,
    async follow(scene) {
      user.isFollower = true;
      user.hasLeft = false;
      openWindow(user, 'follow', clock);
      if (scene !== undefined) openWindow(user, 'scan', clock);
      const ticket = scene === undefined ? {} : { Ticket: `gQH_follow_${scene}` };
      return event({
        Event: 'subscribe',
        EventKey: scene === undefined ? '' : `qrscene_${scene}`,
        ...ticket,
      });
    },
    async unfollow() {
      user.isFollower = false;
      user.hasLeft = true;
      user.window = undefined;
      return event({ Event: 'unsubscribe', EventKey: '' });
    },
    say: (text, options) => send({ kind: 'text', text }, options),
    write: (text) => compose({ kind: 'text', text }),
    sendImage: (bytes = Buffer.from('89504e470d0a1a0a', 'hex')) =>
      send({ kind: 'image', mediaId: file('image', bytes, 'image/png') }),
    sendVoice: () => send({ kind: 'voice', mediaId: file('voice', Buffer.from('#!AMR\n'), 'audio/amr') }),
    sendVideo: () => send({ kind: 'video', mediaId: file('video', Buffer.from('00'), 'video/mp4') }),
    sendLocation: (place) => send({ kind: 'location', ...place }),
    sendLink: (url) => send({ kind: 'link', title: '示例链接', url }),
    reportLocation: () =>
      event({ Event: 'LOCATION', Latitude: '30.000000', Longitude: '110.000000', Precision: '65.000000' }),
    async scan(ticket) {
      const code = world.tickets.get(ticket);
      if (code === undefined || clock.now() >= code.until)
        throw new Error('Nothing happens: the code has expired');
      if (!user.isFollower) return this.follow(code.scene);
      openWindow(user, 'scan', clock);
      return event({ Event: 'SCAN', EventKey: code.scene, Ticket: ticket });
    },
    async clickMenu(name, options) {
      const button = buttonsOf(world.menu).find((found) => found.name === name);
      if (button === undefined) throw new Error(`The menu has no button ${name}`);
      if (button.type === 'view') return event({ Event: 'VIEW', EventKey: button.url ?? '' }, options);
      openWindow(user, 'menu', clock);
      return event({ Event: 'CLICK', EventKey: button.key ?? '' }, options);
    },
    tap(label, options) {
      const found = touchesOf(user.screen).find((touch) => touch.label === label && 'sends' in touch);
      if (found === undefined || !('sends' in found))
        throw new Error(`Nothing to tap is called ${label}; there is ${namesOf(user)}`);
      return send({ kind: 'text', text: found.sends, menuId: found.id }, options);
    },
    link(words) {
      const found = touchesOf(user.screen).find((touch) => touch.label.includes(words) && 'url' in touch);
      if (found === undefined || !('url' in found)) throw new Error(`No link on the screen says ${words}`);
      return found.url;
    },
    async authorize(url) {
      const response = await fetch(url, {
        headers: { Cookie: `${PHONE_COOKIE}=${user.openid}` },
        redirect: 'manual',
      });
      const location = response.headers.get('location');
      return location === null ? { page: await response.text() } : { location };
    },
    open: (url) => browser.open(url),
    post: (url, body) => browser.post(url, body),
    screen: () => user.screen,
    reads: () => user.screen.map(({ text }) => text),
    isTypingShown: () => clock.now() < user.typingUntil,
    messagesLeft: () => messagesLeft(user, clock),
  };
}

const namesOf = ({ screen }: User): string =>
  touchesOf(screen)
    .map(({ label }) => label)
    .join(', ');

/** The newest first. */
function touchesOf(screen: readonly Entry[]): readonly Touch[] {
  return screen.toReversed().flatMap(({ touch }) => touch);
}

function buttonsOf(menu: readonly MenuButton[]): readonly MenuButton[] {
  return menu.flatMap((button) => button.sub_button ?? [button]);
}
