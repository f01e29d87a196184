/** Two versions of the program on one database, as there are while it is being updated. */
import { Kysely, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS, type Migration, migrate } from '../../src/store/migrate.ts';
import { openBackend } from '../../src/store/open.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Tables } from '../../src/store/tables.ts';
import { LASTING } from './backends.ts';
import { addressOf, begun, commitOf, inbound, openWorld, part, START } from './world.ts';

const clock = { now: () => START };

/** What a version after this one might bring. */
const LATER: Migration = {
  name: '9000-later',
  up: async (db) => {
    await db.schema.alterTable('conversations').addColumn('mood', 'text').execute();
    await db.schema
      .alterTable('outbox')
      .addColumn('weight', 'bigint', (column) => column.notNull().defaultTo(1))
      .execute();
    await db.schema.createTable('moods').addColumn('name', 'text').execute();
  },
};

async function update(url: string, migrations: readonly Migration[]): Promise<void> {
  const backend = await openBackend({ url, connections: 3 });
  const db = new Kysely<Tables>({ dialect: backend.dialect });
  await migrate(db, backend.lockMigrations, clock, migrations);
  await db.destroy();
}

describe.each(LASTING)('on $name', (backend) => {
  test('a version goes on and starts anew on tables that a later one has added to', async () => {
    const world = await openWorld(backend);
    const conversation = await begun(world);
    // One file has one process: there the later version has come and gone.
    if (backend.name === 'PostgreSQL') {
      await update(world.place.url, [...MIGRATIONS, LATER]);
    } else {
      await world.opened.close();
      await update(world.place.url, [...MIGRATIONS, LATER]);
      await world.reopen();
    }
    const turn = commitOf(conversation, [1], {
      replies: [part('one')],
      timers: [{ name: 'remind', dueAt: START, params: {} }],
    });
    expect(await world.store.commitTurn(turn)).toBe('committed');
    await world.reopen();
    expect(await world.store.receive(inbound('lin', 'after'))).toBe('stored');
    await world.engine.sweep();
    expect((await world.store.duePartsOf(conversation.id)).map(({ outbound }) => outbound.part.text)).toEqual(
      ['one'],
    );
    expect((await world.store.conversationAt(addressOf('lin')))?.version).toBe(1);
    await world.end();
  });

  test('a version does not start where a later one has taken something away', async () => {
    const world = await openWorld(backend);
    await world.opened.close();
    const gone: Migration = { name: '9001-gone.breaking', up: async () => {} };
    await update(world.place.url, [...MIGRATIONS, gone]);
    await expect(world.reopen()).rejects.toMatchObject({ code: 'bad_config' });
    await world.place.remove();
  });

  test('five processes of two versions start at once, and each migration runs once', async () => {
    if (backend.name !== 'PostgreSQL') return;
    const place = await backend.newPlace();
    await Promise.all(
      [MIGRATIONS, [...MIGRATIONS, LATER], MIGRATIONS, [...MIGRATIONS, LATER], MIGRATIONS].map((known) =>
        update(place.url, known),
      ),
    );
    const opened = await openBackend({ url: place.url, connections: 3 });
    const db = new Kysely<Tables>({ dialect: opened.dialect });
    const rows = await db.selectFrom('schema_migrations').select('name').execute();
    expect(rows).toHaveLength(MIGRATIONS.length + 1);
    await db.destroy();
    await place.remove();
  });
});

interface Column {
  readonly table: string;
  readonly name: string;
  readonly needed: number;
}

/** Columns with whether an insert that does not know them fails. */
async function columnsOf(db: Kysely<Tables>): Promise<ReadonlyMap<string, Column>> {
  const { rows } = await sql<Column>`
    select m.name as "table", c.name as name, (c."notnull" and c.dflt_value is null) as needed
      from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'
  `.execute(db);
  return new Map(rows.map((row) => [`${row.table}.${row.name}`, row]));
}

test('every migration only adds what the version before can ignore, or says in its name that it does not', async () => {
  const wrong: string[] = [];
  const backend = openSqlite(':memory:');
  const db = new Kysely<Tables>({ dialect: backend.dialect });
  await migrate(db, backend.lockMigrations, clock, MIGRATIONS.slice(0, 1));
  let before = await columnsOf(db);
  for (let count = 2; count <= MIGRATIONS.length; count += 1) {
    const { name } = MIGRATIONS[count - 1] as Migration;
    await migrate(db, backend.lockMigrations, clock, MIGRATIONS.slice(0, count));
    const after = await columnsOf(db);
    const tables = new Set([...before.values()].map(({ table }) => table));
    const taken = [...before.keys()].filter((column) => !after.has(column));
    const demanded = [...after].filter(
      ([column, { table, needed }]) => !before.has(column) && tables.has(table) && needed === 1,
    );
    if (!name.endsWith('.breaking')) {
      wrong.push(...taken.map((column) => `${name} takes ${column} away`));
      wrong.push(...demanded.map(([column]) => `${name} demands ${column}`));
    }
    before = after;
  }
  await db.destroy();
  expect(wrong).toEqual([]);
});
