/**
 * An act played through without effect, for staff: the rules asked as the conversation asks them, then the
 * very task the clerk would run, against an office that rehearses instead of acting. What the task hands to
 * the office is what is shown.
 */
import { z } from 'zod';
import type { PersonKey, PortalAct } from '../contracts/portal.ts';
import type { TaskRow } from '../contracts/store.ts';
import { runCheck } from '../dialog/checks.ts';
import type { PersonRef } from '../domain/ids.ts';
import { RELATIONS } from '../domain/insurance.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { maskName } from '../domain/masking.ts';
import { AppError } from '../errors.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { SimulatedOffice } from '../portals/simulated/office.ts';
import { TASKS } from '../tasks/registry.ts';
import type { TaskContext } from '../tasks/task.ts';

const person = z.string().min(1);
const relation = z.enum(RELATIONS);
const region = z.string().regex(/^\d{6}$/u);
const amountFen = z.number().int().nonnegative();

/** Persons are ids of the fixture; numbers are those the office shows. */
export const actSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bind'), payer: person, dependent: person, relation, region }),
  z.strictObject({
    kind: z.literal('answer_invitation'),
    person,
    invitationNo: z.string(),
    accept: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('unbind'),
    person,
    bindingNo: z.string(),
    how: z.enum(['exit', 'remove']),
  }),
  z.strictObject({ kind: z.literal('close'), person }),
  z.strictObject({ kind: z.literal('set_order'), person, region, bindingNos: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal('pay_premium'),
    person,
    region,
    bindingNo: z.string(),
    year: z.number().int(),
    amountFen,
  }),
  z.strictObject({ kind: z.literal('allocate'), person, region, amountFen }),
  z.strictObject({
    kind: z.literal('set_quota'),
    person,
    dependent: person,
    relation,
    region,
    amountFen,
  }),
]);
export type RehearsedAct = z.output<typeof actSchema>;

/** The task that does an act, and the check its flow makes before. */
const DONE_BY: {
  readonly [K in RehearsedAct['kind']]: { readonly task: string; readonly check?: string };
} = {
  bind: { task: 'bind', check: 'bind' },
  answer_invitation: { task: 'answer-invitation' },
  unbind: { task: 'unbind' },
  close: { task: 'close-account' },
  set_order: { task: 'set-payer-order', check: 'order' },
  pay_premium: { task: 'pay-premium', check: 'premium' },
  allocate: { task: 'allocate', check: 'allocate' },
  set_quota: { task: 'set-quota', check: 'quota' },
};

export interface RehearsalParts {
  readonly office: SimulatedOffice;
  readonly knowledge: Knowledge;
  readonly asOf: string;
  readonly now: string;
}

/** The checks in their order, what would come of it, and the command with names and numbers hidden. */
export async function rehearse(parts: RehearsalParts, act: RehearsedAct): Promise<object> {
  const { task, check } = DONE_BY[act.kind];
  const rules = check === undefined ? [] : [ruleCheck(parts, check, act)];
  const seen: { command?: JsonObject; checks: readonly object[] } = { checks: [] };
  const definition = TASKS[task];
  if (definition === undefined) throw new Error(`There is no task '${task}'`);
  const input = definition.input.parse(inputOf(parts, act));
  const settled = await definition.run(input, contextOf(parts, task, seen));
  const stops = rules.some(({ ok }) => !ok);
  return {
    act: act.kind,
    task,
    checks: [...rules, ...seen.checks.map((one) => ({ by: 'office', ...one }))],
    would: stops ? 'stop_before_asking' : settled.outcome,
    ...(settled.outcome === 'refused' ? { code: settled.result.code } : {}),
    undo: definition.undo,
    command: seen.command,
  };
}

function ruleCheck({ knowledge, asOf }: RehearsalParts, name: string, act: RehearsedAct) {
  // The places of two persons are for the office to compare; here they are taken as the act needs them.
  const sameProvince = act.kind === 'set_quota' ? 'no' : 'yes';
  const { ok, params } = runCheck(name, knowledge, { ...act, sameProvince }, asOf);
  const { reason, ruleSources, ruleRegion } = params;
  return {
    by: 'rules',
    check: name,
    ok,
    ...(ok ? {} : { reason }),
    region: ruleRegion,
    sources: ruleSources,
  };
}

/** What the flow would submit: the act without what only the check needs, with a pledge where one is signed. */
function inputOf({ now }: RehearsalParts, act: RehearsedAct): JsonObject {
  const { kind, ...rest } = act as RehearsedAct & { readonly region?: string };
  const pledge = { version: 'rehearsal', digest: 'rehearsal', signedAt: now };
  if (kind === 'bind') return { ...rest, pledge } as JsonObject;
  const { region: _, ...input } = rest;
  return (kind === 'set_quota' ? { ...input, pledge } : input) as JsonObject;
}

function contextOf(
  { office, now }: RehearsalParts,
  task: string,
  seen: { command?: JsonObject; checks: readonly object[] },
): TaskContext {
  const row = { id: 't_rehearsal', conversation: 'c_rehearsal', name: task, input: {}, attempts: 0 };
  return {
    task: row as unknown as TaskRow,
    portal: office,
    tasks: { applicationsOf: async () => [] },
    data: NO_DATA,
    now,
    person: async (ref) => keyOf(office, ref),
    maskedName: async (ref) => maskName(keyOf(office, ref).name),
    isReachable: async () => false,
    async act(_step, act) {
      const { checks, result } = office.rehearse(act);
      seen.command = hidden(act);
      seen.checks = checks;
      return result;
    },
  };
}

/** No act reads or erases what is stored about a person. */
const NO_DATA: TaskContext['data'] = {
  dataOf: () => Promise.reject(new Error('A rehearsal stores nothing')),
  eraseData: () => Promise.reject(new Error('A rehearsal stores nothing')),
};

function keyOf(office: SimulatedOffice, ref: PersonRef): PersonKey {
  const found = office.personById(ref);
  if (found === undefined) {
    const known = office.everybody().map(({ id }) => id);
    throw new AppError(
      'bad_input',
      `There is no person '${ref}' in the fixture; known are ${known.join(', ')}`,
    );
  }
  const { name, documentType, documentNumber } = found;
  return { name, documentType, documentNumber };
}

/** The command as it would be sent, with names masked and all but the last two signs of a document hidden. */
function hidden(act: PortalAct): JsonObject {
  return JSON.parse(JSON.stringify(act), (key: string, value: Json) => {
    if (typeof value !== 'string') return value;
    if (key === 'documentNumber') return `${'*'.repeat(Math.max(0, value.length - 2))}${value.slice(-2)}`;
    return key === 'name' ? maskName(value) : value;
  }) as JsonObject;
}
