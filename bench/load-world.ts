/**
 * Everything around the servers that are measured: the office behind its HTTP contract, the WeChat side, Slack,
 * and as many servers as wanted on one database. Pushes go to the servers in turn, as a proxy would spread them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLibrary } from '../src/library.ts';
import { type Served, serveOffice } from '../src/portals/http/serve.ts';
import { parseFixture } from '../src/portals/simulated/fixture.ts';
import { knowledgeRules } from '../src/portals/simulated/knowledge-rules.ts';
import { openSimulatedOffice, type SimulatedOffice } from '../src/portals/simulated/office.ts';
import { BOT_TOKEN, CHANNEL, SIGNING_SECRET, SlackDouble } from '../test/doubles/slack/double.ts';
import { ACCOUNT } from '../test/doubles/wechat/account.ts';
import { openWechat, type Wechat } from '../test/doubles/wechat/index.ts';
import { createPusher, type Pusher } from '../test/doubles/wechat/pusher.ts';
import { type Family, makeFamilies } from './load-families.ts';
import { freePort, type House, type HouseSetting, openHouse } from './load-house.ts';

export interface WorldOptions {
  readonly processes: number;
  readonly families: number;
  /** Absent: each server keeps a file of its own, so there can be only one. */
  readonly databaseUrl?: string;
  /** Where the servers keep their files; a folder of its own unless given. */
  readonly dataDir?: string;
  readonly clerk?: string;
  /** Neither WeChat nor Slack: for hosts that reach nothing of this one. */
  readonly isWebOnly?: boolean;
  /** How each server is started, beyond the usual. */
  readonly how?: (index: number) => Partial<Pick<HouseSetting, 'within' | 'host'>> & {
    readonly env?: Readonly<Record<string, string>>;
  };
}

export interface World {
  readonly isWebOnly: boolean;
  readonly houses: readonly House[];
  readonly wechat: Wechat;
  readonly pusher: Pusher;
  readonly slack: SlackDouble;
  readonly office: SimulatedOffice;
  /** One that nobody has bound yet; undefined when there is none left. */
  nextFamily(): Family | undefined;
  readonly storeUrl: string;
  /** The server of a citizen; one that is down has another stand in. */
  houseOf(citizen: number): House;
  /** The newest code this person was sent, once. */
  takeCode(person: string): string | undefined;
  /** Ends the servers and all around them; the store stays. */
  close(): Promise<void>;
  remove(): void;
}

export const VAULT_KEY = '07'.repeat(32);
const SECRET = 'a-secret-that-only-this-run-knows-0123456';
const REGION = '330100';
const clock = { now: () => Date.now() };
const random = { bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };

export async function openWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'gongji-load-'));
  const { families, fixture } = makeFamilies(options.families, REGION);
  const fixtureFile = join(folder, 'people.json');
  writeFileSync(fixtureFile, JSON.stringify(fixture));
  const office = openSimulatedOffice({
    file: join(folder, 'office.sqlite'),
    rules: knowledgeRules(openLibrary({ cacheDir: folder }).knowledge),
    clock,
    random,
    fixture: parseFixture(fixture),
  });
  const served = await serveOffice({
    portal: office,
    clock,
    host: '127.0.0.1',
    port: 0,
    secretOf: () => SECRET,
    onRequest: () => {},
  });
  const wechat = await openWechat({ clock });
  const slack = await new SlackDouble().start();
  if (options.clerk !== undefined) slack.members.push(options.clerk);
  const codes = new Map<string, string>();
  const dataDir = options.dataDir ?? folder;
  const around = { served, wechat, slack, fixtureFile, dataDir, codes };
  const houses: House[] = [];
  for (let index = 0; index < options.processes; index += 1) {
    houses.push(await startHouse(options, index, around));
  }
  slack.target = `${houses[0]?.url}/slack/events`;
  let next = 0;
  let binders = 0;
  const up = (from: number): House => {
    const found = houses.find((_, n) => houses[(from + n) % houses.length]?.isUp === true);
    const at = found === undefined ? 0 : houses.indexOf(found);
    return houses[(from + at) % houses.length] as House;
  };
  const pusher = createPusher(wechat.world, () => {
    next += 1;
    return `${up(next).url}/wechat/oa`;
  });
  return {
    isWebOnly: options.isWebOnly ?? false,
    houses,
    wechat,
    pusher,
    slack,
    office,
    nextFamily: () => families[binders++],
    storeUrl: options.databaseUrl ?? `sqlite://${join(dataDir, 'house0', 'gongji.sqlite')}`,
    houseOf: (citizen) => up(citizen),
    takeCode(person) {
      const code = codes.get(person);
      codes.delete(person);
      return code;
    },
    async close() {
      await Promise.all(houses.map((house) => house.stop()));
      await slack.stop();
      await wechat.close();
      await served.close();
    },
    remove() {
      void office.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Around {
  readonly served: Served;
  readonly wechat: Wechat;
  readonly slack: SlackDouble;
  readonly fixtureFile: string;
  readonly dataDir: string;
  readonly codes: Map<string, string>;
}

async function startHouse(options: WorldOptions, index: number, around: Around): Promise<House> {
  const { env = {}, ...how } = options.how?.(index) ?? {};
  return openHouse({
    ...how,
    port: await freePort(),
    env: { ...environment(options, index, around), ...env },
    onCode: (person, code) => around.codes.set(person, code),
  });
}

function environment(options: WorldOptions, index: number, around: Around): Record<string, string> {
  return {
    GONGJI_DATA: join(around.dataDir, `house${index}`),
    GONGJI_LOG: 'error',
    GONGJI_VAULT_KEY: VAULT_KEY,
    // Each citizen has an address of their own, as behind the proxy of an installation.
    GONGJI_BEHIND_PROXY: 'yes',
    GONGJI_PORTAL: around.served.url,
    GONGJI_PORTAL_KEY_ID: 'assistant',
    GONGJI_PORTAL_SECRET: SECRET,
    GONGJI_DEMO_PEOPLE: around.fixtureFile,
    ...(options.isWebOnly === true ? {} : others(around)),
    ...(options.databaseUrl === undefined ? {} : { GONGJI_DATABASE: options.databaseUrl }),
  };
}

function others({ wechat, slack }: Around): Record<string, string> {
  return {
    GONGJI_WECHAT_OA_APPID: ACCOUNT.appid,
    GONGJI_WECHAT_OA_SECRET: ACCOUNT.secret,
    GONGJI_WECHAT_OA_TOKEN: ACCOUNT.token,
    GONGJI_WECHAT_OA_AES_KEY: ACCOUNT.aesKey,
    GONGJI_WECHAT_OA_CERTIFIED: 'yes',
    GONGJI_WECHAT_OA_API_BASE: wechat.url,
    GONGJI_SLACK_MODE: 'http',
    GONGJI_SLACK_BOT_TOKEN: BOT_TOKEN,
    GONGJI_SLACK_SIGNING_SECRET: SIGNING_SECRET,
    GONGJI_SLACK_CHANNEL: CHANNEL,
    GONGJI_SLACK_API_URL: slack.apiUrl,
  };
}
