/**
 * Everything this program measures, with every value a label may have. Labels come from closed sets: there
 * is no way to hand in a free string, so nobody's words, names or numbers can become a label, and no
 * series grows without end. Names and units follow Prometheus.
 */
import { reactionTo } from './connectors/wechat/errors.ts';
import { CASE_AGES } from './contracts/figures.ts';
import type { ChannelId } from './domain/conversation.ts';
import { CAUSES, SYMPTOMS } from './domain/taxonomy.ts';
import type { Action } from './domain/understanding.ts';
import type { ErrorCode } from './errors.ts';

export const CHANNELS = [
  'web',
  'console',
  'wechat-oa',
  'wecom-kf',
  'wechaty',
  'slack',
  'converse',
] as const satisfies readonly ChannelId[];

/** From a message's arrival to its answer: each stage ends where the next begins; `whole` is all of them. */
export const STAGES = ['waited', 'thought', 'committed', 'delivered', 'whole'] as const;
export type Stage = (typeof STAGES)[number];

const ACTIONS = [
  'answer',
  'task',
  'diagnose',
  'ask_back',
  'out_of_scope',
  'fallback',
] as const satisfies readonly Action[];

export const TASK_NAMES = [
  'bind',
  'answer-invitation',
  'unbind',
  'close-account',
  'query',
  'look-up-records',
  'set-payer-order',
  'pay-premium',
  'allocate',
  'set-quota',
  'view-data',
  'erase-data',
  'check-invitation',
] as const;

const CATALOGUE: { readonly [code in ErrorCode]: true } = {
  portal_timeout: true,
  portal_unavailable: true,
  store_busy: true,
  store_full: true,
  store_broken: true,
  store_locked: true,
  channel_unavailable: true,
  channel_refused: true,
  channel_missing: true,
  bad_config: true,
  bad_knowledge: true,
  bad_input: true,
  vault_key_missing: true,
};

/** Codes of errors. What Tencent answers is told by what it asks of us, since it has hundreds of codes. */
export const ERROR_LABELS = [
  ...(Object.keys(CATALOGUE) as ErrorCode[]),
  'tencent_retry',
  'tencent_refresh',
  'tencent_shut',
  'tencent_refuse',
  'tencent_alarm',
  'channel_off',
  'delivery_failed',
  'internal',
  'timeout',
  'network',
  'ratelimited',
  'invalid_auth',
  'bad_signature',
  'stale',
  'other',
] as const;
export type ErrorLabel = (typeof ERROR_LABELS)[number];

/** Codes as the log has them, into the closed set; what is not known is `other`. */
export function errorLabel(code: string): ErrorLabel {
  const known = ERROR_LABELS.find((label) => label === code);
  if (known !== undefined) return known;
  const tencent = /(?:^|[:_])(-?\d{1,6})$/u.exec(code)?.[1];
  if (tencent !== undefined) return `tencent_${reactionTo(Number(tencent))}`;
  if (/time.?out|ETIMEDOUT|AbortError/iu.test(code)) return 'timeout';
  if (/^E[A-Z]{3,}$|network|fetch/u.test(code)) return 'network';
  if (/signature/u.test(code)) return 'bad_signature';
  if (/stale|old|replay/u.test(code)) return 'stale';
  if (/rate/u.test(code)) return 'ratelimited';
  if (/auth|token/u.test(code)) return 'invalid_auth';
  return 'other';
}

const OPERATIONS = [
  'act',
  'outcomeOf',
  'person',
  'bindings',
  'invitations',
  'applications',
  'spending',
  'refunds',
  'premiums',
  'recordFacts',
  'changes',
] as const;
export type OfficeOperation = (typeof OPERATIONS)[number];

/** Upper ends in seconds: an answer feels instant below the first, and is given up beyond the last. */
const TURN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60] as const;
const CALL_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20] as const;
const ACK_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3] as const;

type Labels = { readonly [label: string]: readonly string[] };
export type Measure =
  | { readonly kind: 'counter' | 'gauge'; readonly help: string; readonly labels: Labels }
  | {
      readonly kind: 'histogram';
      readonly help: string;
      readonly labels: Labels;
      readonly buckets: readonly number[];
    };

export const MEASURES = {
  // === Messages and turns
  gongji_messages_total: {
    kind: 'counter',
    help: 'Messages that came in, by what became of them at the front door.',
    labels: {
      channel: CHANNELS,
      outcome: ['stored', 'duplicate', 'too_fast', 'dropped', 'full', 'no_room', 'failed'],
    },
  },
  gongji_turn_stage_seconds: {
    kind: 'histogram',
    help: 'Time of a turn by stage: waited in the queue, thought, committed, delivered; whole is from arrival to delivery.',
    labels: { stage: STAGES, channel: CHANNELS },
    buckets: TURN_BUCKETS,
  },
  gongji_turns_total: {
    kind: 'counter',
    help: 'Turns by outcome; stale ones lost a race and were taken again, of died ones the process did not come back.',
    labels: { outcome: ['committed', 'stale', 'failed', 'died'] },
  },
  gongji_understood_total: {
    kind: 'counter',
    help: 'What sentences were taken for; ask_back, out_of_scope and fallback are abstentions.',
    labels: { action: ACTIONS },
  },
  gongji_diagnoses_total: {
    kind: 'counter',
    help: 'Ended diagnoses by complaint and outcome.',
    labels: { outcome: ['one', 'several', 'not_sure'], symptom: [...SYMPTOMS, 'none'] },
  },
  gongji_diagnosis_causes_total: {
    kind: 'counter',
    help: 'Likeliest causes of diagnoses that were told.',
    labels: { cause: CAUSES },
  },
  gongji_handoffs_total: { kind: 'counter', help: 'Cases opened for people.', labels: {} },
  // === Queues
  gongji_inbox_waiting: { kind: 'gauge', help: 'Messages written down and not yet answered.', labels: {} },
  gongji_inbox_oldest_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest message not yet answered; 0 when there is none.',
    labels: {},
  },
  gongji_inbox_dead: { kind: 'gauge', help: 'Messages given up after five failures.', labels: {} },
  gongji_outbox_parts: {
    kind: 'gauge',
    help: 'Parts of answers: to be delivered, waiting for the next word of the citizen, given up.',
    labels: { state: ['pending', 'parked', 'dead'] },
  },
  gongji_outbox_oldest_seconds: {
    kind: 'gauge',
    help: 'For how long the oldest part has been due; 0 when there is none.',
    labels: {},
  },
  gongji_tasks_open: { kind: 'gauge', help: 'Tasks that are not settled.', labels: {} },
  gongji_engine_lag_seconds: {
    kind: 'gauge',
    help: 'How late the engine is with what is due, by kind of work.',
    labels: { work: ['inbox', 'outbox', 'task', 'timer'] },
  },
  gongji_job_failures_total: {
    kind: 'counter',
    help: 'Handlers of the engine that threw.',
    labels: { queue: ['address', 'outbox', 'task', 'sweep', 'desk', 'review', 'other'] },
  },
  // === Channels
  gongji_deliveries_total: {
    kind: 'counter',
    help: 'Attempts to deliver a part, by channel and outcome.',
    labels: { channel: CHANNELS, outcome: ['sent', 'parked', 'retry', 'dead'] },
  },
  gongji_channel_errors_total: {
    kind: 'counter',
    help: 'What channels complained of, by code.',
    labels: { channel: CHANNELS, code: ERROR_LABELS },
  },
  gongji_channel_refused_total: {
    kind: 'counter',
    help: 'Requests that were not from the platform, or not for us.',
    labels: { channel: CHANNELS, code: ERROR_LABELS },
  },
  gongji_windows_open: {
    kind: 'gauge',
    help: 'Reply windows that are open and have messages left.',
    labels: { channel: CHANNELS, kind: ['message', 'event'] },
  },
  gongji_sse_clients: { kind: 'gauge', help: 'Pages that look at a talk right now.', labels: {} },
  gongji_request_failures_total: {
    kind: 'counter',
    help: 'HTTP requests that failed through our fault or that of the world.',
    labels: { code: ERROR_LABELS },
  },
  // === Office and tasks
  gongji_office_seconds: {
    kind: 'histogram',
    help: 'Calls to the office, by operation and outcome.',
    labels: { operation: OPERATIONS, outcome: ['ok', 'timeout', 'unavailable', 'error'] },
    buckets: CALL_BUCKETS,
  },
  gongji_tasks_settled_total: {
    kind: 'counter',
    help: 'Tasks that ended, by name and outcome.',
    labels: { task: [...TASK_NAMES, 'other'], outcome: ['done', 'refused', 'failed'] },
  },
  gongji_task_failures_total: {
    kind: 'counter',
    help: 'Attempts at a task that failed and will be repeated, or were the last.',
    labels: { task: [...TASK_NAMES, 'other'], code: ERROR_LABELS },
  },
  // === Desk
  gongji_cases_open: { kind: 'gauge', help: 'Open cases by age.', labels: { age: CASE_AGES } },
  gongji_cases_unassigned: { kind: 'gauge', help: 'Open cases nobody has claimed.', labels: {} },
  gongji_cases_late: {
    kind: 'gauge',
    help: 'Open cases beyond their goal.',
    labels: { goal: ['first_answer', 'resolution'] },
  },
  gongji_staff_items_waiting: {
    kind: 'gauge',
    help: 'What staff did in a view and is not worked off yet.',
    labels: {},
  },
  gongji_slack_ack_seconds: {
    kind: 'histogram',
    help: 'Time until Slack was told that we have it; Slack allows three seconds.',
    labels: {},
    buckets: ACK_BUCKETS,
  },
  gongji_slack_silent_seconds: { kind: 'gauge', help: 'Since Slack was last heard of.', labels: {} },
  gongji_slack_troubles_total: {
    kind: 'counter',
    help: 'What goes wrong at the desk in Slack.',
    labels: { what: ['refused', 'trouble', 'item', 'draw'], code: ERROR_LABELS },
  },
  // === The process
  gongji_ready: { kind: 'gauge', help: 'Whether /readyz says yes.', labels: {} },
  gongji_store_writable: {
    kind: 'gauge',
    help: 'Whether the store takes what it is given: 0 while its disk is full or broken.',
    labels: {},
  },
  gongji_store_troubles_total: {
    kind: 'counter',
    help: 'How often the disk of the store began to refuse.',
    labels: { code: ['store_full', 'store_broken'] },
  },
  gongji_data_free_bytes: {
    kind: 'gauge',
    help: 'Room left on the disk of the data folder; only where the database lies in it.',
    labels: {},
  },
  gongji_data_size_bytes: { kind: 'gauge', help: 'Size of that disk.', labels: {} },
  gongji_stopping: { kind: 'gauge', help: 'Whether this process is ending.', labels: {} },
  gongji_knowledge_refused_total: {
    kind: 'counter',
    help: 'Changes of the knowledge folder that were not taken, because they do not hold together.',
    labels: {},
  },
  gongji_retention_failures_total: {
    kind: 'counter',
    help: 'Daily removals of old data that failed.',
    labels: {},
  },
  gongji_backup_age_seconds: {
    kind: 'gauge',
    help: 'Since the last backup became whole, whoever wrote it; -1 when there was none. The same in every process.',
    labels: {},
  },
  gongji_event_loop_lag_seconds: {
    kind: 'gauge',
    help: 'Delay of the event loop since the last reading.',
    labels: { quantile: ['0.5', '0.99', '1'] },
  },
  gongji_process_resident_bytes: { kind: 'gauge', help: 'Resident memory.', labels: {} },
  gongji_process_heap_bytes: { kind: 'gauge', help: 'Heap in use.', labels: {} },
  gongji_process_cpu_seconds_total: { kind: 'counter', help: 'Processor time used.', labels: {} },
  gongji_process_uptime_seconds: { kind: 'gauge', help: 'Since the process began.', labels: {} },
} as const satisfies { readonly [name: string]: Measure };

export type MeasureName = keyof typeof MEASURES;
type NameOf<Kind> = {
  [N in MeasureName]: (typeof MEASURES)[N]['kind'] extends Kind ? N : never;
}[MeasureName];
export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;

/** Exactly the labels of a measure, each with one of its values. */
export type LabelsOf<N extends MeasureName> = {
  readonly [L in keyof (typeof MEASURES)[N]['labels']]: (typeof MEASURES)[N]['labels'][L] extends readonly (infer V)[]
    ? V
    : never;
};

/** Where numbers go. Cheap enough for the path of every turn. */
export interface Meter {
  add<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void;
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, seconds: number): void;
}

/** A string from outside as a member of a closed set. */
export function among<V extends string, D extends string>(
  values: readonly V[],
  value: string,
  otherwise: D,
): V | D {
  return values.find((known) => known === value) ?? otherwise;
}
