import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { streamsOf } from '#delivery/checks';
import { apart, changesSince, together } from '#kernel/parts';
import { belongsTo, type Stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import { goldenContexts } from './golden.ts';
import { Recorded } from './recorded.ts';

/** The states that golden events lead to, under the version of the fold that gave them. */
const recorded = new Recorded('folds.json');

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
      const gives = Object.fromEntries(
        statesOf(stream).map(([file, state]) => [file, hash('sha256', JSON.stringify(state)).slice(0, 16)]),
      );
      recorded.compare(
        category,
        { version: stream.version, gives },
        (files) =>
          `The fold of ${category} gives other states than before (${files.join(', ')}), and snapshots hold the old ones. ` +
          `Raise \`version\` to ${stream.version + 1} where its stream({ … }) is defined, and run this again.`,
      );
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
  expect(recorded.names.sort()).toEqual(streams.map(({ category }) => category).sort());
});
