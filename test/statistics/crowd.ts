/** Days of a bureau, made up from a seed: turns, cases, closings and ratings, written as the house writes them. */
import type { TurnFigures } from '../../src/contracts/statistics.ts';
import type { Case } from '../../src/domain/case.ts';
import type { Address, ChannelId, Conversation } from '../../src/domain/conversation.ts';
import type { CaseId } from '../../src/domain/ids.ts';
import type { CauseId } from '../../src/domain/taxonomy.ts';
import { commitOf, type World } from '../store/world.ts';

export const HOUR_MS = 3_600_000;

/** Mulberry32: the same numbers for the same seed. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Said {
  readonly user: string;
  readonly channel?: ChannelId;
  readonly events?: readonly string[];
  readonly action?: string;
  readonly figures?: Partial<TurnFigures>;
  readonly cases?: readonly Case[];
}

const NOTHING: TurnFigures = { floor: 'bot', moves: [], rests: [], said: [], told: [], cases: 0 };
let messages = 0;

/** One turn at the moment of the clock. */
export async function turn(world: World, said: Said): Promise<Conversation> {
  const { user, channel = 'web', events = ['text'], action = 'answer', figures, cases = [] } = said;
  const address: Address = { channel, account: 'main', user };
  messages += 1;
  await world.store.receive({
    address,
    messageId: `m${messages}`,
    receivedAt: new Date(world.clock.now()).toISOString(),
    content: { kind: 'text', text: 'x', masked: [] },
  });
  const before = (await world.store.conversationAt(address)) as Conversation;
  const due = await world.store.due(before.id);
  const commit = commitOf(before, due?.items.map(({ seq }) => seq) ?? [], { cases });
  const log = {
    ...commit.log,
    events,
    understanding: { action },
    figures: { ...NOTHING, cases: cases.length, ...figures },
  };
  await world.store.commitTurn({ ...commit, log });
  return { ...before, version: before.version + 1 };
}

let cases = 0;

export function caseOf(world: World, of: Conversation, firstCause?: CauseId): Case {
  cases += 1;
  return {
    id: `k_${cases}` as CaseId,
    number: `n-${cases}`,
    conversation: of.id,
    status: 'open',
    reason: 'asked',
    region: '999900',
    findings:
      firstCause === undefined
        ? []
        : [{ cause: firstCause, p: 0.9, because: [], against: [], remedy: { kind: 'person' } }],
    transcript: [],
    openedAt: new Date(world.clock.now()).toISOString(),
  };
}

const CHANNELS: readonly ChannelId[] = ['web', 'wechat-oa'];
const REGIONS = ['999900', '999901', undefined];

/** One day of talk by up to `people`, from eight in the morning on; leaves the clock twenty-four hours later. */
export async function day(world: World, roll: () => number, people: number): Promise<void> {
  const pick = <One>(list: readonly One[]): One => list[Math.floor(roll() * list.length)] as One;
  const begin = world.clock.now();
  for (let n = 0; n < people; n += 1) {
    if (roll() < 0.4) continue;
    world.clock.advance(Math.floor(roll() * 20) * 60_000);
    await visit(world, { user: `u${n}`, channel: pick(CHANNELS), region: pick(REGIONS) }, roll);
  }
  world.clock.advance(begin + 24 * HOUR_MS - world.clock.now());
}

async function visit(
  world: World,
  { user, channel, region }: { user: string; channel: ChannelId; region: string | undefined },
  roll: () => number,
): Promise<void> {
  const place = region === undefined ? {} : { region };
  const told = [
    { kind: 'cause' as const, id: roll() < 0.5 ? 'not_bound' : 'zero_balance', checked: '2026-11-01' },
  ];
  const moves = ['>diagnose.thinking', '<diagnose.thinking', '>diagnose.askingFact'];
  const rests = ['diagnose.askingFact'];
  await turn(world, {
    user,
    channel,
    events: ['text', 'begin:diagnose'],
    action: roll() < 0.2 ? 'ask_back' : 'diagnose',
    figures: { ...place, moves, rests },
  });
  const how = roll();
  const spoken = { user, channel, figures: { ...place, told, moves: ['<diagnose.askingFact'] } };
  if (how < 0.3) await turn(world, spoken);
  else if (how < 0.5) await turn(world, { ...spoken, events: ['text', 'end:bind:done'] });
  else if (how < 0.7) {
    const conversation = await turn(world, { ...spoken, action: 'fallback' });
    const opened = caseOf(world, conversation, 'not_bound');
    await turn(world, { user, channel, cases: [opened], figures: { ...place, floor: 'waiting' } });
    world.clock.advance(Math.floor(roll() * 120) * 60_000);
    if (roll() < 0.7) await close(world, opened.id, roll() < 0.5 ? 'not_bound' : 'zero_balance');
  }
}

export async function close(world: World, id: CaseId, trueCause: CauseId): Promise<void> {
  const by = { id: 'cli:li', displayName: '示例李' };
  const change = (key: string, set: object, kind: 'claimed' | 'replied' | 'closed') =>
    world.store.changeCase({
      id,
      by,
      key: `${id}:${key}`,
      when: { isClosed: false },
      set,
      events: [{ kind, data: {} }],
    } as never);
  await change('claim', { owner: by, status: 'assigned' }, 'claimed');
  world.clock.advance(7 * 60_000);
  await change('reply', { isAnswered: true }, 'replied');
  world.clock.advance(11 * 60_000);
  await change('close', { status: 'closed', closed: { by: by.id, trueCause } }, 'closed');
}
