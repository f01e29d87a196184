/** Every task the clerk knows, by the name flows submit it under. */
import { allocate } from './allocate.ts';
import { answerInvitation } from './answer-invitation.ts';
import { bind } from './bind.ts';
import { checkInvitation } from './check-invitation.ts';
import { closeAccount } from './close-account.ts';
import { eraseData } from './erase-data.ts';
import { lookUpRecords } from './look-up-records.ts';
import { payPremium } from './pay-premium.ts';
import { query } from './query.ts';
import { setPayerOrder } from './set-payer-order.ts';
import { setQuota } from './set-quota.ts';
import type { Task } from './task.ts';
import { unbind } from './unbind.ts';
import { viewData } from './view-data.ts';

export const TASKS: { readonly [name: string]: Task } = {
  bind,
  'answer-invitation': answerInvitation,
  unbind,
  'close-account': closeAccount,
  query,
  'look-up-records': lookUpRecords,
  'set-payer-order': setPayerOrder,
  'pay-premium': payPremium,
  allocate,
  'set-quota': setQuota,
  'view-data': viewData,
  'erase-data': eraseData,
  'check-invitation': checkInvitation,
};
