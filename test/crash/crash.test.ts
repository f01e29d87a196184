/** The process is really killed at every boundary of a binding; the office must have acted exactly once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Report {
  readonly result: object;
  readonly asking: string | null;
  readonly token: string | null;
  readonly heard: readonly string[];
  readonly said: readonly string[];
  readonly acts: readonly { readonly kind: string; readonly times: number }[];
  readonly boundaries: number;
  readonly brokenAudit: readonly string[];
}

const CHILD = join(import.meta.dirname, 'child.ts');
const root = mkdtempSync(join(tmpdir(), 'gongji-crash-'));
const atConfirm = join(root, 'at-confirm');

/** A running house; `ask` gives undefined when it died over the operation. */
class House {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly reader: Interface;

  constructor(dir: string, crashAt = 0) {
    this.child = spawn(process.execPath, [CHILD, dir, String(crashAt)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.reader = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = this.reader[Symbol.asyncIterator]();
    // Writing to a dead child is what these tests are about.
    this.child.stdin?.on('error', () => {});
  }

  async next(): Promise<unknown> {
    const { value, done } = await this.lines.next();
    return done === true ? undefined : JSON.parse(value);
  }

  async ask(op: object): Promise<Report | undefined> {
    this.child.stdin?.write(`${JSON.stringify(op)}\n`);
    return (await this.next()) as Report | undefined;
  }

  async end(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    const isGone = this.child.exitCode !== null || this.child.signalCode !== null;
    this.child.stdin?.end();
    if (!isGone) await exited;
  }
}

/** Talks until the summary waits for its yes. */
async function talkToConfirm(dir: string): Promise<void> {
  const house = new House(dir);
  await house.next();
  await house.ask({ kind: 'text', id: 'm1', text: '我要给妈妈绑定家庭共济，我在杭州参保' });
  const verify = await house.ask({ kind: 'text', id: 'm2', text: '同一个省' });
  const relative = await house.ask({ kind: 'secure', token: verify?.token, fields: { person: 'zhang-wei' } });
  const fields = {
    name: '王秀兰',
    documentType: 'resident_id',
    documentNumber: '990101195811200123',
    agreed: true,
    signature: '张伟',
  };
  const confirm = await house.ask({ kind: 'secure', token: relative?.token, fields });
  await house.end();
  expect(confirm?.asking).toBe('confirm');
}

const YES = { kind: 'text', id: 'm-yes', text: '确认提交' };
let boundaries = 0;

beforeAll(async () => {
  await talkToConfirm(atConfirm);
  const dir = join(root, 'whole');
  cpSync(atConfirm, dir, { recursive: true });
  const house = new House(dir);
  await house.next();
  const report = await house.ask(YES);
  await house.end();
  boundaries = report?.boundaries ?? 0;
  expect(report?.said).toContain('bind.result.ACTIVE');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a binding survives the death of the process', () => {
  it('crosses enough boundaries for the walk to mean something', () => {
    expect(boundaries).toBeGreaterThan(15);
  });

  it('acts exactly once, whichever boundary it dies at', async () => {
    const places = Array.from({ length: boundaries }, (_, index) => index + 1);
    let died = 0;
    // Two at a time: the machine's two cores.
    const walk = async (survivor: House): Promise<void> => {
      await survivor.next();
      for (let place = places.shift(); place !== undefined; place = places.shift()) {
        if (await dieAndRecover(place, survivor)) died += 1;
      }
      await survivor.end();
    };
    const own = ['one', 'other'].map((name) => join(root, name));
    for (const dir of own) mkdirSync(dir);
    await Promise.all(own.map((dir) => walk(new House(dir))));
    expect(died).toBeGreaterThan(boundaries / 2);
  }, 300_000);
});

/**
 * Kills a house at one boundary and lets another process finish; true when the first really died over the yes.
 * @param survivor takes over one house after another: it has nothing to do with any of them before
 */
async function dieAndRecover(place: number, survivor: House): Promise<boolean> {
  const dir = join(root, `at-${place}`);
  cpSync(atConfirm, dir, { recursive: true });
  const doomed = new House(dir, place);
  const hasDied = (await doomed.next()) !== undefined && (await doomed.ask(YES)) === undefined;
  await doomed.end();

  await survivor.ask({ kind: 'open', dir });
  // The channel saw no answer and sends the same message again.
  const report = await survivor.ask(YES);
  const where = `killed at boundary ${place}`;
  expect(report?.acts, where).toEqual([expect.objectContaining({ kind: 'bind', times: 1 })]);
  expect(
    report?.heard.filter((text) => text === YES.text),
    where,
  ).toHaveLength(1);
  expect(
    report?.said.filter((id) => id.startsWith('bind.result.')),
    where,
  ).toEqual(['bind.result.ACTIVE']);
  expect(report?.brokenAudit, where).toEqual([]);
  return hasDied;
}
