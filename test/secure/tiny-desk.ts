/** A secure desk over stores in memory, with the real words and invented people. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { Clock, Random } from '../../src/contracts/clock.ts';
import type { GivenConsent } from '../../src/contracts/personal-data.ts';
import type { LinkRow, PersonRecord } from '../../src/contracts/store.ts';
import type { SecurePurpose, Slots } from '../../src/domain/conversation.ts';
import { checkCharacter } from '../../src/domain/id-number.ts';
import type { ConversationId, LinkId, PersonRef } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { digestOf, newSecureToken } from '../../src/domain/secure-token.ts';
import { repliesFileSchema } from '../../src/knowledge/schema/reply.ts';
import { createDemoIdentity, type DemoPerson } from '../../src/secure/demo-identity.ts';
import { createSecureDesk, type SecureDesk, type SecureDeskParts } from '../../src/secure/secure-desk.ts';

const WORDS = ['secure.yaml', 'labels.yaml'].map((file) =>
  join(import.meta.dirname, '..', '..', 'knowledge', 'replies', file),
);
export const START = Date.parse('2026-11-24T02:00:00.000Z');
const LINK_LIFE_MS = 30 * 60_000;

/** A number with place 99, which is never issued. */
export function demoNumber(birthday: string, order: string): string {
  const first = `990000${birthday}${order}`;
  return `${first}${checkCharacter(first)}`;
}

export const PAYER: Omit<PersonRecord, 'ref'> = {
  name: '张伟',
  documentType: 'resident_id',
  documentNumber: demoNumber('19800101', '001'),
};
export const CHILD_NUMBER = demoNumber('20180312', '023');

const PEOPLE: readonly DemoPerson[] = [
  { id: 'zhang', label: '示例 张伟', story: '孩子绑了却不显示', ...PAYER },
  {
    id: 'li',
    label: '示例 李娜',
    story: '被邀请，还没有确认',
    name: '李娜',
    documentType: 'resident_id',
    documentNumber: demoNumber('19820505', '002'),
  },
];

/** What the conversation hands to the pages that ask the same as it does. */
const SHOWN: { readonly [purpose in SecurePurpose]?: JsonObject } = {
  order: {
    before: [
      { bindingNo: 'b1', otherName: '田*', relation: 'parent', place: 1 },
      { bindingNo: 'b2', otherName: '李*', relation: 'spouse', place: 2 },
      { bindingNo: 'b3', otherName: '田*明', relation: 'sibling', place: 3 },
    ],
  },
  premium: {
    bindingNo: 'b1',
    otherName: '秦*',
    relation: 'child',
    year: 2027,
    amountFen: 40_000,
    balanceFen: 318_050,
    closes: '2026-12-25',
  },
  invitation: { invitationNo: 'i1', payerName: '赵*', relation: 'spouse', expiresOn: '2026-12-01' },
};

/** Bytes that differ each time and are the same in each run. */
export function countingRandom(): Random {
  let count = 0;
  return {
    bytes: (size) =>
      Uint8Array.from({ length: size }, () => {
        count = (count * 73 + 41) % 65_521;
        return count % 256;
      }),
  };
}

export interface TinyDesk {
  readonly desk: SecureDesk;
  readonly clock: Clock & { pass(ms: number): void };
  /** Lines the demo provider told, codes among them. */
  readonly told: readonly string[];
  /** What conversations learned, in order. */
  readonly done: readonly { readonly purpose: SecurePurpose; readonly slots: Slots }[];
  readonly pledges: readonly {
    readonly version: string;
    readonly digest: string;
    readonly signature: string;
  }[];
  readonly persons: readonly PersonRecord[];
  readonly consents: readonly GivenConsent[];
  /** Makes a link and gives its secret. */
  link(purpose: SecurePurpose, conversation?: ConversationId): Promise<string>;
  lastCode(): string;
}

export function createTinyDesk(changes: Partial<SecureDeskParts> = {}): TinyDesk {
  let now = START;
  const clock = { now: () => now, pass: (ms: number) => (now += ms) };
  const random = countingRandom();
  const rows = new Map<string, LinkRow>();
  const claims = new Map<string, string>();
  const consents: GivenConsent[] = [];
  const nobodyAsks = () => Promise.reject(new Error('This desk keeps no data; see my-data.test.ts'));
  const persons: PersonRecord[] = [];
  const pledges: { version: string; digest: string; signature: string }[] = [];
  const done: { purpose: SecurePurpose; slots: Slots }[] = [];
  const told: string[] = [];

  async function remember(person: Omit<PersonRecord, 'ref'>): Promise<PersonRef> {
    const known = persons.find(({ documentNumber }) => documentNumber === person.documentNumber);
    if (known !== undefined) return known.ref;
    const ref = `p_${persons.length + 1}` as PersonRef;
    persons.push({ ref, ...person });
    return ref;
  }

  const desk = createSecureDesk({
    links: {
      linkByDigest: async (digest) => rows.get(digest),
      claimLink: async (digest, secret) => {
        const holder = claims.get(digest) ?? secret;
        claims.set(digest, holder);
        return holder === secret ? 'claimed' : 'taken';
      },
      async completeLink(digest, slots) {
        const row = rows.get(digest);
        if (row === undefined) return 'unknown';
        if (row.usedAt !== undefined) return 'used';
        if (now >= row.expiresAt) return 'lapsed';
        rows.set(digest, { ...row, usedAt: now });
        done.push({ purpose: row.purpose, slots });
        return 'completed';
      },
    },
    vault: {
      remember,
      reveal: async (ref) => persons.find((person) => person.ref === ref),
      keepPledge: async (pledge) => void pledges.push(pledge),
    },
    data: {
      giveConsent: async (given) => void consents.push(given),
      salutationOf: async () => undefined,
      dataOf: nobodyAsks,
      everythingOf: nobodyAsks,
      withdrawConsent: nobodyAsks,
      setSalutation: nobodyAsks,
      eraseData: nobodyAsks,
      checkReceipt: nobodyAsks,
    },
    mailbox: { receiveFor: nobodyAsks },
    identity: createDemoIdentity({ people: PEOPLE, clock, random, tell: (line) => told.push(line) }),
    knowledge: {
      replies: new Map(
        WORDS.flatMap((file) => Object.entries(repliesFileSchema.parse(load(readFileSync(file, 'utf8'))))),
      ),
      regions: new Map([
        ['990000', { name: '示例市' }],
      ]) as unknown as SecureDeskParts['knowledge']['regions'],
      lexicon: {
        relations: { child: { label: '子女', words: ['孩子'] } },
      } as unknown as SecureDeskParts['knowledge']['lexicon'],
      dataClasses: new Map(),
    },
    clock,
    ...changes,
  });

  async function contextOf(purpose: SecurePurpose): Promise<JsonObject> {
    const shown = SHOWN[purpose];
    if (shown !== undefined) return shown;
    return purpose === 'verify' ? {} : { payer: await remember(PAYER), relation: 'child', region: '990000' };
  }

  return {
    desk,
    clock,
    told,
    done,
    pledges,
    persons,
    consents,
    async link(purpose, conversation = 'c_1' as ConversationId) {
      const token = newSecureToken((size) => random.bytes(size));
      rows.set(digestOf(token), {
        id: `l_${rows.size + 1}` as LinkId,
        conversation,
        purpose,
        context: await contextOf(purpose),
        expiresAt: now + LINK_LIFE_MS,
      });
      return token;
    },
    lastCode: () => /\d{6}/u.exec(told.at(-1) ?? '')?.[0] ?? '',
  };
}
