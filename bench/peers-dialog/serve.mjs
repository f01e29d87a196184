/**
 * What every system under measurement looks like from outside: lines `{c, n, text}` on standard input (the
 * n-th message of conversation c), a line `{c, n, reply}` for each once it is durable, `{ready: true}` first.
 * `{stats: true}` is answered by the memory the process uses, `{count: c}` by how often c was handed over.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

export const dir = process.argv[2];

/**
 * @param {(c: string, n: number, text: string) => Promise<string>} answer
 * @param {(c: string) => Promise<number>} [acts] how often a conversation was handed over, by whoever does not use `handOver`
 */
export function serve(answer, acts) {
  const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { c, n, text, stats, count } = JSON.parse(line);
    if (stats) return tell({ rss: process.memoryUsage().rss });
    if (count !== undefined)
      return (acts?.(count) ?? Promise.resolve(handedOver(count))).then((acts) => tell({ count, acts }));
    answer(c, n, text).then(
      (reply) => tell({ c, n, reply }),
      (error) => tell({ c, n, reply: `failed: ${error.message}` }),
    );
  });
  process.stdin.on('end', () => process.exit(0));
  tell({ ready: true });
}

/** The world outside: somebody to whom the conversation is handed. Counted in the end, twice is one too many. */
export function handOver(c) {
  appendFileSync(join(dir, 'acts.log'), `${c}\n`);
}

function handedOver(c) {
  const file = join(dir, 'acts.log');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line === c).length
    : 0;
}

export const SAYS = ['哪个城市参保？', '是同一个省吗？', '绑定有多久了？', '已为您转人工。'];

/** Keys and values in SQLite, as durable as ours: write-ahead log, every commit synced. */
export function openValues(name) {
  const db = new DatabaseSync(join(dir, `${name}.sqlite`));
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma locking_mode = exclusive');
  db.exec('create table if not exists kept (key text primary key, value text not null)');
  const read = db.prepare('select value from kept where key = ?');
  const write = db.prepare(
    'insert into kept (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  );
  const remove = db.prepare('delete from kept where key = ?');
  return {
    read(key) {
      const row = read.get(key);
      return row === undefined ? undefined : JSON.parse(row.value);
    },
    write: (key, value) => void write.run(key, JSON.stringify(value)),
    remove: (key) => void remove.run(key),
  };
}
