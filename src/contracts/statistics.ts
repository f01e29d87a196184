/**
 * The seam to the figures: what a turn leaves behind for them, and the rows they are counted from and kept in.
 *
 * A day is a day on the clock of China. A `TalkDay` is one conversation on one day; a cell is a number of
 * talk days, turns or cases with everything in common that a chart can tell apart. Cells name nobody and
 * outlive what they were counted from.
 */

import type { ChannelId, ConversationStatus } from '../domain/conversation.ts';
import type { CaseId, ConversationId } from '../domain/ids.ts';
import type { Day, RegionCode } from '../domain/insurance.ts';
import type { CauseId, Symptom } from '../domain/taxonomy.ts';
import type { Action } from '../domain/understanding.ts';
import type { RatingReason } from './desk.ts';

// === What a turn leaves behind

/** An entry of the knowledge a citizen was told; `rule` is what is known of a system. */
export interface Told {
  readonly kind: 'faq' | 'cause' | 'rule';
  readonly id: string;
  /** Day on which the oldest of its sources was looked at last; absent when it rests on none. */
  readonly checked?: Day;
}

/** Ids and codes of one turn, written with its log: they stay when the words are deleted. */
export interface TurnFigures {
  readonly region?: RegionCode;
  /** Who has the floor after the turn. */
  readonly floor: ConversationStatus;
  /** `>flow.state` come to rest there or ended there, `<flow.state` left; in order. */
  readonly moves: readonly string[];
  /** Where the frames rest after the turn. */
  readonly rests: readonly string[];
  /** Ids of the replies. */
  readonly said: readonly string[];
  readonly told: readonly Told[];
  /** Cases opened, or opened again. */
  readonly cases: number;
}

// === Rows the figures are counted from

export interface CountedTurn {
  readonly conversation: ConversationId;
  readonly channel: ChannelId;
  readonly at: number;
  readonly events: readonly string[];
  readonly action?: Action;
  /** Absent in turns of the time before figures were kept. */
  readonly figures?: TurnFigures;
}

/** How often each code was met. */
export type Counts = { readonly [code: string]: number };

/** One conversation on one day, by codes. */
export interface TalkDay {
  readonly day: Day;
  readonly conversation: ConversationId;
  readonly channel: ChannelId;
  /** Where the citizen was last known to be insured; `''` when nobody said. */
  readonly region: RegionCode | '';
  readonly lastAt: number;
  readonly turns: number;
  /** Turns in which the citizen said something; without one it is a day on which only we spoke. */
  readonly said: number;
  /** See `statistics/definitions.ts` for what the three mean. */
  readonly isConfirmed: boolean;
  readonly isAnswered: boolean;
  readonly isHandedOver: boolean;
  /** Turns by what was made of the words. */
  readonly actions: Counts;
  /** `flow:begin`, `flow:done`, `flow:cancelled`, `flow:failed`. */
  readonly flows: Counts;
  /** `flow.state`, to the sum of 1 entered, 2 rested, 4 left. */
  readonly states: Counts;
  /** In the order in which they were told. */
  readonly causes: readonly string[];
  /** `kind/id@checked`, how often. */
  readonly told: Counts;
}

export interface TalkedOn {
  readonly conversation: ConversationId;
  readonly day: Day;
  readonly hasTalked: boolean;
  readonly isHandedOver: boolean;
}

export interface CaseDay {
  readonly id: CaseId;
  readonly channel: ChannelId | '';
  readonly region: RegionCode | '';
  readonly symptom?: Symptom;
  readonly openedAt: number;
  readonly firstAnswerAt?: number;
  readonly closedAt?: number;
  /** Of the findings when the case was opened. */
  readonly firstCause?: CauseId;
  readonly trueCause?: CauseId;
}

export interface RatedCase {
  readonly channel: ChannelId | '';
  readonly region: RegionCode | '';
  readonly at: number;
  readonly isSatisfied: boolean;
  readonly reason?: RatingReason;
  readonly clerk?: string;
  readonly cause?: string;
  readonly entry?: string;
}

export interface WithdrawnEntry {
  readonly kind: 'faq' | 'cause' | 'rule';
  readonly id: string;
  readonly reason: string;
  readonly at: number;
}

// === What is kept

export interface Cell {
  readonly figure: string;
  readonly channel: string;
  readonly region: string;
  /** What is counted, within the figure: an outcome, a cause, a number of minutes. */
  readonly detail: string;
  readonly n: number;
}

export interface DayCell extends Cell {
  readonly day: Day | '';
}

export interface CellFilter {
  readonly from: Day;
  /** Included. */
  readonly until: Day;
  readonly figures: readonly string[];
  readonly channel?: string;
  /** This region and those below it. */
  readonly region?: RegionCode;
}

export interface DayState {
  readonly day: Day;
  /** Epoch ms of the last count; 0 when something has changed since. */
  readonly countedAt: number;
}

export interface Span {
  readonly from: number;
  readonly before: number;
}

export interface StatisticsStore {
  /** Turns at or after a moment as pairs of time and conversation, oldest first, after a pair already seen. */
  turnTimes(
    since: number,
    after: { readonly at: number; readonly conversation: string } | undefined,
    limit: number,
  ): Promise<readonly { readonly at: number; readonly conversation: ConversationId }[]>;
  /** Turns of some conversations within a span, each conversation in order. */
  turnsWithin(conversations: readonly ConversationId[], span: Span): Promise<readonly CountedTurn[]>;
  keepTalkDays(talks: readonly TalkDay[]): Promise<void>;
  /** Of one day, by conversation. */
  talkDays(day: Day, after: string, limit: number): Promise<readonly TalkDay[]>;
  /** What there is of each conversation on the days from one to another, both included. */
  talkedOn(conversations: readonly ConversationId[], from: Day, until: Day): Promise<readonly TalkedOn[]>;

  /** Cases with the named moment within the span, after an id, by id. */
  caseDays(
    which: 'opened' | 'answered' | 'closed',
    span: Span,
    after: string,
    limit: number,
  ): Promise<readonly CaseDay[]>;
  ratedCases(span: Span): Promise<readonly RatedCase[]>;
  withdrawnEntries(span: Span): Promise<readonly WithdrawnEntry[]>;
  /** Moments of every event of the cases that have changed after an event's number, and the last number read. */
  caseMoments(
    after: number,
    limit: number,
  ): Promise<{ readonly moments: readonly number[]; readonly last: number }>;

  dayStates(from: Day): Promise<readonly DayState[]>;
  /** Says that the days have to be counted again. */
  markDays(days: readonly Day[]): Promise<void>;
  /** Takes the place of what the day had. */
  putCells(day: Day, cells: readonly Cell[], countedAt: number): Promise<void>;
  /** Summed over everything that is not in `by`; those fields are `''`. In the order of `by`, figure and detail. */
  sums(filter: CellFilter, by: readonly ('day' | 'channel' | 'region')[]): Promise<readonly DayCell[]>;
  /** How far a source was read; 0 at first. */
  figuresMark(name: string): Promise<number>;
  moveFiguresMark(name: string, to: number): Promise<void>;
  /** Forgets the figures from a day on, and how far they were read. */
  forgetFigures(from: Day): Promise<void>;
}
