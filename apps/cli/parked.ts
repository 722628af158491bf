import type { Command } from 'commander';
import type { Settings } from '#delivery/settings';
import type { StoredEvent } from '#kernel/envelope';
import { retryParked } from '#read-store/parking';
import { CheckpointMoved, type Parked } from '#read-store/read-store';
import { type Beside, beside, chosen, NotThere } from './beside.ts';
import { rebuilt } from './rebuild.ts';

export function addParked(program: Command, settings: () => Settings): void {
  const parked = program
    .command('parked')
    .description('List the events that a view could not take in, and those that wait behind them. Runs beside the API.')
    .action(() => beside(settings(), list));
  parked
    .command('show')
    .description('Show a parked event, and in which views it waits and why.')
    .argument('<event>', 'id of the event')
    .option('--data', 'its data as well, which may be confidential')
    .action((id: string, { data = false }: { data?: boolean }) =>
      beside(settings(), (stores) => show(stores, id, data)),
    );
  parked
    .command('replay')
    .description(
      'Try again now what is parked, after a fix. An event whose rows could not be told has its view rebuilt.',
    )
    .argument('[view]', 'only of this view')
    .action((view: string | undefined) =>
      beside(settings(), (stores) => {
        if (view !== undefined) chosen([view], stores.views);
        return replay(stores, view);
      }),
    );
}

/** What is parked, each with its event. */
async function found({ store, events }: Beside): Promise<{ readonly parked: Parked; readonly event: StoredEvent }[]> {
  const all = await store.parked();
  const read = new Map((await events.at(all.map(({ position }) => position))).map((event) => [event.position, event]));
  return all.flatMap((parked) => {
    const event = read.get(parked.position);
    return event ? [{ parked, event }] : [];
  });
}

async function list(stores: Beside): Promise<void> {
  const all = await found(stores);
  if (all.length === 0) return console.log('Nothing is parked.');
  for (const { parked, event } of all)
    console.log(
      `${parked.view} ${parked.key}\n  ${event.type} ${event.id}, recorded ${event.recordedAt}\n  ${parked.error}`,
    );
  console.log(`\n${all.length} parked. After a fix: samverk parked replay`);
}

async function show(stores: Beside, id: string, withData: boolean): Promise<void> {
  const all = (await found(stores)).filter(({ event }) => event.id === id);
  const [first] = all;
  if (!first) throw new NotThere(`No event ${id} is parked: samverk parked lists those that are.`);
  const { data, ...envelope } = first.event;
  console.log(JSON.stringify(withData ? first.event : { ...envelope, data: Object.keys(data) }, null, 2));
  for (const { parked } of all) console.log(`\n${parked.view} ${parked.key}\n  ${parked.error}`);
}

/** More may be parked, or a view swapped in, while this works: it is seen, and tried once more. */
async function replay(stores: Beside, only: string | undefined): Promise<void> {
  const { store, events } = stores;
  const waiting = async () => (await store.parked()).filter(({ view }) => only === undefined || view === only).length;
  const before = await waiting();
  for (let left = before, was = Infinity; left > 0 && left < was;) {
    was = left;
    try {
      const anew = await retryParked(stores, events, only);
      if (anew.length > 0) await rebuilt(stores, anew);
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
      was = Infinity;
    }
    left = await waiting();
  }
  const after = await waiting();
  console.log(`${Math.max(0, before - after)} taken in, ${after} still parked.`);
  if (after > 0) process.exitCode = 1;
}
