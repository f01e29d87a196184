/**
 * One conversation with a restored installation: its own office of pretended people, nobody to deliver to but
 * ourselves, so that nothing the backup still had to do reaches anybody outside.
 */
import { join } from 'node:path';
import { createApp } from '../app.ts';
import type { Connector } from '../contracts/connector.ts';
import type { KeyProvider } from '../contracts/keys.ts';
import { AppError } from '../errors.ts';
import { openLibrary } from '../library.ts';
import { createLog } from '../log.ts';
import { clock, random } from '../main.ts';
import { createDemoIdentity } from '../secure/demo-identity.ts';
import { sqliteUrl } from './backup.ts';

const WORDS = '家庭共济是什么';
const ANSWER_WITHIN_MS = 60_000;

/** @returns the id of what was answered */
export async function converseOnce(
  dir: string,
  vaultKey: KeyProvider | readonly Uint8Array[],
): Promise<string> {
  const user = `drill-${Buffer.from(random.bytes(8)).toString('hex')}`;
  let heard: (id: string) => void = () => {};
  const answer = new Promise<string>((done, fail) => {
    const late = setTimeout(
      () => fail(new AppError('store_busy', 'The restored installation did not answer within a minute')),
      ANSWER_WITHIN_MS,
    );
    heard = (id) => {
      clearTimeout(late);
      done(id);
    };
  });
  const connector: Connector = {
    id: 'converse',
    start: async () => {},
    deliver: async ({ address, part }) => {
      if (address.user === user) heard(part.id);
      return { state: 'sent' };
    },
    stop: async () => {},
  };
  const app = await createApp({
    ...openLibrary(),
    clock,
    random,
    log: createLog('silent'),
    storeUrl: sqliteUrl(join(dir, 'gongji.sqlite')),
    officeFile: ':memory:',
    vaultKey,
    identity: (office) => createDemoIdentity({ people: office.people(), clock, random, tell: () => {} }),
    secureUrl: (token) => `drill:${token}`,
  });
  try {
    await app.start([connector]);
    await app.receive({
      address: { channel: 'converse', account: 'drill', user },
      messageId: user,
      receivedAt: new Date(clock.now()).toISOString(),
      content: { kind: 'text', text: WORDS, masked: [] },
    });
    return await answer;
  } finally {
    await app.stop();
  }
}
