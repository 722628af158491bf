import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import { factsOf } from '#delivery/checks';
import { historyOf } from '#read-store/history';
import { historyForm } from '#read-store/history-rules';
import { historyName } from '#read-store/read-store';
import { foldBatch } from '#read-store/view-fold';
import { goldenContexts } from './golden.ts';

/** What a version of a view gives from the golden events: SHA-256 of both. */
interface Output {
  readonly version: number;
  readonly from: string;
  readonly gives: string;
}

const file = join(import.meta.dirname, 'view-output.json');
const kept = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Output>>;
/** Writes what is new, of a new version or from other golden events; never what a version suddenly gives otherwise. */
const write = process.env['SAMVERK_WRITE'] === '1';
const howToWrite = 'write it with: SAMVERK_WRITE=1 npm run jest -- view-output';

const found = await goldenContexts();
const events = found.flatMap(({ golden }) => golden.map(({ event }) => event)).sort((a, b) => a.position - b.position);
const facts = Object.fromEntries(factsOf(found.map(({ context }) => context)));
const digest = (value: unknown): string => hash('sha256', canonicalize(JSON.parse(JSON.stringify(value))) ?? '');

const outputs = new Map<string, Output>();
const { failures: _, ...indexed } = historyOf(events, facts);
outputs.set(historyName, { version: historyForm, from: digest(events), gives: digest(indexed) });
for (const view of found.flatMap(({ context }) => context.views)) {
  const heard = events.filter(({ type }) => view.listens.has(type));
  const { rows, gone, failures } = await foldBatch(view, [], heard);
  const gives = digest({ rows, gone, failures: failures.map(({ key, position }) => [key, position]) });
  outputs.set(view.name, { version: view.version, from: digest(heard), gives });
}

test.each([...outputs])('%s gives from the golden events what its version always gave', (name, now) => {
  const before = kept[name];
  const same = before?.version === now.version && before.from === now.from;
  if (same && before.gives !== now.gives)
    throw new Error(
      `What ${name} gives from the golden events changed. Raise ` +
        `${name === historyName ? '`historyForm` in libs/read-store/history-rules.ts' : `the version of the view ${name}`}, ` +
        `so that what is stored is built anew; then ${howToWrite}`,
    );
  if (!write && (!same || before.gives !== now.gives))
    throw new Error(`${name} is new, of a new version, or has other golden events: ${howToWrite}`);
});

test('nothing is kept of a view that is no more', () => {
  if (!write) expect(Object.keys(kept).filter((name) => !outputs.has(name))).toEqual([]);
});

afterAll(() => {
  if (!write) return;
  const written = [...outputs].map(([name, now]) => {
    const before = kept[name];
    return [name, before?.version === now.version && before.from === now.from ? before : now];
  });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(written), null, 2)}\n`);
});
