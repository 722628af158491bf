import { contexts } from '#apps/api/contexts';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { historyRules } from '#read-store/history-rules';
import { historyName } from '#read-store/read-store';
import { rebuild } from '#read-store/rebuild';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';

/**
 * Rebuilds all views of a file from the events of another, beside whoever keeps them, and says a line for each batch
 * written and one when it is done: a process to be killed.
 */
const [events = '', path = ''] = process.argv.slice(2);
const views = contexts.flatMap((context) => context.views);
const facts = Object.fromEntries(factsOf(contexts));
const store = await openSqliteReadStore({ path, access: 'beside', busyMs: 30_000 });
await store.prepare(views, historyRules(facts));
const done = await rebuild({
  store,
  views,
  facts,
  events: await openSqliteEventStore({ path: events, clock: systemClock, readOnly: true }),
  names: [historyName, ...views.map(({ name }) => name)],
  batch: 500,
  progress: (part) => process.stdout.write(`${part}\n`),
  report: (error, what) => console.error(what, error),
});
process.stdout.write(`${done ? 'swapped' : 'stopped'}\n`);
process.exit();
