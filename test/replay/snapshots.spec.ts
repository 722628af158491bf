import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inPostgres } from '#postgres/server.contract';
import { openPostgresSnapshots } from '#read-store/postgres/postgres-snapshots';
import { openSqliteSnapshots } from '#read-store/sqlite/sqlite-snapshots';
import { snapshotsContract } from './snapshots.contract.ts';

snapshotsContract('in SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'snapshots-'));
  const path = join(folder, 'views.db');
  const change = (sql: string) => {
    using db = new DatabaseSync(path);
    db.exec(sql);
  };
  return {
    readsLate: true,
    open: () => openSqliteSnapshots({ path }),
    change: async (sql) => change(sql),
    async damage(sql) {
      using db = new DatabaseSync(path);
      const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
      for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
      db.exec(sql);
      for (const { sql } of triggers) db.exec(String(sql));
    },
    async writing(_, work) {
      using other = new DatabaseSync(path);
      other.exec('BEGIN IMMEDIATE');
      await work();
      other.exec('ROLLBACK');
    },
    remove: () => rm(folder, { recursive: true }),
  };
});

inPostgres('in PostgreSQL', (database) => {
  const here = 'SET search_path TO samverk_snapshots;';
  snapshotsContract('snapshots', async () => ({
    readsLate: false,
    open: () => openPostgresSnapshots({ url: database.url }),
    change: async (sql) => void (await database.sql(`${here} ${sql}`)),
    damage: async (sql) => void (await database.sql(`${here} SET session_replication_role TO replica; ${sql}`)),
    writing: (stream, work) =>
      database.meanwhile(`SELECT pg_advisory_lock(x'536d7603'::int, hashtext('${stream}'))`, work),
    remove: () => database.forget('samverk_snapshots'),
  }));
});
