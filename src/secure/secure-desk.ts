/**
 * What happens on secure pages, without HTTP: a link is opened, a form is checked, what is personal
 * goes into the vault, and the conversation learns references and masked words only.
 *
 * A link is `open` until it is completed (`used`) or its time is over (`lapsed`); to all browsers but the one that
 * opened it first it is `taken`. Submits of one link
 * are taken one after the other, so that a button pressed twice writes once; the store decides in
 * the end, in one transaction, who was first.
 */
import type { Clock } from '../contracts/clock.ts';
import type { IdentityProvider, ProvedIdentity } from '../contracts/identity.ts';
import type { PersonalData } from '../contracts/personal-data.ts';
import type { LinkRow, Links, Mailbox, PersonRecord, Vault } from '../contracts/store.ts';
import type { Slots } from '../domain/conversation.ts';
import type { PersonRef } from '../domain/ids.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { maskName } from '../domain/masking.ts';
import { digestOf, isSecureToken } from '../domain/secure-token.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { DOCUMENT_TYPES } from './documents.ts';
import { type FieldFault, textOf } from './fields.ts';
import { createLanes } from './lanes.ts';
import { createOwnDataPage } from './my-data-page.ts';
import { payersOf, readOrder } from './order-page.ts';
import { consentText, pledgeFor } from './pledge.ts';
import { type RelativeForm, readRelative } from './relative-page.ts';
import { readTerms, rowsOf, type TermsPurpose } from './terms-page.ts';
import { createVerifyPage } from './verify-page.ts';
import type {
  FieldError,
  OrderView,
  RelativeView,
  SecureView,
  SubmitResult,
  TermsView,
  VerifyView,
} from './views.ts';
import { type Params, pageWords, wording } from './wording.ts';

export interface SecureDeskParts {
  readonly links: Links;
  readonly vault: Pick<Vault, 'remember' | 'reveal' | 'keepPledge'>;
  readonly data: PersonalData;
  readonly mailbox: Pick<Mailbox, 'receiveFor'>;
  readonly identity: IdentityProvider;
  readonly knowledge: Pick<Knowledge, 'replies' | 'regions' | 'lexicon' | 'dataClasses'>;
  readonly clock: Clock;
}

export interface SecureDesk {
  /**
   * What the page of this link shows. The link then belongs to the browser with this pass, a secret of 43
   * characters: every other one is told so, and nothing else. Without a pass, for callers inside the house, nothing
   * changes hands.
   */
  open(token: string, pass?: string): Promise<SecureView>;
  /** Takes the page's fields. Faults of the citizen are values; trouble of the world throws. */
  submit(token: string, fields: JsonObject, pass?: string): Promise<SubmitResult>;
  /** What a link is for, whatever became of it. */
  about(token: string): Promise<Pick<LinkRow, 'conversation' | 'purpose'> | undefined>;
}

type LinkState = 'open' | 'used' | 'lapsed' | 'unknown' | 'taken';

export function createSecureDesk(parts: SecureDeskParts): SecureDesk {
  const { links, vault, data, identity, knowledge, clock } = parts;
  const takeVerify = createVerifyPage(identity);
  const takeOwnData = createOwnDataPage(parts);
  const inLane = createLanes();

  async function find(
    token: string,
    pass?: string,
  ): Promise<{ state: LinkState; link?: LinkRow; digest: string }> {
    if (!isSecureToken(token)) return { state: 'unknown', digest: '' };
    const digest = digestOf(token);
    const link = await links.linkByDigest(digest);
    if (link === undefined) return { state: 'unknown', digest };
    const state = link.usedAt !== undefined ? 'used' : clock.now() >= link.expiresAt ? 'lapsed' : 'open';
    if (state === 'open' && (await isOfAnother(link, digest, pass))) return { state: 'taken', digest };
    return { state, link, digest };
  }

  /** A link that was sent on, or copied. The page of one's own data has a secret of its own, see `my-data-page.ts`. */
  async function isOfAnother(link: LinkRow, digest: string, pass: string | undefined): Promise<boolean> {
    if (pass === undefined) return false;
    if (!isSecureToken(pass)) return true;
    return link.purpose !== 'my_data' && (await links.claimLink(digest, digestOf(pass))) === 'taken';
  }

  async function viewVerify(link: LinkRow): Promise<VerifyView> {
    const options = await identity.options();
    const words = pageWords(knowledge, { time: clockTime(link.expiresAt) });
    return { state: 'open', purpose: 'verify', provider: identity.id, options, words };
  }

  async function viewRelative(link: LinkRow): Promise<RelativeView> {
    const about = aboutRelative(link, await payerOf(link));
    return {
      state: 'open',
      purpose: 'relative',
      provider: identity.id,
      ...about,
      documentTypes: DOCUMENT_TYPES.map((value) => ({
        value,
        label: wording(knowledge, `secure.document.${value}`),
        hint: wording(knowledge, `secure.document.${value}.hint`),
      })),
      pledge: pledgeFor(knowledge, about),
      words: pageWords(knowledge, { ...about, time: clockTime(link.expiresAt) }),
    };
  }

  function viewOrder(link: LinkRow): OrderView {
    const payers = payersOf(link.context).map(({ name, relation }) => ({
      name,
      relation: payerWord(relation),
    }));
    const words = pageWords(knowledge, { time: clockTime(link.expiresAt) });
    return { state: 'open', purpose: 'order', provider: identity.id, payers, words };
  }

  function viewTerms(link: LinkRow, purpose: TermsPurpose): TermsView {
    const { context, expiresAt } = link;
    const relation = purpose === 'invitation' ? payerWord(context.relation) : relationWord(context.relation);
    const rows = rowsOf(purpose, context, relation);
    const words = pageWords(knowledge, { relation, time: clockTime(expiresAt) });
    return { state: 'open', purpose, provider: identity.id, rows, words };
  }

  /** What the dependent is to the payer. */
  function relationWord(code: Json | undefined): string {
    const relation = textOf(code);
    const labels: { readonly [relation: string]: { readonly label: string } | undefined } =
      knowledge.lexicon.relations;
    return labels[relation]?.label ?? relation;
  }

  /** The same relation, said of the payer to the dependent. */
  function payerWord(code: Json | undefined): string {
    return knowledge.replies.get(`label.payer_of.${textOf(code)}`)?.text ?? relationWord(code);
  }

  /** What the page and the 承诺书 call the people and the place. */
  function aboutRelative(link: LinkRow, payer: PersonRecord) {
    return {
      relation: relationWord(link.context.relation),
      region:
        knowledge.regions.get(textOf(link.context.region))?.name ??
        wording(knowledge, 'secure.relative.region_unknown'),
      payer: maskName(payer.name),
    } satisfies Params;
  }

  async function payerOf(link: LinkRow): Promise<PersonRecord> {
    const payer = await vault.reveal(textOf(link.context.payer) as PersonRef, {
      conversation: link.conversation,
      purpose: 'secure:relative',
    });
    if (payer === undefined) throw new Error(`Link ${link.id} names a payer whom the vault does not hold`);
    return payer;
  }

  async function submitVerify(link: LinkRow, digest: string, fields: JsonObject): Promise<SubmitResult> {
    const step = await takeVerify(link.id, fields);
    if (step.kind === 'refused') return refused('open', step.faults);
    if (step.kind === 'challenge') return { ok: true, next: 'code', challenge: step.challenge };
    const person = await vault.remember(documentOf(step.identity));
    await data.giveConsent({ person, purpose: 'identity', conversation: link.conversation, ...keeping() });
    const name = (await data.salutationOf(person)) ?? maskName(step.identity.name);
    return complete(digest, { person, personName: name }, name);
  }

  async function submitRelative(link: LinkRow, digest: string, fields: JsonObject): Promise<SubmitResult> {
    const payer = await payerOf(link);
    const now = clock.now();
    const form = readRelative(fields, payer, localDay(now));
    if (form.kind === 'refused') return refused('open', form.faults);
    const { version, digest: textDigest } = pledgeFor(knowledge, aboutRelative(link, payer));
    const pledge = { version, digest: textDigest, signedAt: new Date(now).toISOString() };
    const dependent = await vault.remember(documentOf(form));
    await vault.keepPledge({
      person: payer.ref,
      signature: form.signature,
      conversation: link.conversation,
      ...pledge,
    });
    const name = maskName(form.name);
    return complete(digest, { dependent, dependentName: name, dependentAge: form.age, pledge }, name);
  }

  async function submitOrder(link: LinkRow, digest: string, fields: JsonObject): Promise<SubmitResult> {
    const form = readOrder(fields, payersOf(link.context));
    if (form.kind === 'refused') return refused('open', form.faults);
    return complete(digest, form.slots, form.first);
  }

  async function submitTerms(purpose: TermsPurpose, link: LinkRow, digest: string, fields: JsonObject) {
    const form = readTerms(purpose, fields, link.context);
    if (form.kind === 'refused') return refused('open', form.faults);
    const name = textOf(link.context.otherName ?? link.context.payerName);
    return complete(digest, form.slots, name, form.answer === 'no');
  }

  async function complete(digest: string, slots: Slots, name: string, isNo = false): Promise<SubmitResult> {
    const outcome = await links.completeLink(digest, slots);
    const summary = isNo ? ({ name, isNo } as const) : { name };
    if (outcome === 'completed') return { ok: true, next: 'done', summary };
    return refused(outcome, [{ field: 'link', reply: `secure.error.link_${outcome}` }]);
  }

  function refused(state: LinkState, faults: readonly FieldFault[]): SubmitResult {
    const errors = faults.map(({ field, reply, params, hint }): FieldError => {
      const hintWords = hint === undefined ? {} : { hint: wording(knowledge, hint) };
      return { field, reply, message: wording(knowledge, reply, { ...params, ...hintWords }) };
    });
    return { ok: false, state, errors };
  }

  async function submitOwnData(link: LinkRow, digest: string, fields: JsonObject): Promise<SubmitResult> {
    const step = await takeOwnData(link, digest, fields);
    if (step.kind === 'taken') {
      return refused('taken', [{ field: 'link', reply: 'secure.error.my_data_taken' }]);
    }
    if (step.kind === 'refused') return refused('open', step.faults);
    const { kind: next, ...rest } = step;
    return { ok: true, next, ...rest } as SubmitResult;
  }

  /** Version and digest of the words above the button of the page on which somebody verifies. */
  function keeping() {
    return consentText(
      wording(knowledge, 'secure.verify.consent'),
      wording(knowledge, 'secure.verify.consent_version'),
    );
  }

  /** Undefined for links of pages that are not among these. */
  async function viewOf(link: LinkRow): Promise<SecureView | undefined> {
    switch (link.purpose) {
      case 'verify':
        return viewVerify(link);
      case 'relative':
        return viewRelative(link);
      case 'order':
        return viewOrder(link);
      case 'premium':
      case 'invitation':
        return viewTerms(link, link.purpose);
      case 'my_data':
        return {
          state: 'open',
          purpose: 'my_data',
          provider: identity.id,
          words: pageWords(knowledge, { time: clockTime(link.expiresAt) }),
        };
      default:
        return undefined;
    }
  }

  async function take(link: LinkRow, digest: string, fields: JsonObject): Promise<SubmitResult> {
    switch (link.purpose) {
      case 'verify':
        return submitVerify(link, digest, fields);
      case 'relative':
        return submitRelative(link, digest, fields);
      case 'order':
        return submitOrder(link, digest, fields);
      case 'premium':
      case 'invitation':
        return submitTerms(link.purpose, link, digest, fields);
      case 'my_data':
        return submitOwnData(link, digest, fields);
      default:
        return refused('unknown', [{ field: 'link', reply: 'secure.error.link_unknown' }]);
    }
  }

  return {
    async open(token, pass) {
      const { state, link } = await find(token, pass);
      if (state === 'open' && link !== undefined) {
        const view = await viewOf(link);
        if (view !== undefined) return view;
      }
      const words = pageWords(knowledge, {});
      if (state === 'taken') return { state, words };
      if (state === 'open' || link === undefined) return { state: 'unknown', words };
      return { state, purpose: link.purpose, words };
    },
    submit(token, fields, pass) {
      return inLane(token, async () => {
        const { state, link, digest } = await find(token, pass);
        if (state !== 'open' || link === undefined) {
          return refused(state, [{ field: 'link', reply: `secure.error.link_${state}` }]);
        }
        return take(link, digest, fields);
      });
    },
    about: async (token) => (await find(token)).link,
  };
}

function documentOf({ name, documentType, documentNumber }: ProvedIdentity | RelativeForm) {
  return { name, documentType, documentNumber };
}

// The whole country keeps one time, UTC+8 without summer time.
const LOCAL_OFFSET_MS = 8 * 3_600_000;

function localDay(at: number): string {
  return new Date(at + LOCAL_OFFSET_MS).toISOString().slice(0, 10);
}

function clockTime(at: number): string {
  return new Date(at + LOCAL_OFFSET_MS).toISOString().slice(11, 16);
}
