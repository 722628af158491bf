import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { streamsOf } from '#delivery/checks';
import { apart, changesSince, together } from '#kernel/parts';
import { belongsTo, type Stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import { goldenContexts } from './golden.ts';

/**
 * The states that golden events lead to, each as a hash, under the version of the fold that gave them. What is new is
 * written here when the test runs, except in CI; what changed without its version never is.
 */
interface Folds {
  readonly version: number;
  readonly states: Readonly<Record<string, string>>;
}
const path = 'test/replay/folds.json';
const file = join(import.meta.dirname, 'folds.json');
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Folds>;

const contexts = await goldenContexts();
const streams = streamsOf(contexts.map(({ context }) => context));
const golden = contexts.flatMap((context) => context.golden);

/** Every state that a stream of this kind passes through in the golden events, by the file of the event that led to it. */
function statesOf(stream: Stream): [file: string, state: object][] {
  const now = new Map<string, unknown>();
  return golden
    .filter(({ event }) => belongsTo(stream, event))
    .map(({ file, event }) => {
      const state = stream.fold(now.get(event.stream) ?? stream.initial, event);
      now.set(event.stream, state);
      return [file, state as object];
    });
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each(streams.map((stream) => [stream.category, stream] as const))(
  'what the facts of %s add up to',
  (category, stream) => {
    test('is what it was at this version of the fold, since snapshots hold what it was', () => {
      const hashes = statesOf(stream).map(([file, state]) => [
        file,
        hash('sha256', JSON.stringify(state)).slice(0, 16),
      ]);
      const now = { version: stream.version, states: Object.fromEntries(hashes) as Folds['states'] };
      const then = recorded[category];
      const changed = Object.entries(then?.states ?? {}).filter(([file, state]) => now.states[file] !== state);
      if (then?.version === now.version && changed.length > 0)
        throw new Error(
          `The fold of ${category} gives other states than before (${changed.map(([file]) => file).join(', ')}), and ` +
            `snapshots hold the old ones. Raise \`version\` to ${now.version + 1} where its stream({ … }) is defined, and run this again.`,
        );
      if (JSON.stringify(then) === JSON.stringify(now)) return;
      if (process.env['CI'])
        throw new Error(`${category} is not in ${path} as it is now: run this test, and commit it`);
      recorded[category] = now;
      writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
    });

    test('comes back from its parts as it was', () => {
      for (const [, state] of statesOf(stream)) {
        const { body, tables } = apart(state);
        const keptTables = [...tables].map(([name, table]) => {
          const entries = new Map(json(table.entries()) as [string, unknown][]);
          return [name, Table.over(entries)] as const;
        });
        const back = together({ body: json(body) as Record<string, unknown>, tables: new Map(keptTables) });
        expect(json(body)).toStrictEqual(body);
        expect(JSON.stringify(back)).toBe(JSON.stringify(state));
      }
    });

    test('has its tables at the top, and changes them rather than replaces them', () => {
      const isTable = (value: unknown): boolean => value instanceof Table;
      const holdsTable = (value: unknown): boolean =>
        isTable(value) || (typeof value === 'object' && value !== null && Object.values(value).some(holdsTable));
      let before = stream.initial as object;
      for (const [, state] of statesOf(stream)) {
        const { body, tables } = apart(state);
        expect(Object.values(body).some(holdsTable)).toBe(false);
        expect([...tables.values()].flatMap((table) => table.values()).some(holdsTable)).toBe(false);
        before = state;
      }
      expect(changesSince(stream.initial as object, apart(before))).toBeDefined();
    });
  },
);

test('every fold that is recorded is one that there is', () => {
  expect(Object.keys(recorded).sort()).toEqual(streams.map(({ category }) => category).sort());
});
