/** What is counted of the log, and of turns. */
import type { Clock } from './contracts/clock.ts';
import type { Turn } from './dialog/turn.ts';
import { CAUSES, SYMPTOMS } from './domain/taxonomy.ts';
import type { Log, LogEvents } from './log.ts';
import { among, CHANNELS, errorLabel, type Meter, TASK_NAMES } from './measures.ts';
import type { Note } from './watch-store.ts';

// === Turns

const TOLD = {
  'diagnose.found_one': 'one',
  'diagnose.found_several': 'several',
  'diagnose.not_sure': 'not_sure',
} as const;

export function countTurn(meter: Meter, { understanding, replies, findings, conversation }: Turn): void {
  if (understanding !== undefined) meter.add('gongji_understood_total', { action: understanding.action });
  const told = replies.map(({ id }) => TOLD[id as keyof typeof TOLD]).find((one) => one !== undefined);
  if (told === undefined) return;
  const frame = conversation.stack.findLast(({ flow }) => flow === 'diagnose');
  const symptom = among(SYMPTOMS, String(frame?.slots.symptom ?? understanding?.symptom), 'none');
  meter.add('gongji_diagnoses_total', { outcome: told, symptom });
  const cause = CAUSES.find((known) => known === findings[0]?.cause);
  if (told !== 'not_sure' && cause !== undefined) meter.add('gongji_diagnosis_causes_total', { cause });
}

// === The log

export function watchLog(
  log: Log,
  { meter, clock, note }: { readonly meter: Meter; readonly clock: Clock; readonly note: Note },
): Log {
  return {
    event(name, fields) {
      log.event(name, fields);
      COUNTED[name]?.(fields as never, { meter, note, now: clock.now() });
    },
  };
}

interface Counting {
  readonly meter: Meter;
  readonly note: Note;
  readonly now: number;
}

/** What of the log is counted. */
const COUNTED: {
  readonly [E in keyof LogEvents]?: (fields: LogEvents[E], counting: Counting) => void;
} = {
  'store.trouble': ({ code }, { meter }) =>
    meter.add('gongji_store_troubles_total', {
      code: code === 'store_full' ? 'store_full' : 'store_broken',
    }),
  'turn.failed': (_, { meter }) => meter.add('gongji_turns_total', { outcome: 'failed' }),
  'job.failed': ({ queue }, { meter }) =>
    meter.add('gongji_job_failures_total', {
      queue: among(['address', 'outbox', 'task', 'sweep', 'desk', 'review'], queue, 'other'),
    }),
  'task.settled': ({ name, outcome }, { meter }) => {
    const task = among(TASK_NAMES, name, 'other');
    meter.add('gongji_tasks_settled_total', {
      task,
      outcome: among(['done', 'refused'], outcome, 'failed'),
    });
  },
  'task.attempt_failed': ({ name, code }, { meter }) =>
    meter.add('gongji_task_failures_total', {
      task: among(TASK_NAMES, name, 'other'),
      code: errorLabel(code),
    }),
  'request.failed': ({ code }, { meter }) =>
    meter.add('gongji_request_failures_total', { code: errorLabel(code) }),
  'channel.state': ({ channel, state }, { note }) => {
    const known = CHANNELS.find((one) => one === channel);
    if (known !== undefined) note(known, { state });
  },
  'channel.refused': ({ channel, code }, { meter }) => {
    const known = CHANNELS.find((one) => one === channel);
    if (known !== undefined)
      meter.add('gongji_channel_refused_total', { channel: known, code: errorLabel(code) });
  },
  'channel.failed': ({ channel, code }, { meter, note, now }) => {
    const known = CHANNELS.find((one) => one === channel);
    if (known === undefined) return;
    meter.add('gongji_channel_errors_total', { channel: known, code: errorLabel(code) });
    note(known, { failedAt: now, code: errorLabel(code) });
  },
  'knowledge.refused': (_, { meter }) => meter.add('gongji_knowledge_refused_total', {}),
  'knowledge.reload_failed': (_, { meter }) => meter.add('gongji_knowledge_refused_total', {}),
  'retention.failed': (_, { meter }) => meter.add('gongji_retention_failures_total', {}),
  'slack.received': ({ ackMs }, { meter }) => meter.observe('gongji_slack_ack_seconds', {}, ackMs / 1_000),
  'slack.refused': ({ code }, { meter }) =>
    meter.add('gongji_slack_troubles_total', { what: 'refused', code: errorLabel(code) }),
  'slack.trouble': ({ code }, { meter }) =>
    meter.add('gongji_slack_troubles_total', { what: 'trouble', code: errorLabel(code) }),
  'slack.item_failed': ({ code }, { meter }) =>
    meter.add('gongji_slack_troubles_total', { what: 'item', code: errorLabel(code) }),
  'slack.draw_failed': ({ code }, { meter }) =>
    meter.add('gongji_slack_troubles_total', { what: 'draw', code: errorLabel(code) }),
};
