/**
 * Plays whole conversations against the real manager, the simulated office and a store in memory, on
 * a clock of its own. Behind `gongji converse` and the dialogue tests.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type App, createApp } from '../app.ts';
import type { Connector } from '../contracts/connector.ts';
import type { Address, Conversation, Inbound, Outbound, OutboundPart } from '../domain/conversation.ts';
import type { Finding } from '../domain/fact.ts';
import type { JsonObject } from '../domain/json.ts';
import { maskName, maskNumbers } from '../domain/masking.ts';
import { AppError } from '../errors.ts';
import type { Library } from '../library.ts';
import { createLog } from '../log.ts';
import type { Fixture } from '../portals/simulated/fixture.ts';
import type { SimulatedOffice } from '../portals/simulated/office.ts';
import { createDemoIdentity } from '../secure/demo-identity.ts';

const fields = z.record(z.string(), z.json());
const conversation = z.string().min(1);

/** One line of input; see `docs/fixtures.md`. Fields it does not know are left alone. */
export const lineSchema = z.union([
  z.object({ conversation, as: z.string().optional(), text: z.string() }),
  z.object({ conversation, as: z.string().optional(), choose: z.string() }),
  z.object({
    conversation,
    as: z.string().optional(),
    secure: z.strictObject({
      action: z.literal('submit'),
      fields,
      link: z.enum(['last', 'first']).optional(),
    }),
  }),
  z.object({ conversation, as: z.string().optional(), open: z.literal(true) }),
  z.object({ clock: z.string().regex(/^\+\d+(ms|s|m|h|d)$/u, 'a step such as +30m or +2d') }),
  z.object({ portal: z.looseObject({ event: z.string() }) }),
]);
export type Line = z.infer<typeof lineSchema>;

export interface Played {
  readonly conversation?: string;
  readonly replies: readonly OutboundPart[];
  readonly asking?: string;
  readonly stack: readonly string[];
  readonly status: string;
  readonly findings?: readonly Finding[];
  readonly effects: readonly string[];
  /** What the secure page answered, for a line that submitted one. */
  readonly page?: object;
}

export interface Player {
  /** Plays one line and gives what was said: first in its own conversation, then in others. */
  play(line: Line): Promise<readonly Played[]>;
  readonly app: App;
  /** Turns that failed through our own fault. */
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

export interface PlayerOptions extends Library {
  readonly fixture?: Fixture;
  /** Day on which the play begins, at nine in the morning in China. */
  readonly asOf: string;
  /** Where the talks are kept; in memory unless given. */
  readonly storeUrl?: string;
}

interface Talk {
  parts: OutboundPart[];
  findings: readonly Finding[];
  effects: string[];
  links: string[];
}

const STEP_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export async function createPlayer(options: PlayerOptions): Promise<Player> {
  let now = Date.parse(`${options.asOf}T01:00:00Z`);
  const clock = { now: () => now };
  const random = seeded('converse');
  const talks = new Map<string, Talk>();
  let code = '';
  const faults: unknown[] = [];
  let serial = 0;
  const talkOf = (user: string): Talk => {
    const talk = talks.get(user) ?? { parts: [], findings: [], effects: [], links: [] };
    talks.set(user, talk);
    return talk;
  };
  const connector: Connector = {
    id: 'converse',
    start: async () => {},
    deliver: async (outbound) => {
      hear(talkOf(outbound.address.user), outbound);
      return { state: 'sent' };
    },
    stop: async () => {},
  };
  const app = await createApp({
    knowledge: options.knowledge,
    understander: options.understander,
    ...(options.fixture === undefined ? {} : { fixture: options.fixture }),
    storeUrl: options.storeUrl ?? ':memory:',
    officeFile: ':memory:',
    vaultKey: random.bytes(32),
    clock,
    random,
    log: createLog('silent'),
    identity: (office) =>
      createDemoIdentity({
        people: office.everybody(),
        clock,
        random,
        tell: (line) => {
          code = /\d{6}/u.exec(line)?.[0] ?? '';
        },
      }),
    secureUrl: (token) => `secure:${token}`,
    onFault: (error) => faults.push(error),
    onTurn: (turn) => {
      const talk = talkOf(turn.conversation.address.user);
      if (turn.findings.length > 0) talk.findings = turn.findings;
      talk.effects.push(...turn.effects);
    },
  });
  await app.start([connector]);

  const addressOf = (user: string): Address => ({ channel: 'converse', account: 'converse', user });

  async function hand(user: string, content: Inbound['content']): Promise<void> {
    serial += 1;
    const messageId = `m${serial}`;
    await app.receive({
      address: addressOf(user),
      messageId,
      receivedAt: new Date(now).toISOString(),
      content,
    });
    await app.idle();
  }

  /** Makes the person of the fixture the verified one; says nothing, as it happened before the talk. */
  async function verify(user: string, id: string): Promise<void> {
    const person = app.office.personById(id);
    if (person === undefined)
      throw new AppError(
        'bad_input',
        `There is no person '${id}' in the fixture; known are ${known(app.office)}`,
      );
    const ref = await app.store.remember({
      name: person.name,
      documentType: person.documentType,
      documentNumber: person.documentNumber,
    });
    const current = (await app.store.conversationAt(addressOf(user)))?.profile.person;
    if (current?.ref === ref && Date.parse(current.until) > now) return;
    const slots = { person: ref, personName: maskName(person.name) };
    await hand(user, { kind: 'secure.done', link: `l_as_${serial}` as never, purpose: 'verify', slots });
    Object.assign(talkOf(user), { parts: [], effects: [] });
  }

  async function submit(user: string, given: JsonObject, which: 'last' | 'first'): Promise<object> {
    const { links } = talkOf(user);
    const token = which === 'last' ? links.at(-1) : links[0];
    if (token === undefined)
      throw new AppError('bad_input', `No secure page was offered in '${user}' so far`);
    const view = await app.secure.open(token);
    const filled = fromFixture(app.office, given);
    code = '';
    let result = await app.secure.submit(token, filled);
    // The proof in a second step, as a person reads the code from the log and types it.
    const challenge = (result as { readonly challenge?: string }).challenge;
    if (challenge !== undefined)
      result = await app.secure.submit(token, { ...filled, challenge, code: given.code ?? code });
    await app.idle();
    return { purpose: 'purpose' in view ? view.purpose : undefined, ...result };
  }

  async function collect(first: string | undefined, page?: object): Promise<readonly Played[]> {
    const own = first === undefined ? [] : [first];
    const others = [...talks.keys()].filter((user) => user !== first && talkOf(user).parts.length > 0);
    const played = await Promise.all(
      [...own, ...others].map(async (user) =>
        played1(user, await app.store.conversationAt(addressOf(user)), talkOf(user)),
      ),
    );
    for (const user of [...own, ...others])
      Object.assign(talkOf(user), { parts: [], findings: [], effects: [] });
    return played.map((one, index) => (index === 0 && page !== undefined ? { ...one, page } : one));
  }

  return {
    app,
    faults,
    stop: () => app.stop(),
    async play(line) {
      if ('clock' in line) {
        const [, amount, unit] = /^\+(\d+)(ms|s|m|h|d)$/u.exec(line.clock) ?? [];
        now += Number(amount) * STEP_MS[unit as keyof typeof STEP_MS];
        app.office.tick();
        await app.engine.sweep();
        await app.idle();
        return [nobody(), ...(await collect(undefined))];
      }
      if ('portal' in line) {
        await app.office.happen(line.portal as JsonObject);
        await app.idle();
        return [nobody(), ...(await collect(undefined))];
      }
      now += 1_000;
      const user = line.conversation;
      if (line.as !== undefined) await verify(user, line.as);
      if ('secure' in line)
        return collect(
          user,
          await submit(user, line.secure.fields as JsonObject, line.secure.link ?? 'last'),
        );
      if ('open' in line) await hand(user, { kind: 'opened' });
      else if ('choose' in line) await hand(user, { kind: 'choice', value: line.choose });
      else {
        const { text, masked } = maskNumbers(line.text);
        await hand(user, { kind: 'text', text, masked });
      }
      return collect(user);
    },
  };
}

function hear(talk: Talk, { part }: Outbound): void {
  talk.parts.push(part);
  const url = part.secure?.url;
  if (url !== undefined) talk.links.push(url.slice('secure:'.length));
}

function played1(user: string, state: Conversation | undefined, talk: Talk): Played {
  return {
    conversation: user,
    replies: talk.parts,
    stack: state?.stack.map(({ flow }) => flow) ?? [],
    status: state?.status ?? 'bot',
    effects: talk.effects,
    ...(state?.asking === undefined ? {} : { asking: state.asking.slot }),
    ...(talk.findings.length === 0 ? {} : { findings: talk.findings }),
  };
}

const nobody = (): Played => ({ replies: [], stack: [], status: 'bot', effects: [] });

/** `{"person": "wang-xiulan"}` stands for that person's name and document, as typed from the ID card. */
function fromFixture(office: SimulatedOffice, given: JsonObject): JsonObject {
  const relative = typeof given.relative === 'string' ? office.personById(given.relative) : undefined;
  const { relative: _, ...rest } = given;
  if (relative === undefined) return rest;
  const { name, documentType, documentNumber } = relative;
  return { name, documentType, documentNumber, agreed: true, signature: name, ...rest };
}

function known(office: SimulatedOffice): string {
  return office
    .everybody()
    .map(({ id }) => id)
    .join(', ');
}

/** The same bytes in every run, so that a play can be repeated and compared. */
function seeded(seed: string): { bytes: (size: number) => Uint8Array } {
  let counter = 0;
  return {
    bytes(size) {
      const chunks: Buffer[] = [];
      while (chunks.length * 32 < size) {
        counter += 1;
        chunks.push(createHash('sha256').update(`${seed}:${counter}`).digest());
      }
      return new Uint8Array(Buffer.concat(chunks).subarray(0, size));
    },
  };
}
