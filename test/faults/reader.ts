/** Follows the store in the file it is given, and says each event in a line: its position and its id. */
import { writeSync } from 'node:fs';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';

const [path = ''] = process.argv.slice(2);
const store = await openSqliteEventStore({ path, clock: { now: () => '' }, readOnly: true });
for await (const { events } of store.subscribe({ after: 0, batch: 50 }))
  for (const { position, id } of events) writeSync(1, `${position} ${id}\n`);
