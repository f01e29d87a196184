/**
 * The contract between a flow and the manager.
 *
 * A flow is a pure XState machine. It rests in a state and says there what it waits for:
 *
 * - `meta.ask`: a question to the citizen about one slot (the manager renders it, and opens the
 *   secure page when `secure` is set);
 * - tag `waiting`: a task, a check or a sub-flow is under way;
 * - final: it is over, and `output` tells how.
 *
 * It acts through named actions that are declared effects; it never runs anything itself. Slots are
 * what the citizen gave. A flow begun again with the same slots must come to rest at the same
 * question: that is how corrections, steps back and new versions work. Confirmation is therefore
 * never a slot, and a state tagged `committed` (an act was submitted) is never left by a replay.
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
  | 'hand-off';

/** What a flow is begun with. `world` holds what the manager knows and the citizen need not be asked. */
export interface FlowInput {
  readonly slots: Slots;
  readonly world: World;
}

export interface World {
  readonly region?: string;
  readonly verified: boolean;
  readonly today: string;
}

export type FlowEvent =
  | { readonly type: 'provide'; readonly slots: Slots; readonly world: World }
  | { readonly type: 'affirm' }
  | { readonly type: 'deny' }
  | { readonly type: 'checked'; readonly ok: boolean; readonly reason?: string; readonly params: JsonObject }
  | {
      readonly type: 'diagnosed';
      readonly settled: boolean;
      /** Next question worth asking, or `records` when looking up costs less. */
      readonly next?: string;
      readonly top?: string;
      readonly flow?: string;
    }
  | { readonly type: 'task.settled'; readonly outcome: TaskOutcome; readonly result: JsonObject }
  | {
      readonly type: 'secure.done';
      readonly purpose: SecurePurpose;
      readonly slots: Slots;
      readonly world: World;
    }
  | {
      readonly type: 'child.done';
      readonly flow: FlowId;
      readonly outcome: FlowOutcome;
      readonly world: World;
    };

export type FlowOutcome = 'done' | 'cancelled' | 'failed';

export interface FlowOutput {
  readonly outcome: FlowOutcome;
  readonly slots: Slots;
}

/** `meta` of a state a flow can come to rest in. */
export interface RestMeta {
  readonly ask?: {
    readonly slot: string;
    /** Reply id of the prompt. */
    readonly reply: string;
    readonly secure?: SecurePurpose;
    /** Asked with yes and no; `affirm` and `deny` answer it. */
    readonly confirm?: boolean;
  };
}

/** What an action of a machine may do: hand an effect to the manager. Any other action is refused by `step.ts`. */
export type EmitEffect = { readonly type: 'effect'; readonly params: Effect };

export interface Flow {
  readonly id: FlowId;
  /** To be raised whenever the structure changes; a test holds its hash. */
  readonly version: number;
  readonly machine: AnyStateMachine;
}
