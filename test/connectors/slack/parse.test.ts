import { describe, expect, test } from 'vitest';
import { fromRow, toRow } from '../../../src/connectors/slack/gesture.ts';
import { parse } from '../../../src/connectors/slack/parse.ts';
import {
  commandBody,
  editEvent,
  eventBody,
  homeEvent,
  messageEvent,
  pressBody,
  revokedEvent,
  shortcutBody,
  submissionBody,
} from '../../doubles/slack/payloads.ts';

const AT = Date.parse('2026-11-24T08:00:00Z');
const said = { channel: 'C0TRIAGE1', user: 'U0CLERK01', text: '内部', ts: '2.0', thread: '1.0' };
const common = { user: 'U0CLERK01', trigger: '1.2.abc', respond: 'https://hooks.slack.com/commands/x' };
const button = {
  type: 'button',
  action_id: 'case.claim',
  value: 'k_1',
  text: { type: 'plain_text', text: '认领' },
};
const view = {
  id: 'V1',
  hash: 'h',
  type: 'modal',
  callback_id: 'form.note',
  private_metadata: '{}',
  blocks: [],
};
const message = { channel: 'C0TRIAGE1', ts: '1.0' };

const BODIES = {
  command: commandBody({ ...common, text: 'mine', channel: 'C0TRIAGE1' }),
  press: pressBody({ ...common, element: button, message }),
  submit: submissionBody({
    ...common,
    view,
    values: { text: { text: { type: 'plain_text_input', value: '好' } } },
  }),
  shortcut: shortcutBody({ ...common, callback: 'triage.message', message: { ...message, text: '绑不上' } }),
  note: eventBody('Ev1', messageEvent(said), AT),
  home: eventBody('Ev2', homeEvent('U0CLERK01', '3.0'), AT),
} as const;

describe('what Slack sends', () => {
  test.each(Object.entries(BODIES))('a %s is read, and read back from its row the same', (kind, body) => {
    const parsed = parse(body);
    if (parsed.kind !== 'gesture') throw new Error(`It was ${JSON.stringify(parsed)}`);
    expect(parsed.gesture.kind).toBe(kind);
    const row = JSON.parse(JSON.stringify(toRow(parsed.gesture)));
    expect(fromRow(row)).toEqual(parsed.gesture);
    expect(JSON.stringify(row)).not.toContain('old-verification-token');
    expect(parsed.id.length).toBeLessThanOrEqual(180);
  });

  test('the same press twice has one id, another press another', () => {
    const idOf = (trigger: string) => {
      const parsed = parse(pressBody({ ...common, trigger, element: button, message }));
      return parsed.kind === 'gesture' ? parsed.id : '';
    };
    expect(idOf('1.2.abc')).toBe(idOf('1.2.abc'));
    expect(idOf('1.2.abc')).not.toBe(idOf('1.2.abd'));
  });

  test('a hint for the card belongs beside it, for a message of its thread into the thread', () => {
    const atOf = (place: { channel: string; ts: string; thread?: string }) => {
      const parsed = parse(pressBody({ ...common, element: button, message: place }));
      return parsed.kind === 'gesture' && parsed.gesture.kind === 'press' ? parsed.gesture.at : undefined;
    };
    expect(atOf({ ...message, thread: '1.0' })).toEqual({ channel: 'C0TRIAGE1' });
    expect(atOf({ ...message, ts: '5.0', thread: '1.0' })).toEqual({ channel: 'C0TRIAGE1', thread: '1.0' });
  });

  test('a correction is a note, a preview that Slack added to a message is none', () => {
    const edited = editEvent({ ...said, edited: '4.0' });
    expect(parse(eventBody('Ev3', edited, AT))).toMatchObject({ kind: 'gesture', gesture: { edited: true } });
    const { edited: _, ...unfurled } = edited.message as Record<string, unknown>;
    expect(parse(eventBody('Ev4', { ...edited, message: unfurled }, AT))).toEqual({
      kind: 'ignored',
      why: 'not_edited',
    });
  });

  test('Slack’s escapes are taken back, and numbers hidden', () => {
    const text = 'a &lt;b&gt; &amp; <https://x.example/y|这里> 110101199003070011';
    expect(parse(eventBody('Ev5', messageEvent({ ...said, text }), AT))).toMatchObject({
      gesture: { text: 'a <b> & https://x.example/y [证件号已隐藏]' },
    });
  });

  test('only the loss of the bot’s own token ends the work', () => {
    expect(parse(eventBody('Ev6', revokedEvent, AT))).toMatchObject({ kind: 'revoked' });
    const ofPeople = { type: 'tokens_revoked', tokens: { oauth: ['U0CLERK01'], bot: [] } };
    expect(parse(eventBody('Ev7', ofPeople, AT))).toEqual({ kind: 'ignored', why: 'other_tokens' });
    expect(parse(eventBody('Ev8', { type: 'app_uninstalled' }, AT))).toMatchObject({ kind: 'revoked' });
  });

  test('a row of another shape is not guessed at', () => {
    expect(fromRow({ format: 0, kind: 'home', by: { id: 'U1' } })).toBeUndefined();
    expect(fromRow({ format: 1, kind: 'dance' })).toBeUndefined();
  });
});
