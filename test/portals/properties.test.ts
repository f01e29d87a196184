/** Whatever is asked of the office, in whatever order: never two live relations or invitations for one pair, and each key acts once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PersonKey, PortalAct } from '../../src/contracts/portal.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { KNOWLEDGE_DIR } from '../../src/library.ts';
import { knowledgeRules } from '../../src/portals/simulated/knowledge-rules.ts';
import { openSimulatedOffice, type SimulatedOffice } from '../../src/portals/simulated/office.ts';

const rules = knowledgeRules(loadKnowledge(KNOWLEDGE_DIR));
const PAYERS = ['zhao-qiang', 'zhou-min', 'zhou-hao', 'zheng-kai', 'lin-bo'] as const;
const RELATIVES = ['sun-li', 'zhou-deming', 'he-xue', 'yang-shufen', 'lin-qing'] as const;
const RELATIONS = ['spouse', 'parent', 'child', 'sibling'] as const;
const LIVE = new Set(['PENDING_CONFIRM', 'PENDING_REVIEW', 'NOT_YET_EFFECTIVE', 'ACTIVE', 'SUSPENDED']);

function open(): SimulatedOffice {
  let count = 0;
  let now = Date.parse('2026-11-22T01:00:00Z');
  return openSimulatedOffice({
    file: ':memory:',
    rules,
    clock: { now: () => (now += 1_000) },
    random: {
      bytes: (size) => {
        count += 1;
        return Uint8Array.from({ length: size }, (_, index) => (count * 31 + index * 7) % 256);
      },
    },
  });
}

const keyOf = (office: SimulatedOffice, id: string): PersonKey => {
  const person = office.personById(id);
  if (person === undefined) throw new Error(`no ${id} in the fixture`);
  const { name, documentType, documentNumber } = person;
  return { name, documentType, documentNumber };
};

const wish = fc.record({
  kind: fc.constantFrom('bind', 'bind', 'bind', 'answer', 'unbind', 'close'),
  payer: fc.constantFrom(...PAYERS),
  relative: fc.constantFrom(...RELATIVES),
  relation: fc.constantFrom(...RELATIONS),
  region: fc.constantFrom('320500', '320100', '130100', '460100'),
  accept: fc.boolean(),
  /** Some keys come again, as they do after a time-out. */
  key: fc.integer({ min: 0, max: 12 }),
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

async function actOf(
  office: SimulatedOffice,
  { kind, payer, relative, relation, region, accept }: Wish,
): Promise<PortalAct | undefined> {
  const [giver, receiver] = [keyOf(office, payer), keyOf(office, relative)];
  if (kind === 'bind') {
    const pledge = { version: '1', digest: 'd', signedAt: '2026-11-22T01:00:00Z' };
    return { kind: 'bind', request: { payer: giver, dependent: receiver, relation, region, pledge } };
  }
  if (kind === 'answer') {
    const [invitation] = await office.invitations(receiver);
    return (
      invitation && {
        kind: 'answer_invitation',
        dependent: receiver,
        invitationNo: invitation.invitationNo,
        accept,
      }
    );
  }
  if (kind === 'unbind') {
    const binding = (await office.bindings(giver)).find(({ state }) => LIVE.has(state));
    return (
      binding && {
        kind: 'unbind',
        actor: giver,
        bindingNo: binding.bindingNo,
        how: binding.role === 'payer' ? 'remove' : 'exit',
      }
    );
  }
  return { kind: 'close', actor: giver };
}

describe('any sequence of acts', () => {
  it('leaves at most one live relation and one open invitation for a pair, and does each key once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 20 }), async (wishes) => {
        const office = open();
        try {
          const answers = new Map<string, string>();
          for (const one of wishes) {
            const act = await actOf(office, one);
            if (act === undefined) continue;
            const key = `${one.kind}:${one.payer}:${one.relative}:${one.key}`;
            const answer = JSON.stringify(
              await office.act(act, key).catch((error: unknown) => String(error)),
            );
            // The same key with the same act is answered alike, whatever happened meanwhile.
            const again = JSON.stringify(await office.act(act, key).catch((error: unknown) => String(error)));
            expect(again).toBe(answer);
            answers.set(key, answer);
          }
          for (const { times, key } of office.acts()) expect(times, key).toBe(1);
          for (const payer of PAYERS) await expectSingle(office, payer);
          for (const relative of RELATIVES) {
            const open = await office.invitations(keyOf(office, relative));
            expect(new Set(open.map(({ payerName, relation }) => `${payerName}:${relation}`)).size).toBe(
              open.length,
            );
          }
        } finally {
          await office.stop();
        }
      }),
      { numRuns: 80, seed: 20261124 },
    );
  });
});

async function expectSingle(office: SimulatedOffice, payer: string): Promise<void> {
  const live = (await office.bindings(keyOf(office, payer))).filter(
    ({ state, role }) => role === 'payer' && LIVE.has(state),
  );
  const others = live.map(({ otherName, relation }) => `${otherName}:${relation}`);
  expect(others.filter((other, index) => others.indexOf(other) !== index)).toEqual([]);
}
