import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInstant, type Clock, type Instant } from '#kernel/time';
import type { EventStore } from '#event-store/event-store';
import type { Alarm } from '#processes/runner';
import { isCode, replaceFile } from './durable-file.ts';
import { SettingsError } from './settings.ts';

/** The real time, in UTC, to the millisecond. */
export const systemClock: Clock = { now: () => new Date().toISOString() };

/** So long at most does an alarm sleep: a wall clock that was changed is noticed then. */
const longestSleepMs = 60_000;

/** Rings by the real time, or after a minute, whichever comes first. It keeps no process alive. */
export const systemAlarm: Alarm = (at, ring) => {
  const timer = setTimeout(ring, Math.min(Math.max(Date.parse(at) - Date.now(), 0), longestSleepMs)).unref();
  return () => clearTimeout(timer);
};

/** The clock of a demo: it stands still until it is moved, and lives in the data folder. */
export interface DemoClock extends Clock {
  /** Sets the time, for this process and every later one. @throws RangeError for what is no instant, or is earlier than now */
  moveTo(instant: Instant): void;
}

/** Where a new demo begins: the first working day of the mandate. */
export const demoStart: Instant = '2017-01-02T08:00:00.000Z';

const clockFile = (dataDir: string) => join(dataDir, 'demo-clock.json');
const isThere = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * The demo clock of a data folder, made where there is none. Open it before the directory: a folder that has people and
 * no such clock is not a demo's.
 * @throws SettingsError for a folder that was not made in demo mode, or a damaged clock
 */
export function openDemoClock(dataDir: string): DemoClock {
  const path = clockFile(dataDir);
  let now = readClock(path) ?? begin(dataDir, path);
  return {
    now: () => now,
    moveTo(instant) {
      if (!isInstant(instant)) throw new RangeError('A clock moves to an instant: expected YYYY-MM-DDThh:mm:ss.sssZ');
      if (instant < now) throw new RangeError(`The clock stands at ${now} and moves forwards only, not to ${instant}`);
      if (instant === now) return;
      write(path, instant);
      now = instant;
    },
  };
}

/** In any mode but demo: made-up time and real time must not meet in one history. @throws SettingsError */
export function refuseDemoClock(dataDir: string): void {
  const path = clockFile(dataDir);
  if (isThere(path))
    throw new SettingsError([
      `DATA_DIR ${dataDir} was made in demo mode (${path}): name another folder, or unset OIDC_ISSUER to run the demo again`,
    ]);
}

/**
 * The same for a history on a server, where no folder tells the two apart: a demo's begins when every demo does, before
 * there was this program. @throws SettingsError
 */
export async function refuseOtherTime(
  store: Pick<EventStore, 'readAll' | 'at' | 'head'>,
  demoClock: Clock | undefined,
): Promise<void> {
  const [first] = await store.readAll({ after: 0, limit: 1 });
  if (!first) return;
  const ofDemo = first.recordedAt === demoStart;
  if (!demoClock && ofDemo)
    throw new SettingsError([
      'EVENT_STORE holds the events of a demo: name another server, or unset OIDC_ISSUER to run the demo again',
    ]);
  if (!demoClock) return;
  if (!ofDemo)
    throw new SettingsError([
      'EVENT_STORE holds events that were not made in demo mode: set OIDC_ISSUER, or name another server for the demo',
    ]);
  const [last] = await store.at([await store.head()]);
  if (last && last.recordedAt > demoClock.now())
    throw new SettingsError([
      `EVENT_STORE holds events of a demo that are later than its clock in DATA_DIR (${demoClock.now()}): name the DATA_DIR of that demo, or another server`,
    ]);
}

function begin(dataDir: string, path: string): Instant {
  if (isThere(join(dataDir, 'directory.db')))
    throw new SettingsError([
      `DATA_DIR ${dataDir} was not made in demo mode: set OIDC_ISSUER, or name another folder for the demo`,
    ]);
  write(path, demoStart);
  return demoStart;
}

const write = (path: string, now: Instant) => replaceFile(path, `${JSON.stringify({ now })}\n`);

function readClock(path: string): Instant | undefined {
  try {
    const { now } = JSON.parse(readFileSync(path, 'utf8')) as { now?: unknown };
    if (isInstant(now)) return now;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
  }
  throw new SettingsError([
    `${path} holds no demo clock: expected {"now":"${demoStart}"}, not earlier than the last event, or delete the demo's folder to begin anew`,
  ]);
}
