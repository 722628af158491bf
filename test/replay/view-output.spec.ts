import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import { factsOf } from '#delivery/checks';
import { historyOf } from '#read-store/history';
import { historyForm } from '#read-store/history-rules';
import { historyName } from '#read-store/read-store';
import { foldBatch } from '#read-store/view-fold';
import { goldenContexts } from './golden.ts';
import { type Made, Recorded } from './recorded.ts';

/** What each view gives from the golden events that it hears, under its version. */
const recorded = new Recorded('view-output.json');

const found = await goldenContexts();
const events = found.flatMap(({ golden }) => golden.map(({ event }) => event)).sort((a, b) => a.position - b.position);
const facts = Object.fromEntries(factsOf(found.map(({ context }) => context)));
const digest = (value: unknown): string => hash('sha256', canonicalize(JSON.parse(JSON.stringify(value))) ?? '');

const made = new Map<string, Made>();
const { failures: _, ...indexed } = historyOf(events, facts);
made.set(historyName, { version: historyForm, gives: { [digest(events)]: digest(indexed) } });
for (const view of found.flatMap(({ context }) => context.views)) {
  const heard = events.filter(({ type }) => view.listens.has(type));
  const { rows, gone, failures } = await foldBatch(view, [], heard);
  const gives = digest({ rows, gone, failures: failures.map(({ key, position }) => [key, position]) });
  made.set(view.name, { version: view.version, gives: { [digest(heard)]: gives } });
}

test.each([...made])('%s gives from the golden events what its version always gave', (name, now) => {
  recorded.compare(
    name,
    now,
    () =>
      `What ${name} gives from the golden events changed: raise ` +
      `${name === historyName ? '`historyForm` in libs/read-store/history-rules.ts' : `the version of the view ${name}`}, ` +
      'so that what is stored is built anew',
  );
});

test('every view that is recorded is one that there is', () => {
  expect(recorded.names.sort()).toEqual([...made.keys()].sort());
});
