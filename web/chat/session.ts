/**
 * Whose talk it is. On our own page that is a cookie no script sees. In a frame of another site browsers hand
 * out no cookies, so the page keeps the secret in the frame's own storage and names it in a header.
 */
import { keep, recall } from '../shared/memory.ts';
import { isFramed } from './frame.ts';

const NAME = 'talk';
/** A browser that keeps nothing: the talk lives as long as the page. */
let held: string | undefined;

export interface Opened {
  readonly status: number;
  /** Whether the talk can go on in WeChat. */
  readonly wechat: boolean;
}

export async function open(): Promise<Opened> {
  const answer = await send('open', isFramed ? { framed: true } : {});
  const told = (await answer?.json().catch(() => undefined)) as
    | { readonly session?: string; readonly wechat?: boolean }
    | undefined;
  if (told?.session !== undefined) {
    held = told.session;
    keep(NAME, told.session);
  }
  return { status: answer?.status ?? 0, wechat: told?.wechat === true };
}

/** Ends the talk on this machine: nobody who comes after can read it. False when the server was not reached. */
export async function leave(): Promise<boolean> {
  if ((await send('leave', {}))?.ok !== true) return false;
  held = undefined;
  keep(NAME, undefined);
  return true;
}

/** Undefined when there was no answer. */
export async function send(path: 'open' | 'messages' | 'leave', body: object): Promise<Response | undefined> {
  try {
    return await fetch(`/api/chat/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...credentials() },
      body: JSON.stringify(body),
    });
  } catch {
    return undefined;
  }
}

export function credentials(): Record<string, string> {
  const session = isFramed ? (recall(NAME) ?? held) : undefined;
  return session === undefined ? {} : { Authorization: `Bearer ${session}` };
}
