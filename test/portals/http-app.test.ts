/** Two processes: `gongji portal serve`, and the whole house whose GONGJI_PORTAL points at it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Connector } from '../../src/contracts/connector.ts';
import type { Portal } from '../../src/contracts/portal.ts';
import type { Address, Outbound } from '../../src/domain/conversation.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Running, startGongji } from '../../src/main.ts';
import { createHttpOffice } from '../../src/portals/http/client.ts';
import { readFixture } from '../../src/portals/simulated/fixture.ts';
import { countedRandom } from './world.ts';

const FIXTURE = 'fixtures/demo.yaml';
const people = readFixture(FIXTURE).people;
const dir = mkdtempSync(join(tmpdir(), 'gongji-http-'));

interface ServedOffice {
  readonly child: ChildProcess;
  readonly url: string;
  readonly keyId: string;
  readonly secret: string;
  readonly said: string[];
  /** Hands it a line and waits until it has answered. */
  tell(line: object): Promise<unknown>;
}

let office: ServedOffice;
let behind: Portal;
let house: Running;
const told: string[] = [];
const heard: Outbound[] = [];

async function serve(): Promise<ServedOffice> {
  const args = ['src/cli/gongji.ts', 'portal', 'serve', '--fixture', FIXTURE, '--data', join(dir, 'office')];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value = '' } = await lines.next();
    said.push(value);
    return JSON.parse(value) as object;
  };
  const { url, keyId, secret } = (await next()) as ServedOffice;
  return {
    child,
    url,
    keyId,
    secret,
    said,
    tell(line) {
      child.stdin.write(`${JSON.stringify(line)}\n`);
      return next();
    },
  };
}

const connector: Connector = {
  id: 'converse',
  start: async () => {},
  deliver: async (outbound) => {
    heard.push(outbound);
    return { state: 'sent' };
  },
  stop: async () => {},
};

beforeAll(async () => {
  office = await serve();
  const clock = { now: () => Date.now() };
  const signing = { keyId: office.keyId, secret: office.secret };
  behind = createHttpOffice({ url: office.url, signing, clock, random: countedRandom('behind') });
  const config = readConfig({
    GONGJI_DATA: join(dir, 'house'),
    GONGJI_PORT: '0',
    GONGJI_LOG: 'silent',
    GONGJI_PORTAL: office.url,
    GONGJI_PORTAL_KEY_ID: office.keyId,
    GONGJI_PORTAL_SECRET: office.secret,
    GONGJI_DEMO_PEOPLE: FIXTURE,
  });
  house = await startGongji(config, (line) => told.push(line), [connector]);
});

afterAll(async () => {
  await house?.stop();
  await behind?.stop();
  office?.child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** A talk of one citizen; each step gives the ids of what was said in answer. */
function talk(user: string) {
  const address: Address = { channel: 'converse', account: 'test', user };
  let serial = 0;
  const ids = (from: number) =>
    heard.slice(from).flatMap((one) => (one.address.user === user ? [one.part.id] : []));
  return {
    async say(text: string): Promise<string[]> {
      const before = heard.length;
      serial += 1;
      const receivedAt = new Date().toISOString();
      await house.app.receive({
        address,
        messageId: `${user}-${serial}`,
        receivedAt,
        content: { kind: 'text', text, masked: [] },
      });
      await house.app.idle();
      return ids(before);
    },
    /** Fills in the page that was offered last, and the code of the demo provider when one is asked for. */
    async fill(fields: JsonObject): Promise<string[]> {
      const before = heard.length;
      const offered = heard.findLast((one) => one.address.user === user && one.part.secure !== undefined);
      const token = offered?.part.secure?.url?.split('/s/')[1] ?? '';
      const first = await house.app.secure.submit(token, fields);
      if ('challenge' in first) {
        const code = /\d{6}/u.exec(told.at(-1) ?? '')?.[0] ?? '';
        await house.app.secure.submit(token, { ...fields, challenge: first.challenge, code });
      }
      await house.app.idle();
      return ids(before);
    },
  };
}

const documentOf = (id: string) => {
  const { name = '', document } = people[id] ?? {};
  return {
    name,
    documentType: document?.type ?? 'passport',
    documentNumber: document?.number ?? '',
  } as const;
};
const relative = (id: string): JsonObject => ({
  ...documentOf(id),
  agreed: true,
  signature: people[id]?.name ?? '',
});

describe('the house with an office in another process', () => {
  it('binds from the first word to the relation, although the answer of the office is lost', async () => {
    const citizen = talk('first');
    const payer = documentOf('zheng-kai');
    const before = await behind.applications(payer);
    expect(await citizen.say('我在石家庄参保，想给我妈绑定家庭共济，她也是河北的')).toContain('verify.ask');
    expect(await citizen.fill({ person: 'zheng-kai' })).toContain('bind.ask.dependent');
    expect(await citizen.fill(relative('yang-shufen'))).toContain('bind.confirm');
    await office.tell({ fault: { how: 'timeout_after', on: 'bind' } });
    expect(await citizen.say('确认提交')).toEqual(['bind.submitted', 'bind.result.ACTIVE']);

    const bindings = await behind.bindings(payer);
    expect(bindings.filter(({ relation }) => relation === 'parent')).toMatchObject([{ state: 'ACTIVE' }]);
    expect(await behind.applications(payer)).toHaveLength(before.length + 1);
    expect(office.said.join('')).toContain('portal: act 504 timeout');
  });

  it('takes what happens at the office from standard input', async () => {
    const changes = async () => (await behind.changes(0, 100)).length;
    const before = await changes();
    expect(await office.tell({ event: 'credit', person: 'zheng-kai', amountFen: 20_000 })).toEqual({
      ok: true,
    });
    expect(await changes()).toBe(before + 1);
    expect(await office.tell({ event: 'no such event' })).toMatchObject({ error: { code: 'bad_input' } });
  });

  it('the office tells nothing of anybody to those who run it', () => {
    const all = office.said.join('\n');
    for (const id of ['zheng-kai', 'yang-shufen']) {
      expect(all).not.toContain(documentOf(id).name);
      expect(all).not.toContain(documentOf(id).documentNumber);
    }
  });

  it('says neither yes nor no while the office is away, and the office ends cleanly when told', async () => {
    const citizen = talk('second');
    await citizen.say('我在石家庄参保，想给我妈绑定家庭共济，她也是河北的');
    expect(await citizen.fill({ person: 'zheng-kai' })).toContain('bind.ask.dependent');
    const ended = new Promise<number | null>((resolve) => office.child.once('exit', resolve));
    office.child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const said = [...(await citizen.fill(relative('yang-shufen'))), ...(await citizen.say('确认提交'))];
    expect(said).toContain('bind.submitted');
    expect(said.filter((id) => /^(bind\.(result|refused)|task)/u.test(id))).toEqual([]);
  });
});
