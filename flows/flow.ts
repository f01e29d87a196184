/**
 * The contract between a flow and the manager.
 *
 * A flow is a pure XState machine. It rests in a state and says there what it waits for:
 *
 * - `meta.ask`: a question to the citizen about one slot (the manager renders it, and opens the
 *   secure page when `secure` is set);
 * - tag `waiting`: a task, a check or a sub-flow is under way;
 * - final: it is over, and `meta.outcome` tells how.
 *
 * It acts through named actions that are declared effects; it never runs anything itself. Slots are
 * what the citizen gave. A flow begun again with the same slots comes to rest at the same question:
 * that is how corrections, steps back and new versions work. A confirmation is therefore never a
 * slot, and a flow that has reached a state tagged `committed` (an act was submitted) is not begun again.
 */
import type { AnyStateMachine } from 'xstate';
import type { Effect, SecurePurpose, Slots, TaskOutcome } from '../src/domain/conversation.ts';
import type { JsonObject } from '../src/domain/json.ts';

export type FlowId =
  | 'verify-identity'
  | 'diagnose'
  | 'bind'
  | 'accept-invite'
  | 'unbind'
  | 'query'
  | 'case-status'
  | 'hand-off'
  | 'set-payer-order'
  | 'pay-premium'
  | 'allocate'
  | 'set-quota'
  | 'my-data';

/** What the manager knows and the citizen need not be asked; brought up to date before every event. */
export interface World {
  readonly region?: string;
  readonly verified: boolean;
}

/** What a flow is begun with. */
export interface FlowInput {
  readonly slots: Slots;
  readonly world: World;
}

/** `slots` is what the citizen gave; `data` is what checks, records and the office told meanwhile. */
export interface FlowContext {
  readonly slots: Slots;
  readonly world: World;
  readonly data: JsonObject;
}

export type FlowOutcome = 'done' | 'cancelled' | 'failed';

export type FlowEvent =
  | { readonly type: 'provide'; readonly slots: Slots }
  | { readonly type: 'affirm' }
  | { readonly type: 'deny' }
  | { readonly type: 'checked'; readonly ok: boolean; readonly params: JsonObject }
  | {
      readonly type: 'diagnosed';
      /** `ask` one more question, `lookup` the records, or `tell` what was found. */
      readonly advice: 'ask' | 'lookup' | 'tell';
      readonly params: JsonObject;
    }
  | { readonly type: 'task.settled'; readonly outcome: TaskOutcome; readonly result: JsonObject }
  | { readonly type: 'secure.done'; readonly purpose: SecurePurpose; readonly slots: Slots }
  | {
      readonly type: 'child.done';
      readonly flow: string;
      readonly outcome: FlowOutcome;
      /** Whom the sub-flow was about, when it asked. */
      readonly relation?: string;
    };

/** `meta` of a state a flow can come to rest in. */
export interface RestMeta {
  readonly ask?: {
    /** The slot asked for; `$next` takes it, and the prompt, from `data.next`. */
    readonly slot: string;
    /** Reply id of the prompt. */
    readonly reply: string;
    readonly secure?: SecurePurpose;
    /** Asked with yes and no; `affirm` and `deny` answer it. */
    readonly confirm?: boolean;
    /** The choices are what `Flow.choices` lists; each is worded by `<reply>.choice`. */
    readonly listed?: true;
  };
  readonly outcome?: FlowOutcome;
}

/** The one action a machine may return: an effect handed to the manager. `step.ts` refuses any other. */
export type EffectAction = { readonly type: 'effect'; readonly params: Effect };

export interface Flow {
  readonly id: FlowId;
  /** To be raised whenever the structure changes; a test holds its hash. */
  readonly version: number;
  readonly machine: AnyStateMachine;
  /** Slots that no longer hold when another one is corrected. */
  readonly invalidates: { readonly [slot: string]: readonly string[] };
  /** Slots that the words of the wish itself may fill: a sum in fen, the number of an invitation. */
  readonly takes?: readonly ('amount' | 'invitationNo')[];
  /** Slots in the order in which they are asked, so that a question can say where it stands. */
  readonly steps?: readonly string[];
  /** What the prompts of this flow may show. */
  readonly prompt: (context: FlowContext) => JsonObject;
  /** Answers to a `listed` question: the value, and what its label shows. */
  readonly choices?: (
    context: FlowContext,
  ) => readonly { readonly value: string; readonly params: JsonObject }[];
}
