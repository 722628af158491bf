import { objectOf, type StoredEvent, type Visibility } from '#kernel/envelope';
import { type Row, type Seen, seenOf, type View } from '#kernel/view';
import { indexedColumns, indexedValue } from './columns.ts';
import { type Guard, partiesIn, partyText } from './may-know.ts';
import type { StoredRow } from './read-store.ts';

/**
 * Who stands behind a value: of the events that changed it, those not wholly public count, since anyone sees the others
 * (of the row itself the public ones do until there is another). A relation holds when it holds to every one of them
 * (domain 3.2, rule 8).
 */
interface Trail {
  /** Position of the last that was not wholly public; 0 when none was. */
  readonly at: number;
  /** '' when they are kept by several. */
  readonly custodian: string;
  readonly home: readonly string[];
}

/** A row while events are folded into it. Immutable. */
export interface Held {
  readonly body: Row | null;
  /** Of the columns seen as the row itself. */
  readonly base: Trail;
  /** Of each column seen otherwise, once an event not wholly public changed it. */
  readonly columns: Readonly<Record<string, Trail>>;
}

export const none: Held = { body: null, base: { at: 0, custodian: '', home: [] }, columns: {} };

export interface Step {
  readonly held: Held;
  /** The columns that have another value than before. */
  readonly columns: readonly string[];
  /** Whether the row is new, or gone, or has another value to filter or order by. */
  readonly moved: boolean;
}

/** One event into one row. The same `held` when nothing changed. Throws what the view's functions throw. */
export type RowStep = (before: Held, key: string, event: StoredEvent) => Step;

const steps = new WeakMap<View, RowStep>();

/** The step of a view; what it needs of the view is looked up once. */
export function stepOf(view: View): RowStep {
  let step = steps.get(view);
  if (!step) steps.set(view, (step = makeStep(view)));
  return step;
}

function makeStep(view: View): RowStep {
  const names = Object.keys(view.row);
  const indexed = new Map(indexedColumns(view).map((column) => [column.name, column]));
  const probes = [view.seen, ...Object.values(view.columns)].flatMap(probesOf);

  return (before, key, event) => {
    const folded = view.fold(before.body, event);
    if (folded === before.body) return { held: before, columns: [], moved: false };
    if (folded === null)
      return { held: none, columns: names.filter((name) => before.body?.[name] !== undefined), moved: true };
    if (String(folded[view.key]) !== key)
      throw new TypeError(`${view.name}: the row of ${key} says ${String(folded[view.key])}`);

    const body: Record<string, unknown> = {};
    const columns: string[] = [];
    let moved = before.body === null;
    for (const name of names) {
      const was = before.body?.[name];
      const is = settled(was, folded[name]);
      if (is !== undefined) body[name] = is;
      if (is === was) continue;
      columns.push(name);
      const column = indexed.get(name);
      if (!column) continue;
      indexedValue(column, is);
      moved = true;
    }
    if (columns.length === 0) return { held: before, columns, moved: false };
    for (const probe of probes) probe(body);
    return { held: { body, ...trailsOf(view, before, columns, event) }, columns, moved };
  };
}

/** Run at every step, so that what throws in them parks the event at which it does, however events are batched. */
function probesOf(seen: Seen<Row>): ((row: Row) => unknown)[] {
  const { release, addressee, author, subject } = seen;
  return [release, addressee, author, subject].flatMap((probe) => (probe ? [probe.bind(seen)] : []));
}

function trailsOf(view: View, before: Held, changed: readonly string[], event: StoredEvent): Omit<Held, 'body'> {
  let { base, columns } = before;
  const open = isPublic(event.visibility);
  const from: Trail = { at: open ? 0 : event.position, custodian: event.custodian, home: homeOf(event) };
  if (before.body === null) base = from;
  else if (changed.some((name) => !view.columns[name])) {
    if (base.at === 0 && !open) base = from;
    else if (base.at === 0 || !open) base = joined(base, from);
  }
  if (!open) {
    const others = changed.filter((name) => view.columns[name]);
    if (others.length > 0) columns = { ...columns };
    const next = columns as Record<string, Trail>;
    for (const name of others) next[name] = next[name] ? joined(next[name], from) : from;
  }
  return { base, columns };
}

const joined = (trail: Trail, later: Trail): Trail => ({
  at: later.at,
  custodian: trail.custodian === later.custodian ? trail.custodian : '',
  home: trail.home.filter((id) => later.home.includes(id)),
});

/** Whether anyone sees all of the event. */
export function isPublic(visibility: Visibility): boolean {
  if (visibility.class !== 'PUBLIC') return false;
  for (const pointer in visibility.fields) if (visibility.fields[pointer] !== 'PUBLIC') return false;
  return true;
}

function homeOf({ stream, concerns }: StoredEvent): string[] {
  const home = [objectOf(stream)];
  for (const concern of concerns) if (concern.as === 'part of') home.push(concern.id);
  return home;
}

export function heldOf({ body, guard, columns }: StoredRow): Held {
  const base = trailOf(guard);
  const trails: Record<string, Trail> = {};
  for (const name in columns) {
    const column = columns[name];
    if (!column || column.at === 0) continue;
    trails[name] = column.parties === guard.parties ? { ...base, at: column.at } : trailOf(column);
  }
  return { body, base, columns: trails };
}

function trailOf({ at, parties }: Guard): Trail {
  const { custodian, home } = partiesIn(parties);
  return { at, custodian, home };
}

export function storedOf(view: View, key: string, body: Row, { base, columns }: Held): StoredRow {
  const guards: Record<string, Guard> = {};
  for (const name in view.columns)
    guards[name] = guardOf(seenOf(view, name), body, columns[name] ?? { ...base, at: 0 });
  return { key, body, guard: guardOf(view.seen, body, base), columns: guards };
}

function guardOf(seen: Seen<Row>, body: Row, { at, custodian, home }: Trail): Guard {
  const parties = {
    custodian,
    author: seen.author?.(body) ?? [],
    addressee: seen.addressee?.(body) ?? [],
    subject: seen.subject?.(body),
    home,
  };
  return { release: seen.release?.(body) ?? null, at, parties: partyText(parties) };
}

/**
 * `before` where the two are equal, else `after` as it will be read again from JSON: so that a row is the same whether it
 * was stored between two events or not.
 * @throws TypeError for what JSON does not hold
 */
function settled(before: unknown, after: unknown): unknown {
  if (same(before, after)) return before;
  return isSettled(after) ? after : JSON.parse(JSON.stringify(after));
}

/** Whether two values are the same JSON, the order of names apart. */
function same(before: unknown, after: unknown): boolean {
  if (after === before) return true;
  if (!isObject(after) || !isObject(before)) return false;
  if (Array.isArray(after))
    return Array.isArray(before) && before.length === after.length && after.every((item, i) => same(before[i], item));
  if (Array.isArray(before)) return false;
  let members = 0;
  for (const name in after) {
    if (after[name] === undefined) continue;
    if (!same(before[name], after[name])) return false;
    members += 1;
  }
  for (const name in before) if (before[name] !== undefined) members -= 1;
  return members === 0;
}

/** Whether it is read again from JSON as it is; false where a member of a group is undefined. @throws TypeError */
function isSettled(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || value === undefined) return true;
  if (typeof value === 'number' && Number.isFinite(value)) return true;
  if (Array.isArray(value)) {
    if (value.includes(undefined)) throw new TypeError('a list in a row holds undefined');
    return value.map(isSettled).every(Boolean);
  }
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype)
    throw new TypeError(`a row holds no such ${typeof value}`);
  let whole = true;
  for (const name in value) whole = isSettled(value[name]) && value[name] !== undefined && whole;
  return whole;
}

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null;
