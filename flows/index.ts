/** All flows, in one list the compiler checks. */
import { acceptInvite } from './accept-invite.ts';
import { allocate } from './allocate.ts';
import { bind } from './bind.ts';
import { caseStatus } from './case-status.ts';
import { diagnose } from './diagnose.ts';
import type { Flow, FlowId } from './flow.ts';
import { handOff } from './hand-off.ts';
import { myData } from './my-data.ts';
import { payPremium } from './pay-premium.ts';
import { query } from './query.ts';
import { setPayerOrder } from './set-payer-order.ts';
import { setQuota } from './set-quota.ts';
import { unbind } from './unbind.ts';
import { verifyIdentity } from './verify-identity.ts';

export const FLOWS: { readonly [id in FlowId]: Flow } = {
  'verify-identity': verifyIdentity,
  diagnose,
  bind,
  'accept-invite': acceptInvite,
  unbind,
  query,
  'case-status': caseStatus,
  'hand-off': handOff,
  'set-payer-order': setPayerOrder,
  'pay-premium': payPremium,
  allocate,
  'set-quota': setQuota,
  'my-data': myData,
};

export function flowOf(id: string): Flow | undefined {
  return Object.hasOwn(FLOWS, id) ? FLOWS[id as FlowId] : undefined;
}
