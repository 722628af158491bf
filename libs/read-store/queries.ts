import { type Expression, type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { VisibilityClass } from '#kernel/envelope';
import type { View } from '#kernel/view';
import { type IndexedColumn, indexedColumns, indexedValue, isLong, shortHash } from './columns.ts';
import { CompiledQueries, type Parameter, type Question, slot } from './compiled.ts';
import { type Contains, known, seenWhole } from './known.ts';
import type { FilterValue, HistoryWanted, RowsWanted } from './read-store.ts';

/**
 * The tables of a read store, whichever the database: one for each view, and some whose names begin with `_`. Of a
 * view's columns those that begin with `_` are the store's own, the others are to filter and order by.
 */
export interface Tables {
  readonly [table: string]: Readonly<Record<string, string | number | null>>;
}

type Text = (text: Expression<unknown>) => RawBuilder<unknown>;

/** What each database says in its own way. */
export interface Dialect {
  readonly contains: Contains;
  /** The beginning of a text, for a database whose indexes do not hold long ones: rows are found and ordered by it first. */
  readonly head?: Text;
}

/** Every question that is asked of the rows and the history of a read store, in SQL. */
export class Queries {
  readonly #db: Kysely<Tables>;
  readonly #dialect: Dialect;
  readonly #compiled = new CompiledQueries();
  readonly #columns = new WeakMap<View, ReadonlyMap<string, IndexedColumn>>();

  constructor(db: Kysely<Tables>, dialect: Dialect) {
    this.#db = db;
    this.#dialect = dialect;
  }

  /** @throws TypeError for a filter or order that the view does not declare, or a value that its column cannot hold */
  rows(view: View, { mayKnow, whole, keys, filter = {}, order, after, limit }: RowsWanted): Question {
    const by = order && order.by !== view.key ? order.by : '_key';
    if (by !== '_key' && !view.orders.includes(by)) throw new TypeError(`${view.name} is not ordered by ${by}`);
    const direction = order?.descending ? 'desc' : 'asc';
    const headOf = (column: string) => (isLong(view, column) ? this.#dialect.head : undefined);
    const head = by === '_key' ? undefined : headOf(by);
    const lists = Object.entries(filter).map(([name, value]) => this.#list(view, name, value));
    if (keys) lists.push({ column: '_key', values: [...keys] });
    const visible = known(mayKnow, {
      class: { always: view.seen.class },
      parties: '_parties',
      ...(view.seen.release && { release: { key: `${view.name}._release`, at: `${view.name}._at` } }),
    });
    const seen = whole && seenWhole(whole, classesOf(view));

    const values: Record<string, Parameter> = { ...visible.values, ...seen?.values, limit };
    for (const [i, list] of lists.entries()) Object.assign(values, named(`list.${i}`, list.values));
    if (after) values['after.key'] = after.key;
    if (after && by !== '_key') values['after.value'] = this.#value(view, by, after.value);

    const listed = lists.map(({ column, values: { length } }) => `${column}*${length}`);
    const shape = [view.name, ...listed, by, direction, after !== undefined, visible.shape, seen?.shape].join();
    return this.#compiled.ask(shape, values, () => {
      const all = seen?.condition(this.#dialect.contains);
      const columns = all ? sql<string | null>`case when ${all} then null else _columns end` : sql.ref('_columns');
      let query = this.#db
        .selectFrom(view.name)
        .select(['_key', '_body', '_release', '_at', '_parties', columns.as('_columns')])
        .limit(slot<number>('limit'));
      for (const [i, { column, values: list }] of lists.entries()) {
        // of few values each has many rows: to read along the order fills a page sooner than to sort them all
        const read = by !== '_key' && fewValues(view, column) ? unindexed(column) : column;
        const cut = headOf(column);
        if (cut) query = query.where(among(cut(sql.ref(column)), `list.${i}`, list.length, cut));
        query = query.where(among(read, `list.${i}`, list.length));
      }
      if (after) query = query.where(behind(by, direction, head));
      const condition = visible.condition(this.#dialect.contains);
      if (condition) query = query.where(condition);
      if (head) query = query.orderBy(head(sql.ref(by)), direction);
      if (by !== '_key') query = query.orderBy(by, direction);
      return query.orderBy('_key', direction);
    });
  }

  history({ mayKnow, object, types, ids, backwards, after, limit }: HistoryWanted): Question {
    const direction = backwards ? 'desc' : 'asc';
    const visible = known(mayKnow, {
      class: { column: 'h.class' },
      parties: 'h.parties',
      release: { key: 'h.release', at: 'h.position' },
    });
    const values: Record<string, Parameter> = {
      ...visible.values,
      ...named('type', types),
      ...named('id', ids),
      ...named('hash', ids?.map(shortHash)),
      limit,
    };
    if (object !== undefined) Object.assign(values, { object, objectHash: shortHash(object) });
    if (after !== undefined) values['after'] = after;

    const shape = [
      '_history',
      object !== undefined,
      types?.length,
      ids?.length,
      direction,
      after !== undefined,
      visible.shape,
    ].join();
    return this.#compiled.ask(shape, values, () => {
      const position = object === undefined ? 'h.position' : 'o.position';
      let query = this.#db.selectFrom('_history as h').select('h.position').limit(slot<number>('limit'));
      if (object !== undefined) {
        const named = this.#db.selectFrom('_object').where('hash', '=', slot('objectHash'));
        const number = named.where('name', '=', slot('object')).select('number');
        query = query.innerJoin('_history_object as o', 'o.position', 'h.position').where('o.object', '=', number);
      }
      // the index on types is of use only where it gives the order too
      const type = object === undefined && types?.length === 1 ? 'h.type' : unindexed('h.type');
      if (types) query = query.where(among(type, 'type', types.length));
      if (ids) query = query.where(among('h.hash', 'hash', ids.length)).where(among('h.id', 'id', ids.length));
      if (after !== undefined) query = query.where(position, direction === 'asc' ? '>' : '<', slot('after'));
      const condition = visible.condition(this.#dialect.contains);
      if (condition) query = query.where(condition);
      return query.orderBy(position, direction);
    });
  }

  releasedAt(keys: readonly string[]): Question {
    return this.#compiled.ask(`_release,${keys.length}`, named('key', keys), () =>
      this.#db
        .selectFrom('_release')
        .select(({ fn }) => ['key', fn.max('position').as('position')])
        .where(among('key', 'key', keys.length))
        .groupBy('key'),
    );
  }

  #list(view: View, name: string, value: FilterValue | readonly FilterValue[]) {
    if (!view.filters.includes(name)) throw new TypeError(`${view.name} is not filtered by ${name}`);
    const values = (Array.isArray(value) ? value : [value]) as readonly FilterValue[];
    return { column: name === view.key ? '_key' : name, values: values.map((one) => this.#value(view, name, one)) };
  }

  #value(view: View, name: string, value: FilterValue): Parameter {
    let columns = this.#columns.get(view);
    if (!columns) {
      columns = new Map(indexedColumns(view).map((column) => [column.name, column]));
      this.#columns.set(view, columns);
    }
    return indexedValue(columns.get(name) ?? { name, type: 'text' }, value);
  }
}

/** The class of a view's rows, and those of its columns. */
const classesOf = (view: View): ReadonlySet<VisibilityClass> =>
  new Set([view.seen, ...Object.values(view.columns)].map((seen) => seen.class));

const named = (name: string, values: readonly Parameter[] = []): Record<string, Parameter> =>
  Object.fromEntries(values.map((value, i) => [`${name}.${i}`, value]));

const fewValues = (view: View, column: string): boolean => ['code', 'flag'].includes(view.row[column]?.kind.is ?? '');

/** The column, so said that no index on it is used. */
const unindexed = (column: string) => sql`coalesce(${sql.ref(column)}, ${sql.ref(column)})`;

function among(
  column: string | RawBuilder<unknown>,
  name: string,
  count: number,
  part: Text = (text) => sql`${text}`,
): RawBuilder<SqlBool> {
  if (count === 0) return sql<SqlBool>`1 = 0`;
  const values = Array.from({ length: count }, (_, i) => part(slot(`${name}.${i}`)));
  return sql<SqlBool>`${typeof column === 'string' ? sql.ref(column) : column} in (${sql.join(values)})`;
}

function behind(by: string, direction: 'asc' | 'desc', head: Text | undefined): RawBuilder<SqlBool> {
  const than = sql.raw(direction === 'asc' ? '>' : '<');
  if (by === '_key') return sql<SqlBool>`_key ${than} ${slot('after.key')}`;
  const beyond = sql<SqlBool>`(${sql.ref(by)}, _key) ${than} (${slot('after.value')}, ${slot('after.key')})`;
  return head ? sql<SqlBool>`${head(sql.ref(by))} ${than}= ${head(slot('after.value'))} and ${beyond}` : beyond;
}
