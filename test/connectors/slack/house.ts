/** The Slack view between a Slack on loopback, a store in memory and a small desk. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackView, type SlackView } from '../../../src/connectors/slack/index.ts';
import { SLACK_PATH } from '../../../src/connectors/slack/manifest.ts';
import type { Advice } from '../../../src/contracts/advice.ts';
import type { StaffInbox } from '../../../src/contracts/staff-inbox.ts';
import {
  APP_TOKEN,
  BOT_TOKEN,
  CHANNEL,
  type Posted,
  SIGNING_SECRET,
  SlackDouble,
} from '../../doubles/slack/double.ts';
import type { TestBackend } from '../../store/backends.ts';
import { BACKENDS } from '../../store/backends.ts';
import { openWorld, type World } from '../../store/world.ts';
import { createTinyDesk, type TinyDesk } from './tiny-desk.ts';

export interface HouseOptions {
  readonly mode?: 'http' | 'socket';
  readonly backend?: TestBackend;
  readonly advice?: Advice;
  /** Stands before the inbox, for faults and pauses. */
  readonly inbox?: (real: StaffInbox) => StaffInbox;
  readonly desk?: (tiny: TinyDesk) => TinyDesk;
  readonly roles?: { lead?: readonly string[]; curator?: readonly string[] };
}

export interface House {
  readonly slack: SlackDouble;
  readonly desk: TinyDesk;
  readonly world: World;
  readonly view: SlackView;
  /** What was logged, and what the person at the machine was told. */
  readonly log: { readonly name: string; readonly fields: object }[];
  readonly told: string[];
  /** Pauses the view wanted to make; none is really made. */
  readonly waits: number[];
  /** Everything that was acknowledged is done and drawn. */
  settle(): Promise<void>;
  /** The process dies between two breaths and comes back: rows stay, memory does not. */
  restart(): Promise<void>;
  card(): Posted;
  end(): Promise<void>;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const slack = await new SlackDouble().start();
  const world = await openWorld(options.backend ?? (BACKENDS[0] as TestBackend));
  const tiny = createTinyDesk(world.clock);
  const desk = options.desk?.(tiny) ?? tiny;
  const log: House['log'] = [];
  const told: string[] = [];
  const waits: number[] = [];
  const web = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const found = current.listeners.find((one) => one.path === path);
    if (found === undefined) response.writeHead(404).end();
    else found.listener(request, response);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const make = (): SlackView =>
    createSlackView({
      options: {
        ...(options.mode === 'socket'
          ? { mode: 'socket', appToken: APP_TOKEN }
          : { mode: 'http', signingSecret: SIGNING_SECRET }),
        botToken: BOT_TOKEN,
        channel: CHANNEL,
        apiUrl: slack.apiUrl,
        roles: { lead: options.roles?.lead ?? [], curator: options.roles?.curator ?? [], auditor: [] },
      },
      desk,
      inbox: options.inbox?.(world.store) ?? world.store,
      clock: world.clock,
      event: (name, fields) => log.push({ name, fields }),
      tell: (line) => told.push(line),
      wait: async (ms) => {
        waits.push(ms);
        world.clock.advance(ms);
      },
      ...(options.advice === undefined ? {} : { advice: options.advice }),
    });
  let current = make();
  await current.start();
  if (options.mode !== 'socket') {
    slack.target = `http://127.0.0.1:${(web.address() as AddressInfo).port}${SLACK_PATH}`;
  }
  return {
    slack,
    desk: tiny,
    world,
    log,
    told,
    waits,
    get view() {
      return current;
    },
    settle: () => current.settle(),
    async restart() {
      await current.stop();
      current = make();
      await current.start();
    },
    card() {
      const found = slack.posted.find(({ thread }) => thread === undefined);
      if (found === undefined) throw new Error('There is no card');
      return found;
    },
    async end() {
      await current.stop();
      await closed(web);
      await slack.stop();
      await world.end();
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
