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

/**
 * What a version of a view gives from the golden events: SHA-256 of both. What is new, of a new version or from other
 * golden events is written here when the test runs, except in CI; what a version suddenly gives otherwise never is.
 */
interface Output {
  readonly version: number;
  readonly from: string;
  readonly gives: string;
}

const file = join(import.meta.dirname, 'view-output.json');
const kept = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Output>>;
const inCi = Boolean(process.env['CI']);

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
      `What ${name} gives from the golden events changed: raise ` +
        `${name === historyName ? '`historyForm` in libs/read-store/history-rules.ts' : `the version of the view ${name}`}, ` +
        'so that what is stored is built anew',
    );
  if (inCi && !same) throw new Error(`${name} is new, of a new version, or has other golden events: commit ${file}`);
});

test('nothing is kept of a view that is no more', () => {
  if (inCi) expect(Object.keys(kept).filter((name) => !outputs.has(name))).toEqual([]);
});

afterAll(() => {
  if (inCi) return;
  const written = [...outputs].map(([name, now]) => {
    const before = kept[name];
    return [name, before?.version === now.version && before.from === now.from ? before : now];
  });
  const text = `${JSON.stringify(Object.fromEntries(written), null, 2)}\n`;
  if (text !== readFileSync(file, 'utf8')) writeFileSync(file, text);
});
