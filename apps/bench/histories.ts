import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '#apps/api/contexts';
import { factsOf } from '#delivery/checks';
import type { EventStore } from '#event-store/event-store';
import { Projector } from '#read-store/projector';
import { historyName } from '#read-store/read-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import type { Engine, Place } from './engine.ts';
import { history } from './mandate-history.ts';
import type { Recorded } from './recorded.ts';
import type { Bench } from './rounds.ts';
import { atRest, type Started } from './scratch.ts';

/** A data folder with so many events, made for this run; building it is not measured. */
export interface History {
  readonly events: number;
  readonly folder: string;
  readonly place: Place;
}

export const viewsOf = ({ folder }: History): string => join(folder, 'views.db');

/** Made-up mandates, their views, and beside them the demo with its people. */
export async function historyOf(bench: Bench, engine: Engine, events: number): Promise<History> {
  const built = await emptyHistory(bench, engine, `${events}-events`, events);
  const store = await built.place.open();
  await append(bench, store, history(events), events);
  bench.progress.show(`making the views of ${events.toLocaleString('en')} events`, 0);
  await makeViews(store, viewsOf(built));
  await store.close();
  await visit(bench, built);
  return built;
}

/** A data folder of a name, and a place for its events. */
export async function emptyHistory({ scratch }: Bench, engine: Engine, name: string, events = 0): Promise<History> {
  const folder = scratch.folderFor(name);
  return { events, folder, place: await engine.placeIn(scratch, folder) };
}

/** Appends in groups that share a transaction, whatever stream each event is for. */
export async function append({ progress }: Bench, store: EventStore, all: Iterable<Recorded>, of: number) {
  let group: Recorded[] = [];
  let written = 0;
  const write = async () => {
    await Promise.all(group.map(({ stream, event }) => store.append(stream, [event], 'any')));
    written += group.length;
    progress.show(`writing ${of.toLocaleString('en')} events`, written / of);
    group = [];
  };
  for (const recorded of all) if (group.push(recorded) === 1_000) await write();
  await write();
}

/**
 * From an empty read store until every view of every context, and the index of history, holds all events. Gives how many.
 * @throws Error when an event could not be folded: such a figure would mean nothing
 */
export async function makeViews(events: EventStore, path: string): Promise<number> {
  const store = await openSqliteReadStore({ path });
  const head = await events.head();
  const failed = Promise.withResolvers<never>();
  const projector = await Projector.start({
    events,
    store,
    views: contexts.flatMap(({ views }) => views),
    facts: Object.fromEntries(factsOf(contexts)),
    report: (cause, what) => failed.reject(new Error(what, { cause })),
  });
  try {
    await Promise.race([projector.reached(head, Infinity), failed.promise]);
    await projector.stop();
    return (await store.checkpoints()).get(historyName)?.heard.count ?? 0;
  } finally {
    await projector.stop();
    await store.close();
  }
}

/** Starts the whole server on a folder, in a process of its own, as it is started by hand; it is ready then. */
export async function serving(
  { scratch }: Bench,
  { folder, place }: Pick<History, 'folder' | 'place'>,
): Promise<Started> {
  const unhurried = { RATE_PER_PERSON: '0', RATE_PER_ADDRESS: '0' }; // one caller stands for many here
  const env = { DATA_DIR: folder, PORT: '0', HOST: '127.0.0.1', LOG_FORMAT: 'json', ...place.settings, ...unhurried };
  const started = await scratch.start('#apps/api/main', env);
  const ready = new URL('/health/ready', started.url);
  for (;;) {
    const { status } = await fetch(ready);
    if (status === 200) return started;
  }
}

/** Starts the server on a folder and stops it when the demo is loaded and all events are gone through. */
export async function visit(bench: Bench, history: History): Promise<void> {
  const { process } = await serving(bench, history);
  await atRest(process);
  await bench.scratch.stop(process);
}

/** The token of a role of the demo that was served from a folder. */
export function tokenOf({ folder }: Pick<History, 'folder'>, role: string): string {
  const tokens = JSON.parse(readFileSync(join(folder, 'demo-tokens.json'), 'utf8')) as Record<string, string>;
  const token = tokens[role];
  if (token === undefined) throw new Error(`the demo has no token for ${role}`);
  return token;
}
