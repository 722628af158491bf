import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { inPostgres } from '#postgres/server.contract';
import { directoryContract, key } from '../directory.contract.ts';
import { DirectoryUnusable } from '../directory.ts';
import { openPostgresDirectory } from './postgres-directory.ts';

inPostgres('in PostgreSQL', (database) => {
  directoryContract('a directory', async () => ({
    open: (under) => openPostgresDirectory({ url: database.url, key: under }),
    remove: () => database.forget('samverk_directory'),
  }));

  test('neither issuer nor subject is in the tables, nor a plain hash of them', async () => {
    const [issuer, subject] = ['https://id.example', '19121212-1212'];
    const directory = await openPostgresDirectory({ url: database.url, key });
    const ref = await directory.personRef(issuer, subject);
    await directory.close();
    const rows = await database.sql<{ row: string }>('SELECT person::text AS row FROM samverk_directory.person');
    const hashed = [subject, `${issuer}\0${subject}`].map((text) => createHash('sha256').update(text).digest('hex'));
    expect(rows.some(({ row }) => row.includes(ref))).toBe(true);
    for (const { row } of rows) for (const plain of [issuer, subject, ...hashed]) expect(row).not.toContain(plain);
    await database.forget('samverk_directory');
  });

  test('tables that another version of the program made are refused, and left as they are', async () => {
    await (await openPostgresDirectory({ url: database.url, key })).close();
    await database.sql("COMMENT ON SCHEMA samverk_directory IS 'Samverk, layout 2'");
    const refused = openPostgresDirectory({ url: database.url, key });
    await expect(refused).rejects.toThrow(DirectoryUnusable);
    await expect(refused).rejects.toThrow(/another version of the program \(layout 2; this one knows 1\)/);
    expect(await database.sql('SELECT 1 FROM samverk_directory.secret_check')).toHaveLength(1);
    await database.forget('samverk_directory');
  });
});
