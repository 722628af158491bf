import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { backup as copyPages, DatabaseSync } from 'node:sqlite';
import type { Command } from 'commander';
import { systemClock } from '#delivery/clock';
import { syncFile } from '#delivery/durable-file';
import { type Settings, SettingsError } from '#delivery/settings';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { BackupUnusable, described, endOf, manifestText, type Part, wrongWithBackup } from './backup-folder.ts';
import { longWork, type Show } from './long-work.ts';

export function addBackup(program: Command, settings: () => Settings): void {
  program
    .command('backup')
    .description(
      'Copy all that is kept into a new folder, beside a running API, and check the copy. The views are left out: they are rebuilt.',
    )
    .argument('<folder>', 'where to; must not be there yet')
    .option('--without-secret', 'leave the secret out: keep it elsewhere, a backup is of no use without it')
    .action(async (folder: string, { withoutSecret }: { withoutSecret?: boolean }) => {
      const read = settings();
      const { events } = await longWork((show) => backUp(read, folder, withoutSecret !== true, show));
      console.log(
        `${folder}: ${events} events, checked. ` +
          (withoutSecret === true
            ? 'The secret is not in it: keep a copy of SECRET_FILE elsewhere.'
            : 'The secret of the installation is in it: keep it where nobody else reads.') +
          (read.readStore.kind === 'postgres' ? ` Who people are is not in it: ${peopleInPostgres}.` : ''),
      );
    });
}

/**
 * Makes a backup of what is kept while others write: what it holds is the state at one moment after it began. It is made
 * under another name, checked as a whole, and gets its own name at the end.
 * @throws BackupUnusable, StoreUnusable, or when it was stopped: nothing is left of it then
 */
async function backUp(
  settings: Settings,
  folder: string,
  withSecret: boolean,
  show: Show,
): Promise<{ events: number }> {
  const draft = `${folder}.part`;
  const from = placesOf(settings);
  const inPostgres = settings.readStore.kind === 'postgres';
  begin(folder, draft);
  try {
    // A store from which acknowledged events are missing is refused here.
    await (await openSqliteEventStore({ path: from['events.db'], clock: systemClock, readOnly: true })).close();
    // A person enters the directory before any event: what is copied later knows everyone who is in what came before.
    const taken: Part[] = inPostgres ? ['events.db'] : ['events.db', 'directory.db'];
    for (const part of taken) await copyDatabase(from[part], join(draft, part), show);
    for (const part of ['demo-clock.json', 'secret'] as const) {
      if (part === 'secret' ? !withSecret : !existsSync(from[part])) continue;
      copyFileSync(from[part], join(draft, part));
      chmodSync(join(draft, part), 0o600);
      taken.push(part);
    }
    for (const part of taken) syncFile(join(draft, part));
    const files = await Promise.all(taken.map((part) => described(join(draft, part), part)));
    const end = endOf(join(draft, 'events.db'));
    const about = { backup: 1, version: ownVersion(), createdAt: systemClock.now(), ...end, files } as const;
    const manifest = { ...about, ...(inPostgres && { people: 'elsewhere' as const }) };
    writeFileSync(join(draft, 'manifest.json'), manifestText(manifest), { flush: true });
    const wrong = await wrongWithBackup(draft, show);
    if (wrong.length > 0) throw new BackupUnusable(`The copy is not sound. ${wrong.join('\n')}`);
    renameSync(draft, folder);
    syncFile(join(folder, '..'));
    return end;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

function begin(folder: string, draft: string): void {
  process.umask(0o077); // for its owner alone, as the data folder
  if (existsSync(folder)) throw new BackupUnusable(`${folder} is there already: name a folder that is not`);
  if (existsSync(draft))
    throw new BackupUnusable(`${draft} is there: a backup is being made, or one was killed. Remove it in that case`);
  mkdirSync(draft, { recursive: true });
}

/** Where each part of a backup has its place in an installation. @throws SettingsError when its events are on a server */
export function placesOf({ dataDir, eventStore, readStore, secretFile }: Settings): Readonly<Record<Part, string>> {
  const directory = join(dataDir, 'directory.db');
  if (eventStore.kind !== 'sqlite')
    throw new SettingsError([
      `EVENT_STORE is a server: it is backed up and restored by its own means (docs/servers.md). Beside it keep a copy of SECRET_FILE ${secretFile}, and of who people are: ${readStore.kind === 'sqlite' ? directory : peopleInPostgres}`,
    ]);
  return {
    'events.db': eventStore.path,
    'directory.db': directory,
    'demo-clock.json': join(dataDir, 'demo-clock.json'),
    secret: secretFile,
  };
}

/** How to keep what PostgreSQL has that no event gives. */
const peopleInPostgres = 'pg_dump --schema=samverk_directory of READ_STORE';

/**
 * Copies a database as it stands at one moment: the transaction keeps what others write meanwhile out of sight. Their
 * log grows until it ends.
 */
async function copyDatabase(from: string, to: string, show: Show): Promise<void> {
  if (!existsSync(from)) throw new BackupUnusable(`${from} is not there: nothing can be backed up`);
  show(`Copying ${from}`, 0);
  using source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  source.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  await copyPages(source, to, {
    progress: ({ totalPages, remainingPages }) => show(`Copying ${from}`, 1 - remainingPages / totalPages),
  });
  using copy = new DatabaseSync(to);
  copy.exec('PRAGMA journal_mode = DELETE'); // one file, to which looking at it adds no others
}

const ownVersion = (): string =>
  (createRequire(import.meta.url)('#root/package.json') as { readonly version: string }).version;
