/**
 * Statements that go to the database together with the commit. Over a network a journey costs more than a statement,
 * and whoever needs no answer before the commit need not wait for one.
 */
import type { Tx } from './tables.ts';

const waiting = new WeakMap<Tx, Promise<unknown>[]>();

/** Makes room for such statements; whoever holds the transaction waits for them after the commit. */
export function takesWithCommit(tx: Tx, sent: Promise<unknown>[]): void {
  waiting.set(tx, sent);
}

/**
 * Takes a statement that was just given to the transaction; none may follow on account of its answer. Where
 * statements cannot be sent together, it is waited for.
 */
export async function withCommit(tx: Tx, statement: Promise<unknown>): Promise<void> {
  const sent = waiting.get(tx);
  if (sent === undefined) {
    await statement;
    return;
  }
  statement.catch(() => {});
  sent.push(statement);
}
