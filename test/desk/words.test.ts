/** Everything the desk can come to say has words. */
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../flows/index.ts';
import { ASKABLE, PRIORITIES, RATING_REASONS } from '../../src/contracts/desk.ts';
import { ACTS } from '../../src/desk/card.ts';
import { APPLICATION_KINDS } from '../../src/domain/insurance.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';

const { replies, desk, calendar } = loadKnowledge(KNOWLEDGE_DIR);

describe('words of the desk', () => {
  it.each([
    ['opinions', ['yes', 'no', ...RATING_REASONS].map((one) => `label.csat.${one}`)],
    ['questions of staff', ASKABLE.flatMap((one) => [`staff.ask.${one}`, `label.askable.${one}`])],
    [
      'what staff did',
      ['claimed', 'released', 'replied', 'act_offered', 'given_back', 'closed', 'reopened'].map(
        (one) => `staff.${one}`,
      ),
    ],
    ['priorities', PRIORITIES.map((one) => `label.priority.${one}`)],
    ['kinds of applications', APPLICATION_KINDS.map((one) => `label.application_kind.${one}`)],
    ['days of the week', [0, 1, 2, 3, 4, 5, 6].map((one) => `label.weekday.${one}`)],
    [
      'reasons of a case',
      ['asked_for_person', 'not_found_out', 'turn_failed'].map((one) => `label.case_reason.${one}`),
    ],
    ['acts', ACTS.map((one) => `label.flow.${one}`)],
    [
      'what to do next',
      [
        'claim',
        'look_into_delivery',
        'reply',
        'ask_for.region',
        'ask_for.verification',
        'start_act',
        'wait_for_citizen',
        'close',
        'nothing',
      ].map((one) => `desk.next.${one}`),
    ],
  ])('%s', (_, ids) => {
    expect(ids.filter((id) => !replies.has(id))).toEqual([]);
  });

  it('acts that can be offered are flows with an act', () => {
    expect(ACTS.filter((flow) => !(flow in FLOWS))).toEqual([]);
  });

  it('the more urgent, the sooner', () => {
    const aims = PRIORITIES.map((priority) => desk.aims.targets[priority]);
    expect(aims.map((aim) => aim.first_answer)).toEqual(
      aims.map((aim) => aim.first_answer).toSorted((a, b) => a - b),
    );
    expect(aims.every((aim) => aim.first_answer < aim.resolution)).toBe(true);
  });

  it('the calendars of 2025 and 2026 are there', () => {
    expect([...calendar.keys()]).toEqual(expect.arrayContaining(['2025', '2026']));
  });
});
