import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, execute, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { facts } from '#kernel/facts';
import { id } from '#kernel/fields';
import type { Row, View } from '#kernel/view';
import { view } from '#kernel/view';
import type { ReadStore } from '#read-store/read-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { opaqueTokens } from '#delivery/opaque';
import { type Caller, publicCaller } from '#delivery/people';
import { shippedTable } from '#delivery/platform';
import { Reader } from '#delivery/reader';
import { withReferences } from '#delivery/references';
import { secretOf } from '#delivery/secret';
import { shown, Sight } from '#delivery/sight';

const org = '11111111-1111-4111-8111-111111111111';
const officer: Caller = { person: 'anna', grants: [{ role: 'FINANCE', org, for: org }], organisations: [org] };
const row = { noteId: id('The note.'), boxId: id('The box.') };
const none = facts({});
const head = { version: 1, says: 'A row.', of: none, row };
const body = { on: {}, filters: [], orders: [] };
const notes = view(
  { ...head, name: 'note', type: 'Note', one: 'note', many: 'notes' },
  { ...body, key: 'noteId', seen: { class: 'PUBLIC' }, refs: { box: ['boxId', 'Box'] } },
);
const boxes = view(
  { ...head, name: 'box', type: 'Box', one: 'box', many: 'boxes' },
  { ...body, key: 'boxId', seen: { class: 'FINANCE' } },
);
const views: readonly View[] = [notes, boxes];

/** Readings of the read store, by view. */
const readings: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'samverk-references-'));
let stores: { close(): Promise<void> }[] = [];
let schema: GraphQLSchema;

beforeAll(async () => {
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  const store = await openSqliteEventStore({ path: join(folder, 'events.db'), clock });
  const readStore = await openSqliteReadStore({ path: join(folder, 'views.db') });
  stores = [store, readStore];
  await readStore.prepare(views);
  await readStore.begin(['box', 'note']);
  const stored = (key: string, values: Row, parties: string) => ({
    ...{ key, body: values, guard: { release: null, at: 1, parties }, columns: {}, moved: true },
  });
  const rows = [
    { view: 'box', rows: ['a', 'b'].map((boxId) => stored(boxId, { noteId: '-', boxId }, `|C:${org}|`)), gone: [] },
    {
      view: 'note',
      rows: ['a', 'b', 'a', 'nowhere'].map((boxId, n) => stored(`${n}`, { noteId: `${n}`, boxId }, '|')),
      gone: [],
    },
  ];
  await readStore.next.commit({ views: rows, history: [], releases: [], parked: [], freed: [], checkpoints: [] });
  await readStore.swap(['box', 'note']);

  const counted: ReadStore = Object.assign(Object.create(readStore) as ReadStore, {
    rows: (view: string, wanted: Parameters<ReadStore['rows']>[1]) => (
      readings.push(view),
      readStore.rows(view, wanted)
    ),
    releasedAt: (keys: readonly string[]) => readStore.releasedAt(keys),
  });
  const reader = new Reader({
    readStore: counted,
    store,
    sight: new Sight(shippedTable(), new Map(), store, counted),
    tokens: opaqueTokens(secretOf(Buffer.alloc(32, 1))),
    clock,
    reached: () => Promise.resolve(true),
  });
  const context = { name: 'notes', sv: 'Noter', deciders: [], views, queries: [] };
  const sdl = 'type Query { notes: [Note!]! } type Note { noteId: ID! boxId: ID! box: Box } type Box { boxId: ID! }';
  schema = withReferences(buildSchema(sdl), { contexts: [context], reader });
  const query = schema.getQueryType();
  const field = isObjectType(query) ? query.getFields()['notes'] : undefined;
  if (!field) throw new Error('no field notes');
  field.resolve = async (_: unknown, __: unknown, { caller }: { caller: Caller }) =>
    (await reader.withKeys(notes, ['0', '1', '2', '3'], caller)).map(shown);
});
afterAll(async () => {
  await Promise.all(stores.map((one) => one.close()));
  rmSync(folder, { recursive: true });
});

async function boxesSeenBy(caller: Caller): Promise<unknown> {
  readings.length = 0;
  const document = parse('{ notes { boxId box { boxId } } }');
  const { data, errors } = await execute({ schema, document, contextValue: { caller } });
  expect(errors).toBeUndefined();
  return (data as { notes: { box: unknown }[] }).notes.map(({ box }) => box);
}

test('rows that a page refers to are read at once, each for itself, and one that is missing is nothing', async () => {
  expect(await boxesSeenBy(officer)).toEqual([{ boxId: 'a' }, { boxId: 'b' }, { boxId: 'a' }, null]);
  expect(readings).toEqual(['note', 'box']);
});

test('one that the viewer may not know of is nothing, whoever read it before', async () => {
  await boxesSeenBy(officer);
  expect(await boxesSeenBy(publicCaller)).toEqual([null, null, null, null]);
  expect(await boxesSeenBy(officer)).toContainEqual({ boxId: 'b' });
});
