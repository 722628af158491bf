import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '#kernel/envelope';
import { kr } from '#kernel/money';
import type { Row, View } from '#kernel/view';
import { boxEvents } from './sample-events.contract.ts';
import {
  AmountBooked,
  boxes,
  BoxOpened,
  BoxRemoved,
  BoxRenamed,
  BoxSealed,
  letters,
  LetterSent,
  stored,
} from './sample.contract.ts';
import type { StoredRow } from './read-store.ts';
import { foldBatch } from './view-fold.ts';

const opened = BoxOpened({ boxId: 'a', name: 'A box', kind: 'TIN' });
const renamed = BoxRenamed({ boxId: 'a', name: 'Another name' });
const sealed = (size: number) => BoxSealed({ boxId: 'a', size });
const booked = (amount: number, custodian = 'authority', shelfId?: string) =>
  AmountBooked({ boxId: 'a', year: 2020, amount: kr(amount), ...(shelfId && { shelfId }) }, { custodian });

/** The row of box a after these facts, recorded at positions 1, 2, 3 … */
const rowAfter = async (view: View, ...facts: Parameters<typeof stored>[1][]): Promise<StoredRow> => {
  const events = facts.map((fact, i) => stored(i + 1, fact));
  const { rows, failures } = await foldBatch(view, [], events);
  expect(failures).toEqual([]);
  const [row] = rows;
  if (!row) throw new Error('there is no row');
  return row;
};

describe('a row', () => {
  test('is what the facts add up to, written once', async () => {
    const events = [opened, renamed, sealed(3), sealed(4)].map((fact, i) => stored(i + 1, fact));
    const { rows, gone } = await foldBatch(boxes, [], events);
    expect(rows.map(({ key, body }) => ({ key, body }))).toEqual([
      { key: 'a', body: { boxId: 'a', name: 'Another name', kind: 'TIN', sealed: true, size: 4 } },
    ]);
    expect(gone).toEqual([]);
  });

  test('has moved in the lists when any of the events moved it', async () => {
    const { rows } = await foldBatch(boxes, [], [stored(1, opened)]);
    const movedBy = async (...facts: Parameters<typeof stored>[1][]) => {
      const events = facts.map((fact, i) => stored(i + 2, fact));
      return (await foldBatch(boxes, rows, events)).rows[0]?.moved;
    };
    expect(await movedBy(renamed, booked(1))).toBe(true);
    expect(await movedBy(booked(1))).toBe(false);
  });

  test('goes when a fold says so, and comes again without a trace of what it was', async () => {
    const events = [opened, sealed(3), BoxRemoved({ boxId: 'a' })].map((fact, i) => stored(i + 1, fact));
    expect(await foldBatch(boxes, [], events)).toMatchObject({ rows: [], gone: ['a'] });
    const { rows } = await foldBatch(boxes, [], [...events, stored(4, opened)]);
    expect(rows[0]).toMatchObject({ body: { sealed: false }, guard: { at: 0 } });
  });

  test('is folded from past versions in the shape of today', async () => {
    const old = { ...stored(1, opened), version: 1, data: { boxId: 'a', name: 'Old' } };
    const { rows } = await foldBatch(boxes, [], [old]);
    expect(rows[0]?.body).toMatchObject({ name: 'Old', kind: 'TIN' });
  });

  test('tells which columns each event changed, and no others', async () => {
    const told: unknown[] = [];
    const events = [opened, renamed, renamed, sealed(3), booked(0), booked(0)].map((fact, i) => stored(i + 1, fact));
    await foldBatch(boxes, [], events, ({ event, columns, moved }) => told.push([event.position, columns, moved]));
    expect(told).toEqual([
      [1, ['boxId', 'name', 'kind', 'sealed'], true],
      [2, ['name'], true],
      [4, ['sealed', 'size'], true],
      [5, ['booked'], false],
    ]);
  });
});

describe('the last change of a row', () => {
  test.each([
    ['is none while all that changed it was public', [opened, renamed], 0],
    ['is an event that was not public', [opened, sealed(3), renamed], 2],
    ['is the last of them', [opened, sealed(3), sealed(4)], 3],
    ['is not one that left the row as it was', [opened, sealed(3), sealed(3)], 2],
    ['is not one that changed only columns seen otherwise', [opened, booked(1)], 0],
  ])('%s', async (_, facts, at) => {
    expect((await rowAfter(boxes, ...facts)).guard.at).toBe(at);
  });

  test('is apart for a column seen otherwise, which has its own release', async () => {
    const { guard, columns } = await rowAfter(boxes, opened, booked(1), sealed(3), booked(0));
    expect(guard).toMatchObject({ at: 3, release: null });
    expect(columns['booked']).toMatchObject({ at: 2, release: 'year:2020' });
  });

  test('is any that is public but for a field', async () => {
    const partly = { ...stored(2, renamed), visibility: { class: 'PUBLIC', fields: { '/name': 'ADMIN' } } as const };
    const { rows } = await foldBatch(boxes, [], [stored(1, opened), partly]);
    expect(rows[0]?.guard.at).toBe(2);
  });
});

describe('whom a row concerns', () => {
  const partiesAfter = async (...facts: Parameters<typeof stored>[1][]) =>
    (await rowAfter(boxes, ...facts)).columns['booked']?.parties;

  test('is what its view declares, its custodian and its home', async () => {
    const { guard } = await rowAfter(letters, LetterSent({ boxId: 'a', personId: 'p', text: 'Dear …' }));
    expect(guard).toEqual({ release: 'letter:a', at: 1, parties: '|C:authority|D:addressed|S:p|H:a|' });
  });

  test('is the relation that holds for every event folded in', async () => {
    expect(await partiesAfter(opened, booked(1, 'x', 's'), booked(1, 'x', 's'))).toBe('|C:x|H:a|H:s|');
    expect(await partiesAfter(opened, booked(1, 'x', 's'), booked(1, 'x'))).toBe('|C:x|H:a|');
    expect(await partiesAfter(opened, booked(1, 'x'), booked(1, 'y'), booked(1, 'y'))).toBe('|H:a|');
  });

  test('is told by what is not wholly public, once there is such an event', async () => {
    const openedBy = (custodian: string) => BoxOpened({ boxId: 'a', name: 'A box', kind: 'TIN' }, { custodian });
    expect((await rowAfter(boxes, openedBy('x'))).guard.parties).toBe('|C:x|H:a|');
    expect((await rowAfter(boxes, openedBy('x'), renamed)).guard.parties).toBe('|H:a|');
    expect((await rowAfter(boxes, openedBy('x'), sealed(3), renamed)).guard.parties).toBe('|C:authority|H:a|');
  });

  test('is that of the row while nothing secret was folded in', async () => {
    expect(await partiesAfter(opened, renamed)).toBe('|C:authority|H:a|');
  });
});

describe('what throws', () => {
  const failing = (
    on: number,
    how: () => never = () => {
      throw new RangeError('broken');
    },
  ): View => ({
    ...boxes,
    fold: (row, event) => (event.position === on ? how() : boxes.fold(row, event)),
  });
  const all = [opened, sealed(3), renamed].map((fact, i) => stored(i + 1, fact));
  const other = stored(4, BoxOpened({ boxId: 'b', name: 'B', kind: 'TIN' }));

  test('parks the event and those that follow it for the row; other rows go on', async () => {
    const { rows, failures } = await foldBatch(failing(2), [], [...all, other]);
    expect(failures).toMatchObject([
      { view: 'boxes', key: 'a', position: 2, error: 'RangeError: broken', cause: new RangeError('broken') },
      { view: 'boxes', key: 'a', position: 3, error: expect.stringMatching(/waits behind/) },
    ]);
    expect(rows.map(({ key, body }) => [key, body['name']])).toEqual([
      ['a', 'A box'],
      ['b', 'B'],
    ]);
  });

  test('in telling the keys parks the events of the stream', async () => {
    const view: View = {
      ...boxes,
      keys: (event) => {
        if (event.position === 2) throw new RangeError('whose?');
        return boxes.keys(event);
      },
    };
    const { rows, failures } = await foldBatch(view, [], [...all, other]);
    expect(failures.map(({ key, position }) => [key, position])).toEqual([
      ['@box-a', 2],
      ['@box-a', 3],
    ]);
    expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test.each<[string, Partial<View>]>([
    [
      'in how the row is seen',
      { seen: { class: 'PUBLIC', release: (row) => (row['size'] as { x: { y: string } }).x.y } },
    ],
    [
      'in how a column is seen',
      { columns: { booked: { class: 'FINANCE', author: (row) => (row['size'] as { x: { y: [] } }).x.y } } },
    ],
  ])('%s parks the event at which it does', async (_, wrong) => {
    const { failures } = await foldBatch({ ...boxes, ...wrong }, [], all);
    expect(failures[0]).toMatchObject({ key: 'a', position: 1, error: expect.stringMatching(/TypeError/) });
  });

  test.each<[string, Row]>([
    ['an invalid number', { size: Number.NaN }],
    ['a date', { note: new Date(0) }],
    ['a function', { note: () => 1 }],
    ['a list with a hole', { note: [undefined] }],
    ['another type in a column to filter by', { size: 'big' }],
    ["another row's key", { boxId: 'b' }],
  ])('is a row that holds %s', async (_, more) => {
    const view: View = {
      ...boxes,
      row: { ...boxes.row, note: boxes.row.name },
      fold: (row, event) => ({ ...boxes.fold(row, event), ...more }),
    };
    const { rows, failures } = await foldBatch(view, [], all);
    expect(rows).toEqual([]);
    expect(failures[0]).toMatchObject({ key: 'a', position: 1, error: expect.stringMatching(/^TypeError/) });
  });

  test('is an event that a newer program wrote', async () => {
    const { failures } = await foldBatch(boxes, [], [{ ...stored(1, opened), version: 9 }]);
    expect(failures[0]?.error).toMatch(/BoxOpened is of version 9; this program knows 2/);
  });
});

describe('however events are batched', () => {
  /** Folds batch by batch, each row stored as JSON in between. */
  const foldIn = async (view: View, batches: readonly (readonly StoredEvent[])[]) => {
    const held = new Map<string, string>();
    for (const events of batches) {
      const { rows, gone, failures } = await foldBatch(
        view,
        [...held.values()].map((text) => JSON.parse(text) as StoredRow),
        events,
      );
      expect(failures).toEqual([]);
      for (const key of gone) held.delete(key);
      for (const { key, body, guard, columns } of rows) held.set(key, JSON.stringify({ key, body, guard, columns }));
    }
    return [...held.values()].sort();
  };
  /** A view whose folds write columns in any order, absent ones as undefined, and groups of two shapes. */
  const careless: View = {
    ...boxes,
    row: { ...boxes.row, note: boxes.row.name },
    fold: (row, event) => {
      const next = boxes.fold(row, event);
      if (next === null) return null;
      const list = (row?.['note'] as readonly object[] | undefined) ?? [];
      const older = list.map((item) => ({ ...item, later: event.position }));
      const note =
        event.position % 3 === 0 ? undefined : [...older, { later: undefined, at: event.position }].slice(-3);
      return { note, ...Object.fromEntries(Object.entries(next).reverse()) };
    },
  };

  test.each([
    ['boxes', boxes],
    ['letters', letters],
    ['a careless view', careless],
  ])('the rows of %s are the same to the byte', async (_, view) => {
    await fc.assert(
      fc.asyncProperty(boxEvents, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), async (events, cuts) => {
        const batches: StoredEvent[][] = [[]];
        events.forEach((event, i) => (cuts[i] ? batches.push([event]) : batches.at(-1)?.push(event)));
        expect(await foldIn(view, batches)).toEqual(await foldIn(view, [events]));
      }),
    );
  });
});
