import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Flow, FlowEvent } from '../../flows/flow.ts';
import { FLOWS } from '../../flows/index.ts';
import { chartOf } from '../../src/cli/statechart.ts';
import { beginFlow, lookAt, type Stepped, stepFlow } from '../../src/dialog/step.ts';
import type { Effect, Frame, Slots } from '../../src/domain/conversation.ts';
import type { JsonObject } from '../../src/domain/json.ts';

/** Every kind of thing that can come to a flow. */
const BINDINGS = [
  { bindingNo: 'b1', role: 'payer', otherName: '王*', relation: 'parent', state: 'ACTIVE' },
  { bindingNo: 'b2', role: 'payer', otherName: '王*', relation: 'child', state: 'ACTIVE' },
  { bindingNo: 'b3', role: 'dependent', otherName: '李*', relation: 'spouse', state: 'ACTIVE' },
];
const INVITATIONS = [
  { invitationNo: 'i1', payerName: '张*', relation: 'spouse', expiresOn: '2026-12-01' },
  { invitationNo: 'i2', payerName: '赵*', relation: 'child', expiresOn: '2026-12-01' },
];
const RESULTS: readonly JsonObject[] = [
  { items: [] },
  {
    items: [BINDINGS[0] as JsonObject, INVITATIONS[0] as JsonObject].map((item) => ({
      ...BINDINGS[0],
      ...INVITATIONS[0],
      ...item,
    })),
  },
  { items: BINDINGS },
  { items: INVITATIONS },
  { state: 'ACTIVE', applicationNo: 'A1' },
  { items: [{ balanceFen: 100_000, quotaFen: 20_000, poolFen: 30_000, state: 'normal' }] },
  {
    items: [
      { bindingNo: 'b1', otherName: '王*', relation: 'parent', state: 'due', year: 2027, amountFen: 40_000 },
      { bindingNo: 'b2', otherName: '李*', relation: 'child', state: 'paid', year: 2027, amountFen: 40_000 },
    ],
    balanceFen: 100_000,
  },
  {
    items: [
      {
        bindingNo: 'b1',
        role: 'dependent',
        otherName: '王*',
        relation: 'child',
        state: 'ACTIVE',
        orderNo: 1,
      },
      {
        bindingNo: 'b2',
        role: 'dependent',
        otherName: '李*',
        relation: 'child',
        state: 'ACTIVE',
        orderNo: 2,
      },
    ],
  },
  { facts: {}, at: '2026-11-22T00:00:00Z' },
];
const SLOTS: readonly Slots[] = [
  { relation: 'parent' },
  { region: '320000' },
  { same_province: 'yes' },
  { change: 'stop' },
  { how: 'exit' },
  { how: 'remove' },
  { how: 'close' },
  { bindingNo: 'b1' },
  { invitationNo: 'i2' },
  { object: 'balance' },
  { bindingNo: 'b2' },
  { first: 'b1' },
  { first: 'b2' },
  { amount: 50_000 },
  { amount: 90_000 },
  { what: 'view' },
  { what: 'erase' },
  { symptom: 'not_shown' },
  { 'page.used': 'kinship' },
];
const EVENTS: readonly FlowEvent[] = [
  ...SLOTS.map((slots): FlowEvent => ({ type: 'provide', slots })),
  { type: 'affirm' },
  { type: 'deny' },
  { type: 'checked', ok: true, params: { checked: true } },
  { type: 'checked', ok: false, params: { reason: 'unknown' } },
  { type: 'diagnosed', advice: 'ask', params: { next: 'page.used' } },
  { type: 'diagnosed', advice: 'lookup', params: {} },
  { type: 'diagnosed', advice: 'tell', params: { sure: true, flow: 'bind' } },
  { type: 'diagnosed', advice: 'tell', params: { sure: true } },
  { type: 'diagnosed', advice: 'tell', params: { sure: false } },
  { type: 'diagnosed', advice: 'tell', params: { hasNext: true, flow: 'unbind' } },
  ...RESULTS.map((result): FlowEvent => ({ type: 'task.settled', outcome: 'done', result })),
  { type: 'task.settled', outcome: 'refused', result: { code: 'not_found' } },
  { type: 'task.settled', outcome: 'failed', result: {} },
  { type: 'secure.done', purpose: 'verify', slots: { personName: '张*' } },
  { type: 'secure.done', purpose: 'relative', slots: { dependent: 'p_1', dependentName: '王*' } },
  { type: 'secure.done', purpose: 'order', slots: { first: 'b2', order: ['b2', 'b1'] } },
  ...['yes', 'no'].flatMap((answer): FlowEvent[] => [
    {
      type: 'secure.done',
      purpose: 'premium',
      slots: { answer, bindingNo: 'b1', year: 2027, amountFen: 40_000 },
    },
    { type: 'secure.done', purpose: 'invitation', slots: { answer, invitationNo: 'i1' } },
  ]),
  // A page that showed something else than what is asked now.
  {
    type: 'secure.done',
    purpose: 'premium',
    slots: { answer: 'yes', bindingNo: 'b9', year: 2027, amountFen: 1 },
  },
  { type: 'secure.done', purpose: 'invitation', slots: { answer: 'yes', invitationNo: 'i9' } },
  { type: 'child.done', flow: 'verify-identity', outcome: 'done' },
  { type: 'child.done', flow: 'verify-identity', outcome: 'cancelled' },
];

const ACTS = new Set([
  'bind',
  'unbind',
  'close-account',
  'answer-invitation',
  'set-payer-order',
  'pay-premium',
  'allocate',
  'set-quota',
  'erase-data',
]);
const VISITS = 4_000;

interface Visit {
  readonly stepped: Stepped;
  /** Acts submitted on the way here. */
  readonly acts: readonly string[];
  readonly lastEvent: FlowEvent | undefined;
  readonly wasConfirm: boolean;
}

/** Breadth first over everything that can happen, verified or not, until nothing new turns up. */
function walk(flow: Flow): readonly Visit[] {
  const visits: Visit[] = [];
  const seen = new Set<string>();
  const queue: Visit[] = [false, true].map((verified) => {
    const stepped = beginFlow(flow, { slots: {}, given: [], world: { verified }, child: false });
    return { stepped, acts: actsOf(stepped.effects), lastEvent: undefined, wasConfirm: false };
  });
  for (let visit = queue.shift(); visit !== undefined && visits.length < VISITS; visit = queue.shift()) {
    const key = JSON.stringify([visit.stepped.frame.saved, visit.acts]);
    if (seen.has(key)) continue;
    seen.add(key);
    visits.push(visit);
    for (const event of EVENTS) {
      // A lapsed proof matters where an answer leads on.
      for (const verified of LEADS_ON.has(event.type) ? [true, false] : [true]) {
        const before = lookAt(flow, visit.stepped.frame, { verified });
        // The turn hands a page's answer only to the question that offered such a page.
        if (event.type === 'secure.done' && event.purpose !== before.ask?.secure) continue;
        if (event.type === 'provide' && !isAbout(before.ask?.slot, event.slots)) continue;
        const stepped = stepFlow(flow, visit.stepped.frame, event, { verified });
        if (stepped.isIgnored) continue;
        const acts = [...visit.acts, ...actsOf(stepped.effects)];
        queue.push({ stepped, acts, lastEvent: event, wasConfirm: before.ask?.confirm === true });
      }
    }
  }
  return visits;
}

const LEADS_ON: ReadonlySet<FlowEvent['type']> = new Set(['affirm', 'provide', 'secure.done']);

/** Said in the chat, or on the page that showed the same. */
const isYes = (event: FlowEvent | undefined): boolean =>
  event?.type === 'affirm' || (event?.type === 'secure.done' && event.slots.answer === 'yes');

/** Answers to other questions only pile up slots; the turn's own tests play those. */
function isAbout(slot: string | undefined, slots: Slots): boolean {
  return slot === undefined || slot.startsWith('$') || slot in slots || slot === 'consent_lookup';
}

function actsOf(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'submitTask' && ACTS.has(effect.task) ? [effect.task] : [],
  );
}

const stateOf = (frame: Frame): string => String((frame.saved as { readonly value: unknown }).value);

const replies = new Set(
  readdirSync('knowledge/replies').flatMap((file) =>
    Object.keys(load(readFileSync(`knowledge/replies/${file}`, 'utf8')) as object),
  ),
);

describe.each(Object.values(FLOWS) as readonly Flow[])('flow $id', (flow) => {
  const visits = walk(flow);

  it('comes to every state', () => {
    const passed = new Set(visits.map(({ stepped }) => stateOf(stepped.frame)));
    const resting = chartOf(flow.machine).states.filter(({ kind }) => kind !== 'passing');
    expect(resting.map(({ id }) => id).filter((id) => !passed.has(id))).toEqual([]);
  });

  it('rests only where it asks, waits or is over', () => {
    const idle = visits.filter(({ stepped: { rest, frame } }) => {
      const kind = chartOf(flow.machine).states.find(({ id }) => id === stateOf(frame))?.kind;
      return rest.ask === undefined && rest.outcome === undefined && kind !== 'waiting';
    });
    expect(idle.map(({ stepped }) => stateOf(stepped.frame))).toEqual([]);
  });

  it('submits an act once at most, and only upon a yes to a question that asks for it', () => {
    expect(visits.filter(({ acts }) => acts.length > 1).map(({ stepped }) => stateOf(stepped.frame))).toEqual(
      [],
    );
    const submitting = visits.filter(({ stepped }) => actsOf(stepped.effects).length > 0);
    expect(submitting.filter(({ lastEvent, wasConfirm }) => !isYes(lastEvent) || !wasConfirm)).toEqual([]);
  });

  it('submits nothing when the page answered about something else than what is asked', () => {
    const stale = visits.filter(
      ({ lastEvent }) => lastEvent?.type === 'secure.done' && /[bi]9/u.test(JSON.stringify(lastEvent.slots)),
    );
    expect(stale.flatMap(({ stepped }) => actsOf(stepped.effects))).toEqual([]);
  });

  it('submits nothing for a person whose proof of identity has lapsed', () => {
    const unverified = visits.filter(({ stepped }) => !stepped.rest.context.world.verified);
    expect(unverified.flatMap(({ stepped }) => actsOf(stepped.effects))).toEqual([]);
  });

  it('has words for every question', () => {
    const asked = visits.flatMap(({ stepped: { rest } }) =>
      rest.ask === undefined || rest.ask.reply.includes('$') ? [] : [rest.ask.reply],
    );
    expect([...new Set(asked)].filter((id) => !replies.has(id))).toEqual([]);
  });

  it('comes to rest at the same question when begun again from its slots', () => {
    const asking = visits.filter(({ stepped: { rest } }) => rest.ask !== undefined && !rest.isCommitted);
    for (const { stepped } of asking.filter(
      ({ stepped: { rest } }) => Object.keys(rest.context.data).length === 0,
    )) {
      const { frame, rest } = stepped;
      const again = beginFlow(flow, {
        slots: frame.slots,
        given: frame.given,
        world: rest.context.world,
        child: false,
      });
      // A diagnosis thinks anew from the same facts, within the same turn.
      const isThinking = again.effects.some(({ kind }) => kind === 'diagnose');
      expect(isThinking || again.rest.ask?.slot === rest.ask?.slot).toBe(true);
    }
  });
});

/** Raise a flow's version when its structure changes, and write the new hash here. */
const STRUCTURES: Record<string, string> = JSON.parse(
  readFileSync('test/flows/structures.json', 'utf8'),
) as Record<string, string>;

it.each(Object.values(FLOWS) as readonly Flow[])('$id has the structure its version says', (flow) => {
  const structure = createHash('sha256')
    .update(JSON.stringify(chartOf(flow.machine)))
    .digest('hex')
    .slice(0, 16);
  expect(
    STRUCTURES[`${flow.id}@${flow.version}`],
    'raise the version, then write the new hash into test/flows/structures.json',
  ).toBe(structure);
});
