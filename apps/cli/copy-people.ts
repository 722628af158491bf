import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openPeople } from '#apps/api/stores';
import { loadSecret } from '#delivery/secret';
import { type Settings, SettingsError } from '#delivery/settings';
import { DirectoryUnusable } from '#directory/directory';

export function addCopyPeople(program: Command, settings: () => Settings): void {
  program
    .command('copy-people')
    .description(
      'Copy who people are from directory.db in DATA_DIR into READ_STORE, when that becomes a PostgreSQL. The API must be stopped. Done again, it changes nothing.',
    )
    .action(async () => {
      const copied = await copyPeople(settings());
      console.log(`${copied} people are in READ_STORE as they were in directory.db.`);
    });
}

/** @throws SettingsError, DirectoryUnusable; nothing was changed then */
async function copyPeople({ dataDir, readStore, secretFile }: Settings): Promise<number> {
  const path = join(dataDir, 'directory.db');
  if (readStore.kind !== 'postgres')
    throw new SettingsError(['READ_STORE is a file, beside which people stay where they are: name a postgres://…']);
  if (!existsSync(path)) throw new SettingsError([`${path} is not there: name the DATA_DIR in which it is`]);
  const secret = loadSecret(secretFile);
  await using opened = new AsyncDisposableStack();
  const file = { readStore: { kind: 'sqlite', path: '' }, dataDir } as const;
  const from = await openPeople(file, secret);
  opened.defer(() => from.close());
  const to = await openPeople({ readStore, dataDir }, secret);
  opened.defer(() => to.close());
  const entries = await from.entries();
  const others = await to.take(entries);
  if (others.length > 0)
    throw new DirectoryUnusable(
      `READ_STORE knows ${others.length} of the ${entries.length} people in ${path} as others, since somebody has signed in there before: nothing was copied. Begin with an empty schema samverk_directory (DROP SCHEMA samverk_directory CASCADE), before anybody signs in`,
    );
  return entries.length;
}
