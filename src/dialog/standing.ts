/** What a flow needs of the place it runs in, and where to send those who ask for it in the wrong one. */
import { standingOf } from '../domain/standing.ts';
import { type Draft, say } from './draft.ts';

/** Flows that act for nobody and read no records. A new flow is not among them until somebody thought about it. */
const NEEDS_NO_IDENTITY: ReadonlySet<string> = new Set(['diagnose', 'hand-off']);
/** Those of them that ask nothing about a family, and may be seen by a whole group. */
const FIT_FOR_GROUPS: ReadonlySet<string> = new Set(['hand-off']);

export function isOpenHere({ before }: Pick<Draft, 'before'>, flow: string): boolean {
  const { identity, readers } = standingOf(before.address);
  if (readers === 'many') return FIT_FOR_GROUPS.has(flow);
  return identity === 'page' || NEEDS_NO_IDENTITY.has(flow);
}

/** Whether citizens can prove here who they are. */
export function canProveIdentity({ before }: Pick<Draft, 'before'>): boolean {
  const { identity, readers } = standingOf(before.address);
  return identity === 'page' && readers === 'one';
}

/** Says where it can be done instead. */
export function pointElsewhere(draft: Draft, flow: string): void {
  const isGroup = standingOf(draft.before.address).readers === 'many';
  say(draft, isGroup ? 'channel.elsewhere.group' : 'channel.elsewhere', {
    flow,
    ...draft.context.elsewhere,
  });
}
