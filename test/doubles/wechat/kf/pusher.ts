/** WeCom calls our server address: there is news. What it is must be fetched. */
import { encrypt, type Keys, sign } from '../crypto.ts';
import type { Json } from '../json.ts';
import { CUT_SECONDS, postTo, type RawPush, TRIES } from '../pusher.ts';
import { writeXml } from '../xml.ts';
import type { KfWorld } from './world.ts';

const PUSH_TOKEN_MS = 600_000;

export interface KfPush {
  readonly tries: readonly { readonly status: number | undefined; readonly body: string }[];
  readonly isAccepted: boolean;
}

export const keysOf = ({ account }: KfWorld): Keys => ({
  token: account.token,
  aesKey: account.aesKey,
  id: account.corpid,
});
export const isAccepted = ({ status, body }: KfPush['tries'][number]): boolean =>
  status === 200 && (body === '' || body === 'success');

export function seal(world: KfWorld, change: Json = {}): RawPush {
  const Token = `PUSH${world.nextNumber()}`;
  world.pushTokens.set(Token, world.clock.now() + PUSH_TOKEN_MS);
  const fields = {
    ToUserName: world.account.corpid,
    CreateTime: Math.floor(world.clock.now() / 1000),
    MsgType: 'event',
    Event: 'kf_msg_or_event',
    Token,
    OpenKfId: world.account.openKfid,
    ...(change as Record<string, string>),
  };
  const encrypted = encrypt(keysOf(world), writeXml(fields));
  const body = writeXml({ ToUserName: world.account.corpid, Encrypt: encrypted, AgentID: '' });
  return { query: signed(world, encrypted), body };
}

function signed(world: KfWorld, encrypted: string) {
  const timestamp = String(Math.floor(world.clock.now() / 1000));
  const nonce = `${world.nextNumber()}n`;
  return { msg_signature: sign(keysOf(world), timestamp, nonce, encrypted), timestamp, nonce };
}

export async function untilAccepted(world: KfWorld, address: string): Promise<KfPush['tries']> {
  const request = seal(world);
  const tries: { status: number | undefined; body: string }[] = [];
  while (tries.length < TRIES) {
    const tried = await attempt(world, address, request);
    tries.push(tried);
    if (tried.status === 200) break;
  }
  return tries;
}

async function attempt(world: KfWorld, address: string, request: RawPush): Promise<KfPush['tries'][number]> {
  try {
    return await postTo(address, request, AbortSignal.timeout(CUT_SECONDS * world.secondMs));
  } catch {
    return { status: undefined, body: '' };
  }
}

export async function verify(
  world: KfWorld,
  address: string,
  options: { readonly echo?: string; readonly signature?: string } = {},
) {
  const { echo = '1616140317555161061', signature } = options;
  const echostr = encrypt(keysOf(world), echo);
  const query = { ...signed(world, echostr), echostr };
  const response = await fetch(
    `${address}?${new URLSearchParams(signature === undefined ? query : { ...query, msg_signature: signature })}`,
  );
  const body = await response.text();
  return { isAccepted: response.status === 200 && body === echo, status: response.status, body };
}
