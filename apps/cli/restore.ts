import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { syncFile } from '#delivery/durable-file';
import type { Settings } from '#delivery/settings';
import { Witness } from '#event-store/sqlite/witness';
import { BackupUnusable, type Manifest, type Part, readManifest, wrongWithBackup } from './backup-folder.ts';
import { placesOf } from './backup.ts';
import { longWork, type Show } from './long-work.ts';

export function addRestore(program: Command, settings: () => Settings): void {
  program
    .command('restore')
    .description('Check a backup and put it into an empty data folder, that of the settings. The API must be stopped.')
    .argument('<backup>', 'the folder of the backup')
    .action(async (backup: string) => {
      const read = settings();
      const { events, createdAt } = await longWork((show) => restore(backup, read, show));
      console.log(
        `Restored to ${read.dataDir}: ${events} events, as they were at ${createdAt}. The views are built at the next start.`,
      );
    });
}

/** @throws BackupUnusable where the backup is not whole, or the place not empty: nothing was changed then */
async function restore(backup: string, settings: Settings, show: Show): Promise<Manifest> {
  const manifest = readManifest(backup);
  const to = placesOf(settings);
  const has = (part: Part) => manifest.files.some(({ name }) => name === part);
  refuseOccupied(settings, to);
  refuseOtherPeople(settings, backup, has('directory.db'));
  const keepSecret = existsSync(to.secret);
  if (keepSecret && has('secret') && !same(to.secret, join(backup, 'secret')))
    throw new BackupUnusable(`SECRET_FILE ${to.secret} is another secret than that of the backup: move it away first`);
  if (!keepSecret && !has('secret'))
    throw new BackupUnusable(`${backup} was made without the secret: put that back at SECRET_FILE ${to.secret} first`);
  const wrong = await wrongWithBackup(backup, show);
  if (wrong.length > 0)
    throw new BackupUnusable(
      `${backup} cannot be restored, nothing was changed:\n${wrong.join('\n')}\nTake another backup`,
    );

  process.umask(0o077);
  const order = (['secret', 'demo-clock.json', 'directory.db', 'events.db'] as const).filter(
    (part) => has(part) && !(part === 'secret' && keepSecret),
  );
  const drafts = order.map((part) => `${to[part]}.restoring`);
  try {
    for (const [index, part] of order.entries()) {
      show(`Copying ${to[part]}`, index / order.length);
      mkdirSync(dirname(to[part]), { recursive: true });
      const draft = drafts[index] ?? '';
      copyFileSync(join(backup, part), draft, constants.COPYFILE_EXCL);
      chmodSync(draft, 0o600); // whatever became of the backup's own mode
      syncFile(draft);
    }
    // From here on, and until the events are there, the system refuses to start on what is half restored.
    new Witness(to['events.db'], { position: manifest.events, event: manifest.lastEvent }).close(true);
    for (const [index, part] of order.entries()) {
      renameSync(drafts[index] ?? '', to[part]);
      syncFile(dirname(to[part]));
    }
  } catch (error) {
    for (const draft of drafts) rmSync(draft, { force: true });
    throw error;
  }
  return manifest;
}

/** People are where the views are: a backup made in one set-up is of no use in another. */
function refuseOtherPeople({ readStore }: Settings, backup: string, inBackup: boolean): void {
  if (readStore.kind === 'sqlite' && !inBackup)
    throw new BackupUnusable(`${backup} was made where people are kept in PostgreSQL: set READ_STORE to that server`);
  if (readStore.kind === 'postgres' && inBackup)
    throw new BackupUnusable(
      `${backup} holds who people are in a file, and READ_STORE is PostgreSQL: unset READ_STORE`,
    );
}

const same = (one: string, other: string): boolean => readFileSync(one).equals(readFileSync(other));

/** The secret may be there already: it is often kept apart. */
function refuseOccupied({ dataDir, secretFile }: Settings, to: Readonly<Record<Part, string>>): void {
  const own = existsSync(dataDir) ? readdirSync(dataDir).map((name) => join(dataDir, name)) : [];
  const name = basename(to['events.db']);
  const folder = dirname(to['events.db']);
  const store = existsSync(folder) ? readdirSync(folder).filter((other) => other.startsWith(name)) : [];
  const there = [...own, ...store.map((other) => join(folder, other))].find(
    (path) => resolve(path) !== resolve(secretFile),
  );
  if (there !== undefined)
    throw new BackupUnusable(
      `${there} is there: a backup is restored into an empty folder only. Move it away, or name another DATA_DIR`,
    );
}
