/**
 * Conversations as staff may read them: masked words, and where on the drawn flows the talk stands. Of what
 * the citizen gave, only the names of the fields are shown.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { conversation as lifeOf } from '../../flows/conversation.ts';
import type { RestMeta } from '../../flows/flow.ts';
import { flowOf } from '../../flows/index.ts';
import { type Chart, chartOf, layoutOf } from '../cli/statechart.ts';
import type { DeskArchive, TurnHead } from '../contracts/desk-archive.ts';
import type { Store } from '../contracts/store.ts';
import { talkLine } from '../desk/card.ts';
import type { Conversation, Frame } from '../domain/conversation.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { regionName } from '../knowledge/lookup.ts';
import { present } from './desk-cases.ts';
import { type DeskEnv, refuseForm } from './desk-guard.ts';

const PAGE = 30;
/** The latest; what came before is in the audit and in the talk's own page. */
const LINES = 300;
const TURNS = 60;

const listSchema = z.object({
  status: z.enum(['bot', 'waiting', 'human', 'closed']).optional(),
  channel: z.enum(['web', 'console', 'wechat-oa', 'wecom-kf', 'wechaty', 'slack', 'converse']).optional(),
  after: z.string().max(160).optional(),
});

export interface TalkRoutesParts {
  readonly store: DeskArchive & Pick<Store, 'conversation' | 'history' | 'casesOf'>;
  readonly knowledge: () => Knowledge;
}

export function talkRoutes({ store, knowledge }: TalkRoutesParts): Hono<DeskEnv> {
  const app = new Hono<DeskEnv>();

  app.get('/', async (c) => {
    const asked = listSchema.safeParse(c.req.query());
    if (!asked.success) return refuseForm(c, asked.error);
    return c.json(await store.talks({ ...present(asked.data), limit: PAGE }));
  });

  app.get('/:id', async (c) => {
    const found = await store.conversation(c.req.param('id') as ConversationId);
    if (found === undefined) return c.json({ error: 'unknown' }, 404);
    const [history, turns, cases] = await Promise.all([
      store.history(found.id, 0, Number.MAX_SAFE_INTEGER),
      store.turnsOf(found.id, TURNS),
      store.casesOf(found.id),
    ]);
    const { region } = found.profile;
    return c.json({
      id: found.id,
      channel: found.address.channel,
      status: found.status,
      updatedAt: found.updatedAt,
      ...(region === undefined ? {} : { region: { code: region, name: regionName(knowledge(), region) } }),
      cases: cases.map(({ id, number, status }) => ({ id, number, status })),
      talk: history.slice(-LINES).map(talkLine),
      turns,
      life: { chart: layoutOf(chartOf(lifeOf)), current: [lifeState(found)], past: [] },
      flows: found.stack.toReversed().map((frame) => ({
        ...positionOf(frame, turns),
        label: knowledge().replies.get(`label.flow.${frame.flow}`)?.text.trim() ?? frame.flow,
      })),
    });
  });

  return app;
}

/** The life of a conversation has a state for each value of its status. */
const lifeState = ({ status }: Conversation): string => status;

interface Position {
  readonly flow: string;
  readonly version: number;
  readonly chart: ReturnType<typeof layoutOf> | undefined;
  readonly current: readonly string[];
  readonly past: readonly string[];
  /** Names of what was given, in the order it was given. */
  readonly given: readonly string[];
}

function positionOf(frame: Frame, turns: readonly TurnHead[]): Position {
  const { flow, version, given, saved } = frame;
  const machine = flowOf(flow)?.machine;
  const current = stateOf(saved);
  if (machine === undefined) return { flow, version, chart: undefined, current, past: [], given };
  const chart = chartOf(machine);
  const asked = Object.values(machine.states)
    .filter(({ meta }) => given.includes((meta as RestMeta | undefined)?.ask?.slot ?? ''))
    .map(({ key }) => key);
  const past = new Set([...asked, ...walked(flow, turns, chart)].filter((state) => !current.includes(state)));
  return { flow, version, chart: layoutOf(chart), current, past: [...past], given };
}

/** States this run of the flow came to rest in, as far back as its beginning. */
function walked(flow: string, turns: readonly TurnHead[], chart: Chart): readonly string[] {
  const begun = turns.findLastIndex(({ from, to }) => !from.includes(flow) && to.includes(flow));
  const states = new Set(chart.states.map(({ id }) => id));
  return turns
    .slice(Math.max(0, begun))
    .flatMap(({ moves }) => moves)
    .flatMap((move) => (move.startsWith(`>${flow}.`) ? [move.slice(flow.length + 2)] : []))
    .filter((state) => states.has(state));
}

function stateOf(saved: Frame['saved']): readonly string[] {
  const { value } = saved as { readonly value?: unknown };
  return typeof value === 'string' ? [value] : [];
}
