/** The tables of the help desk, and what it adds to `cases`. */
import type { Generated } from 'kysely';

/** `priority` is 0 for the most urgent; `wake_at` when the clock has to look at an open case again. */
export interface DeskCaseColumns {
  owner: string | null;
  owner_name: string | null;
  priority: Generated<number>;
  version: Generated<number>;
  subject: Generated<string>;
  region: string | null;
  symptom: string | null;
  channel: string | null;
  waiting_since: number | null;
  first_answer_at: number | null;
  snoozed_until: number | null;
  goals_from: number | null;
  answer_due_at: number | null;
  resolve_due_at: number | null;
  goal_stage: Generated<number>;
  wake_at: number | null;
  closed_at: number | null;
  closed_by: string | null;
  previous_id: string | null;
  failed_replies: Generated<number>;
}

/** `act_key` is unique within its case: an act done twice is done once. */
export interface CaseEventsTable {
  n: number;
  case_id: string;
  kind: string;
  by_id: string | null;
  data: string;
  text: string | null;
  act_key: string | null;
  at: number;
}

export interface DeskTables {
  case_events: CaseEventsTable;
  desk_counter: { id: string; n: number };
  view_cursors: { view: string; n: number };
  view_anchors: { view: string; case_id: string; place: string };
  seen_events: { source: string; id: string; at: number };
  desk_staff: { id: string; name: string; seen_at: number };
  staff_replies: {
    key: string;
    case_id: string;
    by_id: string;
    text: string;
    state: string;
    code: string | null;
    at: number;
    state_at: number;
  };
  ratings: {
    case_id: string;
    satisfied: number;
    reason: string | null;
    clerk: string | null;
    cause: string | null;
    entry: string | null;
    at: number;
  };
  reveals: {
    id: string;
    person_ref: string;
    case_id: string;
    by_id: string;
    reason: string;
    at: number;
    expires_at: number;
  };
}
