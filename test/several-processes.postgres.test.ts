/** What one process has and the others do not: the simulated office, and channels that live in a single place. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { createChannelTurns } from '../src/channel-turns.ts';
import type { Connector } from '../src/contracts/connector.ts';
import { createOutbox } from '../src/dialog/outbox.ts';
import type { ConversationId } from '../src/domain/ids.ts';
import { openLibrary } from '../src/library.ts';
import { createLog } from '../src/log.ts';
import { createDemoIdentity } from '../src/secure/demo-identity.ts';
import { openStore } from '../src/store/open.ts';
import { LASTING } from './store/backends.ts';
import { addressOf, commitOf, countedRandom, inbound, part, StillClock, VAULT_KEY } from './store/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'gongji-several-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SHARED = LASTING.filter(({ name }) => name === 'PostgreSQL');
const HOUR_MS = 3_600_000;

function openHouse(url: string, name: string) {
  const clock = { now: () => Date.now() };
  const random = countedRandom(name);
  return createApp({
    ...openLibrary({ cacheDir: folder }),
    clock,
    random,
    log: createLog('silent'),
    storeUrl: url,
    connections: 6,
    officeFile: join(folder, `${name}.sqlite`),
    identity: (office) => createDemoIdentity({ people: office.people(), clock, random, tell: () => {} }),
    vaultKey: VAULT_KEY,
    secureUrl: (token) => token,
  });
}

describe.each(SHARED)('the simulated office on $name', (backend) => {
  it('is in one process; a second one is refused with the way out, until the first has ended', async () => {
    const place = await backend.newPlace();
    const first = await openHouse(place.url, 'first');
    await expect(openHouse(place.url, 'second')).rejects.toThrow(/gongji portal serve/u);
    await first.stop();
    await (await openHouse(place.url, 'third')).stop();
    await place.remove();
  }, 60_000);
});

describe.each(SHARED)('a channel that one process has, on $name', (backend) => {
  it('is served by that one whoever comes upon its words; when none has it any more they fail', async () => {
    const place = await backend.newPlace();
    const clock = new StillClock();
    const log: string[] = [];

    async function open(name: string, channels: readonly string[]) {
      const opened = await openStore({
        url: place.url,
        clock,
        random: countedRandom(name),
        vaultKey: VAULT_KEY,
        connections: 6,
      });
      const { store, engine, signals } = opened;
      const connectors = new Map(
        channels.map((channel) => {
          const deliver: Connector['deliver'] = async ({ part: { text } }) => {
            log.push(`${name} said ${text}`);
            return { state: 'sent' };
          };
          return [
            channel,
            { id: channel, start: async () => {}, deliver, stop: async () => {} } as Connector,
          ];
        }),
      );
      const turns = createChannelTurns({
        store,
        signals,
        clock,
        channels: connectors,
        onFailure: (error) => log.push(String(error)),
      });
      const outbox = createOutbox({
        store,
        connectors,
        clock,
        async leave(outbound) {
          const isLeft = await turns.leave(outbound);
          log.push(`${name} ${isLeft ? 'left it' : 'has nobody'}`);
          return isLeft;
        },
        onFailure: (_, code) => log.push(`${name} ${code}`),
      });
      engine.work('outbox', (key) => outbox.deliverTo(key as ConversationId));
      await turns.note();
      return { ...opened, deliver: (key: ConversationId) => outbox.deliverTo(key) };
    }

    const plain = await open('plain', []);
    const home = await open('home', ['web']);
    await plain.store.receive(inbound('lin', 'm-1'));
    const talk = await plain.store.conversationAt(addressOf('lin'));
    if (talk === undefined) throw new Error('There is no talk');
    await plain.store.commitTurn(commitOf(talk, [1], { replies: [part('first')] }));
    // The engine of the other has begun; ours comes upon the words first, by hand.
    await plain.deliver(talk.id);
    expect(log).toEqual(['plain left it']);
    await home.engine.sweep();
    await home.engine.idle();
    expect(log.filter((line) => line.includes('said'))).toEqual(['home said first']);

    await home.close();
    clock.advance(11 * HOUR_MS);
    const next = { ...talk, version: talk.version + 1 };
    await plain.store.commitTurn(commitOf(next, [], { replies: [part('second')] }));
    await plain.deliver(talk.id);
    expect(log.at(-1)).toBe('plain left it');
    clock.advance(2 * HOUR_MS);
    await plain.deliver(talk.id);
    expect(log.slice(-2)).toEqual(['plain has nobody', 'plain channel_off']);
    await plain.close();
    await place.remove();
  }, 60_000);
});
