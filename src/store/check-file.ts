/** Whether a copy of the embedded database is whole, page by page, without changing it. */
import { DatabaseSync } from 'node:sqlite';

/** What SQLite finds wrong; empty when nothing is. */
export function checkFile(file: string): readonly string[] {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const rows = database.prepare('pragma integrity_check(20)').all();
    return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    database?.close();
  }
}
