/**
 * Keeps the views in a PostgreSQL from the events in a file, whenever it is its turn: a process to be killed or stopped.
 * Says `ready`, and `turn` and `lost` whenever it is or no longer is. Told `begin`, it begins to write something else and
 * says `begun`; told `go on`, it ends that and says `written` or `refused`. SIGTERM ends it in order.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Database } from '#postgres/database';
import { Turn } from '#postgres/turn';
import { openPostgresReadStore } from '#read-store/postgres/postgres-read-store';
import { Projector } from '#read-store/projector';
import { facts, views } from './kept-views.ts';

const [path = '', url = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const report = () => undefined;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const events = await openSqliteEventStore({ path, clock: systemClock, readOnly: true });
const turn = await Turn.open({ url, work: 'views', report });
const store = await openPostgresReadStore({ url, turn });
const notes = await Database.open({
  url,
  connections: 1,
  layout: {
    schema: 'notes',
    version: 1,
    derived: true,
    create: (connection) => connection.define('CREATE TABLE note (of text)'),
  },
});

let goOn = Promise.withResolvers<void>();
async function write(): Promise<void> {
  goOn = Promise.withResolvers();
  const writing = notes.transaction(async (connection) => {
    await connection.run("INSERT INTO note VALUES ('half')");
    say('begun');
    await goOn.promise;
  }, turn);
  await writing.then(
    () => say('written'),
    () => say('refused'),
  );
}
createInterface(process.stdin).on('line', (line) => void (line === 'begin' ? write() : goOn.resolve()));
say('ready');

while (!stop.signal.aborted) {
  const over = await turn.taken(stop.signal).catch(() => undefined);
  if (!over) break;
  const projector = await Projector.start({ events, store, views, facts, report }).catch(() => undefined);
  if (!projector) continue;
  say('turn');
  const ended = AbortSignal.any([over, stop.signal]);
  if (!ended.aborted) await once(ended, 'abort');
  await projector.stop();
  if (over.aborted) say('lost');
}
await turn.close();
process.exit();
