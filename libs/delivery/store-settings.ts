import { join, resolve } from 'node:path';

/** A file of an embedded store. */
export interface SqliteFile {
  readonly kind: 'sqlite';
  readonly path: string;
  /** The events may take so many bytes; beyond it is as if the disk were full. */
  readonly maxBytes?: number;
}

/** EventStoreDB or KurrentDB, by its connection string: it may hold a password, and is shown to nobody. */
export interface EventServer {
  readonly kind: 'kurrent';
  readonly url: string;
}

/** PostgreSQL, by its connection string: it may hold a password, and is shown to nobody. */
export interface ViewServer {
  readonly kind: 'postgres';
  readonly url: string;
}

export type EventStoreAt = SqliteFile | EventServer;
export type ReadStoreAt = SqliteFile | ViewServer;

/** Every store by itself, and whoever serves keeps the views and runs the processes as well. */
export interface WorkersInside {
  readonly workers: 'inside';
  readonly eventStore: EventStoreAt;
  readonly readStore: ReadStoreAt;
}

/** Views, processes and timers are left to `apps/worker`: what several processes write at once has to be on servers. */
export interface WorkersApart {
  readonly workers: 'apart';
  readonly eventStore: EventServer;
  readonly readStore: ViewServer;
}

/** Rows of the table of settings. */
export const storeRows = {
  EVENT_STORE: [
    'sqlite:DATA_DIR/events.db',
    'Where the events are: the truth. A file, or EventStoreDB or KurrentDB by its connection string.',
    'sqlite:PATH, or esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover:// and a host',
  ],
  READ_STORE: [
    'sqlite:DATA_DIR/views.db',
    'Where the views are; rebuilt from the events when lost. In PostgreSQL lie also what processes keep, snapshots, and who is behind a person: that alone is not rebuilt.',
    'sqlite:PATH, or postgres:// and a host, with the name of a database',
  ],
  WORKERS: [
    'inside',
    'Who keeps the views and runs processes and timers: the API itself, or apps/worker.',
    'inside, or apart when EVENT_STORE and READ_STORE are servers and OIDC_ISSUER is set',
  ],
} as const;

/** How the table of settings is read: see `readSettings`. */
export interface Reading {
  read<T>(name: keyof typeof storeRows, fallback: T, parse: (text: string) => T | undefined): T;
  /** What was found under a name, as it may be shown. */
  found(name: keyof typeof storeRows): string;
  problem(says: string): void;
}

/**
 * Where the stores are, and who keeps what follows from the events. `demo`: whether the clock is that of one process.
 * Gives the stores `apart` as well when that is asked for and can be.
 */
export function readStores(
  { read, found, problem }: Reading,
  dataDir: string,
  demo: boolean,
): { readonly inside: WorkersInside; readonly apart?: WorkersApart } {
  const file = (name: string): SqliteFile => ({ kind: 'sqlite', path: join(dataDir, name) });
  const eventStore = read<EventStoreAt>('EVENT_STORE', file('events.db'), (text) =>
    eventServer.test(text) ? { kind: 'kurrent', url: text } : sqliteFile(text),
  );
  const readStore = read<ReadStoreAt>('READ_STORE', file('views.db'), (text) =>
    isViewServer(text) ? { kind: 'postgres', url: text } : sqliteFile(text),
  );
  const files = [eventStore, readStore].flatMap((at) => (at.kind === 'sqlite' ? [resolve(at.path)] : []));
  if (files.length === 2 && files[0] === files[1])
    problem(`${found('READ_STORE')}: expected another file than that of EVENT_STORE`);

  const inside: WorkersInside = { workers: 'inside', eventStore, readStore };
  if (read('WORKERS', 'inside', (text) => who.find((one) => one === text)) === 'inside') return { inside };
  const shared = 'which several processes share, or WORKERS=inside';
  if (eventStore.kind === 'sqlite')
    problem(`${found('EVENT_STORE')}, and WORKERS is apart: expected EventStoreDB or KurrentDB (esdb://…), ${shared}`);
  if (readStore.kind === 'sqlite')
    problem(`${found('READ_STORE')}, and WORKERS is apart: expected PostgreSQL (postgres://…), ${shared}`);
  if (demo)
    problem(
      `${found('WORKERS')}, and OIDC_ISSUER is not set: expected an OIDC_ISSUER, or WORKERS=inside for demo mode, whose clock is that of one process`,
    );
  if (demo || eventStore.kind === 'sqlite' || readStore.kind === 'sqlite') return { inside };
  return { inside, apart: { workers: 'apart', eventStore, readStore } };
}

const who = ['inside', 'apart'] as const;

/** User and password, hosts, options. */
const eventServer = /^(?:esdb|kurrentdb)(?:\+discover)?:\/\/(?:\S*@)?[\w.:,[\]-]+\/?(?:\?\S*)?$/;

function isViewServer(text: string): boolean {
  return /^postgres(?:ql)?:\/\/\S+$/.test(text) && (URL.parse(text)?.pathname ?? '').length > 1;
}

/** A plain path: SQLite itself would take `:memory:` and `file:` for something else, and a second slash loses a folder. */
function sqliteFile(text: string): SqliteFile | undefined {
  const path = /^sqlite:((?!:|file:|\/\/).+)$/s.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'sqlite', path };
}
