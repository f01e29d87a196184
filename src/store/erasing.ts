/**
 * The deletion of a person, in one transaction: a person is either there or gone. What stays holds references
 * and codes only, and leads to nobody once the vault's rows and the person's key are gone.
 */
import { hash } from 'node:crypto';
import type { Erasures } from '../contracts/erasures.ts';
import type { ErasedBy, PersonalData, Receipt } from '../contracts/personal-data.ts';
import type { PersonRef, TaskId } from '../domain/ids.ts';
import { chainHolds } from './audit.ts';
import type { StoreContext } from './context.ts';
import { conversationsOf, countAll } from './data-counts.ts';
import { HOUSE_CHAIN } from './house-chain.ts';
import { readObject, toInstant } from './parse.ts';
import type { Rooms } from './rooms.ts';
import { scrub } from './scrub.ts';
import type { Db, ErasuresTable, Tx } from './tables.ts';

export function erasing(
  { db, inTx, clock }: Pick<StoreContext, 'db' | 'inTx' | 'clock'>,
  rooms: Rooms,
): Pick<PersonalData, 'eraseData' | 'checkReceipt'> & Erasures {
  return {
    ...again({ db, inTx, clock }, rooms),
    eraseData: (person, by) =>
      inTx<Receipt | 'busy'>(async (tx, abandon) => {
        const number = receiptOf('task' in by ? by.task : by.link);
        const chains = await numbersOf(tx, rooms, { person, by });
        // Asked for once the numbers are held: whoever came first has committed by now.
        const before = await receiptRow(tx, number);
        if (before !== undefined) return abandon(asReceipt(before));
        const task = 'task' in by ? by.task : undefined;
        if (await hasOpenTask(tx, conversationsIn(chains), task)) return abandon('busy');

        const counts = await countAll(tx, person);
        for (const conversation of conversationsIn(chains)) {
          await scrub(tx, { conversation, task, now: clock.now() });
        }
        const keys = await destroy(tx, person, clock.now());
        const receipt: Receipt = {
          receipt: number,
          at: toInstant(clock.now()),
          destroyed: { ...counts, keys },
        };
        await writeDown(tx, rooms, { person, receipt, chains });
        if ('link' in by) await tellPage(tx, rooms, { by, receipt, chains });
        return receipt;
      }),
    async checkReceipt(number) {
      const row = await receiptRow(db, number);
      return row && { ...asReceipt(row), holds: await isAudited(db, row) };
    },
  };
}

/** Deletions of a database that came back from a time before them. */
function again({ db, inTx, clock }: Pick<StoreContext, 'db' | 'inTx' | 'clock'>, rooms: Rooms): Erasures {
  return {
    async erasuresSince(at) {
      const rows = await db
        .selectFrom('erasures')
        .innerJoin('audit', (join) =>
          join
            .onRef('audit.conversation_id', '=', 'erasures.conversation_id')
            .onRef('audit.n', '=', 'erasures.n'),
        )
        .select(['erasures.receipt', 'erasures.at', 'erasures.conversation_id', 'audit.data'])
        .where('erasures.at', '>=', at)
        .orderBy('erasures.at')
        .execute();
      return rows.map(({ receipt, at, conversation_id: conversation, data }) => ({
        receipt,
        at,
        person: String(readObject(data).person),
        ...(conversation === HOUSE_CHAIN ? {} : { conversation }),
      }));
    },
    repeatErasure: ({ receipt: number, person: ref, conversation }) =>
      inTx<'repeated' | 'done'>(async (tx, abandon) => {
        const person = ref as PersonRef;
        const chains = await takeAll(tx, rooms, await stillThere(tx, person, conversation));
        if ((await receiptRow(tx, number)) !== undefined) return abandon('done');
        const counts = await countAll(tx, person);
        for (const id of conversationsIn(chains)) {
          await scrub(tx, { conversation: id, task: undefined, now: clock.now() });
        }
        const keys = await destroy(tx, person, clock.now());
        const at = toInstant(clock.now());
        await writeDown(tx, rooms, {
          person,
          receipt: { receipt: number, at, destroyed: { ...counts, keys } },
          chains,
        });
        return 'repeated';
      }),
  };
}

/** Also the conversation in which the person had not verified yet when the backup was made. */
async function stillThere(tx: Tx, person: PersonRef, conversation: string | undefined) {
  const named = await tx
    .selectFrom('conversations')
    .select('id')
    .where('id', '=', conversation ?? '')
    .execute();
  return [...new Set([...(await conversationsOf(tx, person)), ...named.map(({ id }) => id)])].sort();
}

async function takeAll(tx: Tx, rooms: Rooms, own: readonly string[]): Promise<readonly Chain[]> {
  const chains: Chain[] = [];
  for (const conversation of own.length === 0 ? [HOUSE_CHAIN] : own) {
    const { auditN: n, seq } = await rooms.takeNumbers(tx, conversation, { lines: 0, audits: 1 });
    chains.push({ conversation, n, seq });
  }
  return chains;
}

/** Short enough to read out, and leads to nobody. The same for a second run of the same deletion. */
function receiptOf(id: string): string {
  const digits = hash('sha256', `receipt:${id}`).slice(0, 8).toUpperCase();
  return `SC-${digits.slice(0, 4)}-${digits.slice(4)}`;
}

// === Numbers: in one order, and before any other row, as every writer of conversations takes them

interface Chain {
  readonly conversation: string;
  readonly n: number;
  readonly seq: number;
}

async function numbersOf(
  tx: Tx,
  rooms: Rooms,
  { person, by }: { readonly person: PersonRef; readonly by: ErasedBy },
): Promise<readonly Chain[]> {
  const page = 'link' in by ? [by.conversation as string] : [];
  const own = [...new Set([...(await conversationsOf(tx, person)), ...page])].sort();
  const chains: Chain[] = [];
  for (const conversation of own.length === 0 ? [HOUSE_CHAIN] : own) {
    const lines = page.includes(conversation) ? 1 : 0;
    const { auditN: n, seq } = await rooms.takeNumbers(tx, conversation, { lines, audits: 1 });
    chains.push({ conversation, n, seq });
  }
  return chains;
}

const conversationsIn = (chains: readonly Chain[]): readonly string[] =>
  chains.map(({ conversation }) => conversation).filter((id) => id !== HOUSE_CHAIN);

// === Destroying

async function hasOpenTask(
  tx: Tx,
  conversations: readonly string[],
  task: TaskId | undefined,
): Promise<boolean> {
  if (conversations.length === 0) return false;
  const open = await tx
    .selectFrom('tasks')
    .select('id')
    .where('conversation_id', 'in', conversations)
    .where('settled_at', 'is', null)
    .where('id', '<>', task ?? '')
    .execute();
  return open.length > 0;
}

/**
 * The document may be there under a misspelt name as well, as a relative typed it: it is this person's all
 * the same. Gives how many keys were destroyed.
 */
async function destroy(tx: Tx, person: PersonRef, at: number): Promise<number> {
  const rows = await tx
    .selectFrom('persons')
    .select('ref')
    .where('digest', 'in', tx.selectFrom('persons').select('digest').where('ref', '=', person))
    .execute();
  const refs = [...new Set([person as string, ...rows.map(({ ref }) => ref)])];
  await tx
    .updateTable('consents')
    .set({ withdrawn_at: at })
    .where('person_ref', 'in', refs)
    .where('withdrawn_at', 'is', null)
    .execute();
  return forget(tx, refs);
}

/** Everything by which references lead to a person. */
export async function forget(tx: Tx, refs: readonly string[]): Promise<number> {
  await tx.updateTable('pledges').set({ sealed_signature: '' }).where('person_ref', 'in', refs).execute();
  await tx.deleteFrom('conversation_persons').where('person_ref', 'in', refs).execute();
  await tx.deleteFrom('salutations').where('person_ref', 'in', refs).execute();
  await tx.deleteFrom('persons').where('ref', 'in', refs).execute();
  const { numDeletedRows } = await tx.deleteFrom('person_keys').where('ref', 'in', refs).executeTakeFirst();
  return Number(numDeletedRows);
}

// === The receipt

interface Written {
  readonly person: PersonRef;
  readonly receipt: Receipt;
  readonly chains: readonly Chain[];
}

async function writeDown(tx: Tx, rooms: Rooms, { person, receipt, chains }: Written): Promise<void> {
  const data = { person, receipt: receipt.receipt, destroyed: { ...receipt.destroyed } };
  for (const { conversation, n } of chains) {
    await rooms.appendAudit(tx, { conversation, n, actor: 'citizen', action: 'data.erased', data });
  }
  const [first] = chains as readonly [Chain, ...Chain[]];
  await tx
    .insertInto('erasures')
    .values({
      receipt: receipt.receipt,
      at: Date.parse(receipt.at),
      destroyed: JSON.stringify(receipt.destroyed),
      conversation_id: first.conversation,
      n: first.n,
    })
    .execute();
}

/** The conversation hears of it as of any page, and the link is used up. */
async function tellPage(
  tx: Tx,
  rooms: Rooms,
  told: Omit<Written, 'person'> & { readonly by: Extract<ErasedBy, { readonly conversation: unknown }> },
): Promise<void> {
  const { link, conversation } = told.by;
  const seq = told.chains.find((chain) => chain.conversation === conversation)?.seq as number;
  await tx
    .updateTable('links')
    .set({ used_at: Date.parse(told.receipt.at) })
    .where('id', '=', link)
    .where('used_at', 'is', null)
    .execute();
  await rooms.putInside(tx, {
    conversation,
    seq,
    messageId: `link:${link}`,
    content: {
      kind: 'secure.done',
      link,
      purpose: 'my_data',
      slots: { receipt: told.receipt.receipt },
    },
  });
}

async function receiptRow(on: Db | Tx, receipt: string): Promise<ErasuresTable | undefined> {
  return on.selectFrom('erasures').selectAll().where('receipt', '=', receipt).executeTakeFirst();
}

function asReceipt({ receipt, at, destroyed }: ErasuresTable): Receipt {
  const counts = readObject(destroyed) as unknown as Receipt['destroyed'];
  return { receipt, at: toInstant(at), destroyed: counts };
}

async function isAudited(on: Db, { receipt, destroyed, conversation_id, n, at }: ErasuresTable) {
  const row = await on
    .selectFrom('audit')
    .select(['action', 'data', 'at'])
    .where('conversation_id', '=', conversation_id)
    .where('n', '=', n)
    .executeTakeFirst();
  if (row?.action !== 'data.erased' || row.at !== at) return false;
  const said = readObject(row.data);
  const isSame = said.receipt === receipt && JSON.stringify(said.destroyed) === destroyed;
  return isSame && chainHolds(on, conversation_id);
}
