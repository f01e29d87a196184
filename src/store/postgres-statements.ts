/**
 * What every connection of the pool does with statements. Those that come again are prepared once on each connection:
 * parsing and planning cost the server more than running them. A statement gets its name when it is seen for the second time.
 *
 * Those that ask for all columns stay without one: during an update another version may add a column, and the
 * server then refuses the prepared form for as long as the connection lives.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';

/** The store knows some two hundred; what is beyond stays unprepared. */
const NAMES_MAX = 500;
type Query = (text: unknown, values?: unknown, callback?: unknown) => unknown;

// Several statements in one text cannot be prepared, and are sent without values.
const isFilled = (values: unknown): boolean => Array.isArray(values) && values.length > 0;

/**
 * Not waited for: the first statement of the transaction follows on its heels, which saves a journey. If it
 * fails, so does what follows.
 */
function begin(query: Query): Promise<object> {
  (query('begin') as Promise<unknown>).catch(() => {});
  return Promise.resolve({ command: 'BEGIN', rowCount: null, rows: [] });
}

/** As far as we need it: pg says nothing about it in its types. */
interface Wired {
  readonly connection?: { readonly stream?: { cork?(): void; uncork?(): void } };
}

/**
 * What is said to a connection before we wait again for anything goes there in one piece: each piece costs this process and
 * the server a call of the system, and those were two fifths of what a turn cost here.
 */
function gatherer(client: pg.PoolClient): () => void {
  const stream = (client as Wired).connection?.stream;
  let isGathering = false;
  return () => {
    if (isGathering || stream?.cork === undefined) return;
    isGathering = true;
    stream.cork();
    process.nextTick(() => {
      isGathering = false;
      stream.uncork?.();
    });
  };
}

export interface StatementNames {
  /** From now on what is run on this connection is prepared. */
  use(client: pg.PoolClient): void;
}

export function createStatementNames(): StatementNames {
  /** Empty until it is seen again. */
  const names = new Map<string, string>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined && known !== '') return known;
    if (known === undefined) {
      if (names.size < NAMES_MAX && !text.includes('*')) names.set(text, '');
      return undefined;
    }
    const name = `s_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
    return name;
  }

  return {
    use(client) {
      const query = client.query.bind(client) as Query;
      const gather = gatherer(client);
      const named: Query = (text, values, callback) => {
        gather();
        if (text === 'begin' && callback === undefined) return begin(query);
        const name = typeof text === 'string' && isFilled(values) ? nameOf(text) : undefined;
        return name === undefined ? query(text, values, callback) : query({ name, text, values }, callback);
      };
      Object.assign(client, { query: named });
    },
  };
}
