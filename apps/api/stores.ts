import { join } from 'node:path';
import type { Secret } from '#delivery/secret';
import type { Settings } from '#delivery/settings';
import type { EventStoreAt, ReadStoreAt, ViewServer } from '#delivery/store-settings';
import type { Directory } from '#directory/directory';
import type { EventStore } from '#event-store/event-store';
import type { Check } from '#event-store/sqlite/background-check';
import type { Clock } from '#kernel/time';
import type { Turn, Work } from '#postgres/turn';
import type { ProcessStore } from '#processes/process-store';
import type { ReadStore } from '#read-store/read-store';
import type { Snapshots } from '#read-store/snapshots';
import type { Changing } from '#read-store/watched-views';

/**
 * Which adapter each setting stands for: nobody else chooses one. A driver is loaded when it is wanted, so that an
 * installation on files has none of the servers' in memory.
 */

/** Events, with what is known of them as a whole: of a file alone, since a server looks after its own. */
export type Events = EventStore & { readonly check?: Check };

export interface EventsOptions {
  readonly clock: Clock;
  /** Beside whoever writes; a server is not asked which. */
  readonly readOnly?: boolean;
  /** Asks for the check of a file that was not closed in order, and is told of its end. */
  readonly checked?: (check: Check) => void;
}

/** @throws StoreUnusable */
export async function openEvents(at: EventStoreAt, { clock, ...more }: EventsOptions): Promise<Events> {
  if (at.kind === 'kurrent') {
    const { openKurrentEventStore } = await import('#event-store/kurrent/kurrent-event-store');
    return openKurrentEventStore({ url: at.url, clock });
  }
  const { openSqliteEventStore } = await import('#event-store/sqlite/sqlite-event-store');
  const { path, maxBytes } = at;
  return openSqliteEventStore({ path, clock, ...more, ...(maxBytes !== undefined && { maxBytes }) });
}

export interface ViewsOptions {
  /** What for: see the adapters. */
  readonly access: 'keep' | 'beside' | 'read';
  /** What is written is written in this turn alone. */
  readonly turn?: Turn | undefined;
  /** How long to wait for another that writes to a file, in milliseconds. */
  readonly busyMs?: number;
}

/** @throws ReadStoreUnusable */
export async function openViews(at: ViewServer, options: ViewsOptions): Promise<ReadStore & Changing>;
export async function openViews(at: ReadStoreAt, options: ViewsOptions): Promise<ReadStore>;
export async function openViews(at: ReadStoreAt, { turn, busyMs, access }: ViewsOptions): Promise<ReadStore> {
  if (at.kind === 'postgres') {
    const { openPostgresReadStore } = await import('#read-store/postgres/postgres-read-store');
    return openPostgresReadStore({ url: at.url, access, ...(turn && { turn }) });
  }
  const { openSqliteReadStore } = await import('#read-store/sqlite/sqlite-read-store');
  return openSqliteReadStore({ path: at.path, access, ...(busyMs !== undefined && { busyMs }) });
}

/** The turn of a work on a server; of files there is one writer by itself. That it is lost is told by whoever does the work. */
export async function openTurn(at: ReadStoreAt, work: Work): Promise<Turn | undefined> {
  if (at.kind === 'sqlite') return undefined;
  const { Turn } = await import('#postgres/turn');
  return Turn.open({ url: at.url, work });
}

/** @throws ReadStoreUnusable */
export async function openSnapshots(at: ReadStoreAt): Promise<Snapshots> {
  if (at.kind === 'postgres') {
    const { openPostgresSnapshots } = await import('#read-store/postgres/postgres-snapshots');
    return openPostgresSnapshots({ url: at.url });
  }
  const { openSqliteSnapshots } = await import('#read-store/sqlite/sqlite-snapshots');
  return openSqliteSnapshots({ path: at.path });
}

/** What the processes keep lies where the views are; of files, in one of its own. @throws ProcessStoreUnusable */
export async function openProcessStore(settings: Settings, turn: Turn | undefined): Promise<ProcessStore> {
  const { readStore, dataDir } = settings;
  if (readStore.kind === 'postgres') {
    const { openPostgresProcessStore } = await import('#processes/postgres/postgres-process-store');
    return openPostgresProcessStore({ url: readStore.url, ...(turn && { turn }) });
  }
  const { openSqliteProcessStore } = await import('#processes/sqlite/sqlite-process-store');
  return openSqliteProcessStore({ path: join(dataDir, 'processes.db') });
}

/** Who people are: where the views are; of files, in one of its own. @throws DirectoryUnusable */
export async function openPeople(
  { readStore, dataDir }: { readonly readStore: ReadStoreAt; readonly dataDir: string },
  secret: Secret,
): Promise<Directory> {
  const key = secret.derive('directory');
  if (readStore.kind === 'postgres') {
    const { openPostgresDirectory } = await import('#directory/postgres/postgres-directory');
    return openPostgresDirectory({ url: readStore.url, key });
  }
  const { openSqliteDirectory } = await import('#directory/sqlite/sqlite-directory');
  return openSqliteDirectory({ path: join(dataDir, 'directory.db'), key });
}
