/** Every task the clerk knows, by the name flows submit it under. */
import { answerInvitation } from './answer-invitation.ts';
import { bind } from './bind.ts';
import { closeAccount } from './close-account.ts';
import { lookUpRecords } from './look-up-records.ts';
import { query } from './query.ts';
import type { Task } from './task.ts';
import { unbind } from './unbind.ts';

export const TASKS: { readonly [name: string]: Task } = {
  bind,
  'answer-invitation': answerInvitation,
  unbind,
  'close-account': closeAccount,
  query,
  'look-up-records': lookUpRecords,
};
