import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { streamsOf } from '#delivery/checks';
import type { StoredEvent } from '#kernel/envelope';
import type { Fact } from '#kernel/facts';
import { type Row, seenOf, type View } from '#kernel/view';
import { classAt, coversClass, visibilityTable } from '#kernel/visibility';
import { isPublic } from '#read-store/row-step';
import { goldenContexts } from './golden.ts';

/**
 * Domain 3.2, rule 8: whoever sees a column may see all that is folded into it. What is folded in is found by trying:
 * each golden event is folded as it is, and once more for each value in it, changed; the columns that then differ hold
 * that value.
 */

const sees = visibilityTable(readFileSync(join(import.meta.dirname, '../../libs/delivery/visibility.csv'), 'utf8'));

/** Each value in the data by its pointer, with the data in which it is another. */
function* leavesOf(value: unknown, pointer = ''): Iterable<{ pointer: string; changed: unknown }> {
  if (typeof value !== 'object' || value === null) {
    yield { pointer, changed: otherThan(value) };
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (name === 'currency') continue;
    for (const leaf of leavesOf(item, `${pointer}/${name}`)) {
      const copy: unknown = Array.isArray(value)
        ? value.with(Number(name), leaf.changed)
        : { ...value, [name]: leaf.changed };
      yield { pointer: leaf.pointer, changed: copy };
    }
  }
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  return /^\d{4}-\d\d-\d\d/.test(text) ? `1${text.slice(1)}` : `${text}~`;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const differing = (view: View, a: Row | null, b: Row | null): string[] =>
  Object.keys(view.row).filter((column) => !same(a?.[column], b?.[column]));
const named = (event: StoredEvent, as: string): string[] =>
  event.concerns.filter((concern) => concern.as === as).map(({ id }) => id);

/** What a view shows to someone who may not see it, as far as these events tell. */
function breachesOf(view: View, facts: ReadonlyMap<string, Fact>, events: readonly StoredEvent[]) {
  const releases = events.map(({ type, data }) => facts.get(type)?.definition.releases?.(data) ?? []);
  /** Whether what lets a column go lets the event go too: by the same key, or whenever it does so in these events. */
  const goesWith = (key: string, other: string | undefined) =>
    key === other ||
    (releases.some((keys) => keys.includes(key)) &&
      releases.every((keys) => !keys.includes(key) || keys.some((also) => also === other)));
  const rows = new Map<string, Row | null>();
  const breaches = new Set<string>();
  for (const event of events.filter(({ type }) => view.listens.has(type))) {
    const release = facts.get(event.type)?.definition.release?.(event.data);
    for (const key of view.keys(event)) {
      const before = rows.get(key) ?? null;
      const after = view.fold(before, event);
      rows.set(key, after);
      const shows = (column: string, what: string, of = event.visibility.class) => {
        const seen = seenOf(view, column);
        const where = `${view.name}.${column}, seen as ${seen.class}`;
        if (!coversClass(sees, seen.class, of)) breaches.add(`${where}, holds ${event.type}${what} of class ${of}`);
      };

      for (const column of differing(view, before, after)) {
        // A column is seen in its row: whoever is shown it knows of the event that made the row.
        if (before !== null || seenOf(view, column).class === view.seen.class) shows(column, '');
        if (!after || isPublic(event.visibility)) continue;
        const seen = seenOf(view, column);
        const strangers = [
          ...(seen.addressee?.(after) ?? []).filter((id) => !named(event, 'addressee').includes(id)),
          ...(seen.author?.(after) ?? []).filter((id) => !named(event, 'author').includes(id)),
        ];
        if (strangers.length > 0)
          breaches.add(`${view.name}.${column} is shown to a party of which ${event.type} is none`);
        const released = seen.release?.(after);
        if (event.visibility.class !== 'PUBLIC' && released !== undefined && !goesWith(released, release))
          breaches.add(`${view.name}.${column} is let go by ${released}, ${event.type} is not`);
      }
      for (const { pointer, changed } of leavesOf(event.data)) {
        const other: StoredEvent = { ...event, data: changed as Row };
        if (!view.keys(other).includes(key)) continue;
        const of = classAt(event.visibility, pointer);
        for (const column of differing(view, after, view.fold(before, other))) shows(column, ` ${pointer}`, of);
      }
    }
  }
  return { breaches: [...breaches], rows: [...rows.values()].filter((row) => row !== null).length };
}

const all = await goldenContexts();
const facts = new Map(streamsOf(all.map(({ context }) => context)).flatMap(({ facts }) => Object.entries<Fact>(facts)));

describe.each(all.map(({ context, golden }) => [context.name, context.views, golden] as const))(
  'in the views of %s',
  (_, views, golden) => {
    const events = golden.map(({ event }) => event);

    test.each(views.map((view) => [view.name, view] as const))(
      'whoever sees a column of %s may see all that is folded into it',
      (_name, view) => {
        const { breaches, rows } = breachesOf(view, facts, events);
        expect(breaches).toEqual([]);
        expect(rows).toBeGreaterThan(0);
      },
    );
  },
);

test('a view that shows money to all, a voucher to the registrar, a payment to the payer or next year too early, is found out', () => {
  const mandate = all.find(({ context }) => context.name === 'mandate');
  const events = mandate?.golden.map(({ event }) => event) ?? [];
  const plant = (name: string, change: Partial<View>) => {
    const view = mandate?.context.views.find((candidate) => candidate.name === name);
    return view ? breachesOf({ ...view, ...change }, facts, events).breaches : [];
  };
  expect(plant('funding_ledger', { columns: {} })).toContain(
    'funding_ledger.used, seen as PUBLIC, holds CostRecorded /amount/amountMinor of class FINANCE',
  );
  expect(plant('cost', { columns: {} })).toContain(
    'cost.voucherRef, seen as FINANCE, holds CostRecorded /voucherRef of class ORG_INTERNAL',
  );
  const { columns = {} } = mandate?.context.views.find(({ name }) => name === 'funding_ledger') ?? {};
  const { used, ...others } = columns;
  expect(plant('funding_ledger', { columns: { ...others, ...(used && { used, unused: used }) } })).toEqual([
    expect.stringMatching(/^funding_ledger\.unused is let go by year:[\w-]+-2017, FundingCarryOverDecided is not$/),
  ]);
  expect(plant('requisition', { columns: {} })).toContain(
    'requisition.paidOn is shown to a party of which RequisitionPaid is none',
  );
});
