/**
 * Wechaty as far as we use it. Its own types do not hold without `skipLibCheck`, so what we touch is typed
 * here; the package is optional, and loaded only when the channel is on (it costs about 100 MB and two seconds).
 */
import { AppError } from '../../errors.ts';

export interface Contact {
  readonly id: string;
  name(): string;
  type(): number;
  say(text: string): Promise<unknown>;
}

export interface Room {
  readonly id: string;
  alias(member: Contact): Promise<string | undefined>;
  /** Wechaty puts `@name` before the text, and tells the client whom it means. */
  say(text: string, member: Contact): Promise<unknown>;
}

export interface Message {
  readonly id: string;
  type(): number;
  text(): string;
  self(): boolean;
  talker(): Contact;
  room(): Room | undefined;
  mentionSelf(): Promise<boolean>;
}

export interface Friendship {
  readonly id: string;
  type(): number;
  contact(): Contact;
  accept(): Promise<void>;
}

interface Finder<T> {
  find(query: { readonly id: string }): Promise<T | undefined>;
}

interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export interface Bot extends Emitter {
  /** Builds the puppet; `start` does so as well, if it was not done before. */
  init(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Answered by the event `dong`, if anybody is there. */
  ding(data: string): void;
  readonly isLoggedIn: boolean;
  readonly currentUser: Contact;
  readonly puppet: Emitter;
  readonly Message: Finder<Message>;
  readonly Contact: Finder<Contact>;
  readonly Room: Finder<Room>;
}

export interface BotOptions {
  readonly name?: string;
  readonly puppet: unknown;
  readonly puppetOptions?: { readonly token?: string; readonly endpoint?: string };
}

/** The enumerations of Wechaty, looked up in both directions by name. */
type Names = Readonly<Record<number, string | undefined>>;

export interface Wechaty {
  readonly WechatyBuilder: { build(options: BotOptions): Bot };
  readonly types: { readonly Message: Names; readonly Contact: Names; readonly Friendship: Names };
  readonly log: { level(name: 'silent'): unknown };
}

/** Loads the package. @throws AppError `channel_missing` when it is not installed */
export async function loadWechaty(specifier: string): Promise<Wechaty> {
  let wechaty: Wechaty;
  try {
    wechaty = (await import(specifier)) as Wechaty;
  } catch (cause) {
    throw new AppError('channel_missing', `The package '${specifier}' cannot be loaded; install it`, {
      cause,
    });
  }
  // Its log holds what people write; what matters of it we are told by events.
  wechaty.log.level('silent');
  return wechaty;
}
