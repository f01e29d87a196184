/**
 * Who is in charge of a talk at WeCom: 0 nobody yet, 1 the bot, 2 it waits in the queue for staff, 3 staff have
 * it, 4 it is over until the citizen writes again. We may speak in 0 and 1 only, and from 2 and 3 there is
 * no way back but the end.
 */
import { z } from 'zod';
import type { Address } from '../../../domain/conversation.ts';
import type { KfClient } from './client.ts';

/** `queue`: whoever of the staff is free; otherwise the first of these userids that may take it. */
export type KfStaff = 'queue' | readonly string[];

const WAITING = 2;
const WITH_STAFF = 3;

const stateSchema = z.looseObject({ service_state: z.number() });
const nothing = z.looseObject({});

export interface Session {
  /** Whether staff have the talk, or will have it. */
  isWithStaff(address: Address): Promise<boolean>;
  /** Gives the talk to staff. False when nobody may take it. */
  handOver(address: Address, staff: KfStaff): Promise<boolean>;
}

export function createSession(client: KfClient): Session {
  const who = ({ account, user }: Address) => ({ open_kfid: account, external_userid: user });

  async function isWithStaff(address: Address): Promise<boolean> {
    const found = await client.call('/cgi-bin/kf/service_state/get', who(address), stateSchema);
    return found.ok && [WAITING, WITH_STAFF].includes(found.value.service_state);
  }

  const change = (address: Address, state: object) =>
    client.call('/cgi-bin/kf/service_state/trans', { ...who(address), ...state }, nothing);

  return {
    isWithStaff,
    async handOver(address, staff) {
      if (await isWithStaff(address)) return true;
      for (const servicer of staff === 'queue' ? [] : staff) {
        const given = await change(address, { service_state: WITH_STAFF, servicer_userid: servicer });
        if (given.ok) return true;
      }
      // Nobody of those named is at work: the queue tells whoever is.
      return (await change(address, { service_state: WAITING })).ok;
    },
  };
}
