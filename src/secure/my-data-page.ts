/**
 * The page 我的数据. Its link opens nothing by itself: the browser that asks first keeps it with a secret of its
 * own, so that a link passed on afterwards shows nothing. Looking and small changes leave the link open
 * until it lapses; deletion uses it up. Each act is safe to repeat.
 */
import type { Clock } from '../contracts/clock.ts';
import type { PersonalData, Receipt } from '../contracts/personal-data.ts';
import type { LinkRow, Links, Mailbox, Vault } from '../contracts/store.ts';
import type { Slots } from '../domain/conversation.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import { digestOf, isSecureToken } from '../domain/secure-token.ts';
import { readSalutation } from './documents.ts';
import { type Refusal, refuse, textOf } from './fields.ts';
import { type Copy, copyOf } from './my-data-copy.ts';
import { day, type Sheet, type SheetKnowledge, sheetOf } from './my-data-sheet.ts';
import { wording } from './wording.ts';

export interface OwnDataParts {
  readonly links: Pick<Links, 'claimLink'>;
  readonly vault: Pick<Vault, 'reveal'>;
  readonly data: PersonalData;
  readonly mailbox: Pick<Mailbox, 'receiveFor'>;
  readonly knowledge: SheetKnowledge;
  readonly clock: Clock;
}

export type OwnDataStep =
  | { readonly kind: 'sheet'; readonly sheet: Sheet; readonly notice?: string }
  | ({ readonly kind: 'copy' } & Copy)
  | { readonly kind: 'erased'; readonly receipt: string; readonly lines: readonly string[] }
  /** The page belongs to another tab. */
  | { readonly kind: 'taken' }
  | Refusal;

/** One visit: the link, its digest, and whose data it is about. */
interface Visit {
  readonly link: LinkRow;
  readonly person: PersonRef;
}

export function createOwnDataPage(parts: OwnDataParts) {
  const { links, vault, data, mailbox, knowledge, clock } = parts;

  async function sheet({ link, person }: Visit, notice?: string): Promise<OwnDataStep> {
    const stored = await data.everythingOf(person);
    if (stored === undefined) return refuse('link', 'secure.error.my_data_gone');
    const shown = sheetOf(stored, link.conversation, knowledge);
    return { kind: 'sheet', sheet: shown, ...(notice === undefined ? {} : { notice }) };
  }

  /** A look of the person's own stands in the record like any other. */
  const note = ({ link, person }: Visit, purpose: string) =>
    vault.reveal(person, { conversation: link.conversation, purpose });

  /** What the page changed goes to the conversation through its mailbox, like everything that happens to it. */
  const tell = ({ link }: Visit, slots: Slots) =>
    mailbox.receiveFor(link.conversation, `own:${link.id}:${digestOf(JSON.stringify(slots))}`, {
      kind: 'secure.done',
      link: link.id,
      purpose: 'my_data',
      slots,
    });

  async function copy(visit: Visit): Promise<OwnDataStep> {
    await note(visit, 'secure:my_data_copy');
    const stored = await data.everythingOf(visit.person);
    if (stored === undefined) return refuse('link', 'secure.error.my_data_gone');
    const at = new Date(clock.now()).toISOString();
    return { kind: 'copy', ...copyOf(stored, { conversation: visit.link.conversation, at, knowledge }) };
  }

  async function correct(visit: Visit, fields: JsonObject): Promise<OwnDataStep> {
    const { link, person } = visit;
    if (fields.forget === true) {
      await tell(visit, { forget: 'facts', at: clock.now() });
      return sheet(visit, 'forgotten');
    }
    if (fields.region !== undefined) {
      const region = textOf(fields.region);
      if (!knowledge.regions.has(region)) return refuse('region', 'secure.error.region_unknown');
      await tell(visit, { region, at: clock.now() });
      return sheet(visit, 'corrected');
    }
    const read = readSalutation(textOf(fields.salutation));
    if (!read.ok) return refuse('salutation', read.reply);
    await data.setSalutation({ person, salutation: read.salutation, conversation: link.conversation });
    if (read.salutation !== '') await tell(visit, { salutation: read.salutation, at: clock.now() });
    return sheet(visit, 'corrected');
  }

  async function withdraw(visit: Visit, id: string): Promise<OwnDataStep> {
    const { link, person } = visit;
    const stored = await data.everythingOf(person);
    const consent = stored?.consents.find((given) => given.id === id);
    if (consent === undefined) return refuse('consent', 'secure.error.consent_unknown');
    const { conversation } = link;
    // Name and document are kept by this consent alone: without it nothing of them may stay.
    if (consent.purpose === 'identity') return erase(visit);
    const outcome = await data.withdrawConsent({ person, id, conversation });
    if (outcome === 'withdrawn') await tell(visit, { withdrawn: consent.purpose, id });
    return sheet(visit, 'withdrawn');
  }

  async function erase({ link, person }: Visit): Promise<OwnDataStep> {
    const done = await data.eraseData(person, { link: link.id, conversation: link.conversation });
    if (done === 'busy') return refuse('link', 'secure.error.my_data_busy');
    return { kind: 'erased', receipt: done.receipt, lines: receiptLines(done) };
  }

  function receiptLines({ at, destroyed }: Receipt): readonly string[] {
    const say = (id: string, params: { readonly [name: string]: string | number }) =>
      wording(knowledge, `secure.my_data.receipt.${id}`, params);
    const { identity, pledges, messages, conversations, keys, applications, cases } = destroyed;
    return [
      say('at', { day: day(at, 'minute') }),
      say('destroyed', { identity, pledges, messages, conversations }),
      say('keys', { keys }),
      say('stays', { applications, cases }),
    ];
  }

  return async (link: LinkRow, digest: string, fields: JsonObject): Promise<OwnDataStep> => {
    const pass = textOf(fields.pass);
    const isMine = isSecureToken(pass) && (await links.claimLink(digest, digestOf(pass))) === 'claimed';
    if (!isMine) return { kind: 'taken' };
    const visit: Visit = { link, person: textOf(link.context.person) as PersonRef };
    switch (textOf(fields.act)) {
      case 'view':
        await note(visit, 'secure:my_data');
        return sheet(visit);
      case 'copy':
        return copy(visit);
      case 'correct':
        return correct(visit, fields);
      case 'withdraw':
        return withdraw(visit, textOf(fields.consent));
      case 'erase':
        return fields.confirmed === true ? erase(visit) : refuse('confirmed', 'secure.error.not_confirmed');
      default:
        return refuse('link', 'secure.error.link_unknown');
    }
  };
}
