import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Settings, SettingsError } from '#delivery/settings';
import { isBackup, wrongWithBackup } from './backup-folder.ts';
import { longWork, type Show } from './long-work.ts';
import { directoryWayOut, wrongWithEvents, wrongWithFile } from './sound.ts';

export function addFsck(program: Command, settings: () => Settings): void {
  program
    .command('fsck')
    .description(
      'Check the whole of the stores: every page, index and event. Runs beside the API and changes nothing. Ends with 1 when something is wrong.',
    )
    .argument('[backup]', 'a backup to check instead, against its manifest as well')
    .action(async (backup: string | undefined) => {
      const problems = await longWork((show) =>
        backup === undefined ? wrongWith(settings(), show) : wrongIn(backup, show),
      );
      for (const problem of problems) console.error(problem);
      if (problems.length === 0) return console.log('All is sound.');
      console.error(
        backup === undefined
          ? 'Nothing was changed. Stop the API, keep a copy of the folder as it is, and restore the last good backup (samverk restore --help).'
          : 'Nothing was changed. Take another backup.',
      );
      process.exitCode = 1;
    });
}

async function wrongIn(backup: string, show: Show): Promise<readonly string[]> {
  return isBackup(backup) ? wrongWithBackup(backup, show) : [`${backup} is no backup: it has no manifest`];
}

/** What is in files: of a server, says who looks after it. */
async function wrongWith(settings: Settings, show: Show): Promise<readonly string[]> {
  const { dataDir, eventStore, readStore } = settings;
  const [eventsAt, viewsAt] = [eventStore, readStore].map((at) => (at.kind === 'sqlite' ? at.path : undefined));
  const servers = [
    ...(eventsAt === undefined ? [ofEventServer] : []),
    ...(viewsAt === undefined ? [ofViewServer] : []),
  ];
  if (servers.length === 2) throw new SettingsError([`There is no file to check here. ${servers.join(' ')}`]);
  for (const server of servers) console.error(server);
  const wayOut = 'stop the API and remove it; it is built anew from the events at the next start';
  const rebuilt = viewsAt === undefined ? [] : [viewsAt, join(dataDir, 'processes.db')];
  return [
    ...(eventsAt === undefined ? [] : await wrongWithEvents(eventsAt, show)),
    ...(viewsAt === undefined ? [] : wrongWithFile(join(dataDir, 'directory.db'), directoryWayOut, show)),
    ...rebuilt.filter((path) => existsSync(path)).flatMap((path) => wrongWithFile(path, wayOut, show)),
  ];
}

const ofEventServer =
  'EVENT_STORE is a server, which verifies its own files: see its log and its own documentation. A backup of it is checked by restoring it elsewhere (docs/servers.md).';
const ofViewServer =
  'READ_STORE is PostgreSQL, which checks its own files (pg_amcheck, data checksums). Views in doubt are built anew: samverk rebuild.';
