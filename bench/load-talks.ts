/** What citizens come for: to ask, to find out why a binding does not show, to bind, or to speak to a person. */
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Citizen, NoAnswer, post } from './load-citizens.ts';
import type { Family } from './load-families.ts';
import type { World } from './load-world.ts';

export type Kind = 'ask' | 'diagnose' | 'bind' | 'hand_over';

export interface Talk {
  readonly world: World;
  readonly citizen: Citizen;
  /** There when the citizen binds. */
  readonly family?: Family | undefined;
  readonly patienceMs: number;
  /** Reads, thinks and types. */
  readonly think: () => Promise<void>;
  /** Told of each answered word. */
  readonly answered: (ms: number) => void;
}

const QUESTIONS = ['家庭共济是什么', '跨省能用吗', '岳母可以绑吗', '绑定以后看病用谁的卡', '怎么解绑'];

export const TALKS: { readonly [kind in Kind]: (talk: Talk) => Promise<void> } = {
  async ask({ citizen, think, answered }) {
    const first = citizen.user.charCodeAt(3) % QUESTIONS.length;
    for (let n = 0; n < 3; n += 1) {
      answered(await citizen.say(QUESTIONS[(first + n) % QUESTIONS.length] as string));
      await think();
    }
  },
  async diagnose({ citizen, think, answered }) {
    answered(await citizen.say('绑了家庭共济怎么没显示'));
    await think();
    answered(await citizen.tap('亲情账户'));
    await think();
  },
  async bind(talk) {
    const { citizen, think, answered } = talk;
    answered(await citizen.say('我在杭州参保，想给我妈绑定家庭共济，她也是浙江的'));
    await think();
    await prove(talk);
    await think();
    await nameMother(talk);
    // Said before it is asked, a yes would be to nothing.
    await citizen.reads('请您核对');
    await think();
    answered(await citizen.tap('确认提交'));
    await citizen.reads('已经生效');
  },
  async hand_over({ citizen, think, answered }) {
    answered(await citizen.say('绑定了但是不显示，转人工'));
    await think();
    await citizen.reads(CLERK_SAYS);
  },
};

export const CLERK_SAYS = '您好，请先打开医保钱包，再看一次。';

async function prove(talk: Talk): Promise<void> {
  const { world, citizen, family, patienceMs } = talk;
  if (family === undefined) throw new Error('Nobody to bind');
  const url = await citizen.page();
  const end = performance.now() + patienceMs;
  // A server that dies takes the codes it has sent with it: another is asked for.
  for (;;) {
    const { challenge } = await submit(citizen, url, { person: family.payer }, patienceMs);
    if (challenge === undefined) return;
    const code = await until(() => world.takeCode(family.payerLabel), patienceMs);
    const { ok, state } = await submit(citizen, url, { person: family.payer, challenge, code }, patienceMs);
    if (ok === true || state === 'used') return;
    if (performance.now() > end) throw new NoAnswer('prove');
    await pause(500);
  }
}

async function nameMother({ citizen, family, patienceMs }: Talk): Promise<void> {
  const { name = '', number = '' } = family?.mother ?? {};
  const url = await citizen.page();
  await submit(
    citizen,
    url,
    { name, documentType: 'resident_id', documentNumber: number, agreed: true, signature: name },
    patienceMs,
  );
}

interface Submitted {
  readonly ok?: boolean;
  readonly state?: string;
  readonly challenge?: string;
}

/** What browsers were given for pages they have opened: a page belongs to the browser of its talk, or that opened it first. */
const passes = new Map<string, string>();

async function submit(
  citizen: Citizen,
  page: string,
  fields: object,
  patienceMs: number,
): Promise<Submitted> {
  const { origin, pathname } = new URL(page);
  const address = `${origin}/api/secure/${pathname.split('/').at(-1)}`;
  const end = performance.now() + patienceMs;
  for (;;) {
    const pass = passes.get(page);
    const held = [citizen.jar?.cookie(), pass].filter((one) => one !== undefined && one !== '');
    const headers = { origin, ...(held.length > 0 && { cookie: held.join('; ') }) };
    const answer = await (pass === undefined
      ? ask('GET', address, headers)
      : post(address, fields, headers)
    ).catch(() => undefined);
    const { status = 0, body = '{}', cookies = [] } = answer ?? {};
    citizen.jar?.take(cookies);
    if (pass !== undefined && [200, 409, 422].includes(status)) return JSON.parse(body) as Submitted;
    const isOpen = status === 307 || (status === 200 && (JSON.parse(body) as Submitted).state === 'open');
    // The browser of the talk needs no pass.
    if (pass === undefined && isOpen) passes.set(page, cookies.find((one) => one.includes('page=')) ?? '');
    else if (performance.now() > end) throw new NoAnswer(`page ${status}`);
    else await pause(500);
  }
}

async function until<Value>(look: () => Value | undefined, patienceMs: number): Promise<Value> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new NoAnswer('code');
    await pause(10);
  }
}
