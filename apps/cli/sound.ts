import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { checkWhole } from '#event-store/sqlite/check';
import type { Show } from './long-work.ts';

/** What is wrong with an event store as a whole; reads beside whoever writes to it. */
export async function wrongWithEvents(path: string, show: Show): Promise<readonly string[]> {
  const check = checkWhole(path);
  for (let step = check.next(); ; step = check.next()) {
    if (step.done) return step.value.map((problem) => (problem.startsWith(path) ? problem : `${path}: ${problem}`));
    show(step.value.doing, step.value.part);
    await turn(); // whoever stops this is heard
  }
}

/** What SQLite finds wrong with another of the files; reads beside whoever writes to it. */
export function wrongWithFile(path: string, wayOut: string, show: Show): readonly string[] {
  show(`Checking ${path}`, 0);
  if (!existsSync(path)) return [`${path} is not there: ${wayOut}`];
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    const rows = db.prepare('PRAGMA integrity_check(5)').all();
    return rows
      .map((row) => String(row['integrity_check']))
      .filter((found) => found !== 'ok')
      .map((found) => `${path}: it is damaged (${found}): ${wayOut}`);
  } catch (error) {
    return [`${path}: ${String(error).replace(/^Error: /, '')}: ${wayOut}`];
  }
}

export const directoryWayOut = 'put it back from a backup; without it everyone is a new person without roles';
