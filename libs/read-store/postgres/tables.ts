import type { View } from '#kernel/view';
import type { Connection } from '#postgres/connection';
import { indexedColumns, isLong, layoutOf, shortHash } from '../columns.ts';
import { historyName } from '../read-store.ts';

/** What the tables, checkpoints and parked events of a view begin with: of those that are read, and of their successors. */
export type Side = '' | '_next_';
export const next: Side = '_next_';

export type Rules = Readonly<Record<string, string>>;

/** Compared byte by byte, whatever the language of the database: the order of code points. */
const text = 'text COLLATE "C"';

/** As much of a text as an index always holds: an entry has room for some 2,700 bytes. */
export const headLength = 500;

/** The store's own tables, in an empty schema. */
export const create = (connection: Connection): Promise<void> =>
  connection.define(`
    CREATE TABLE _checkpoint (
      name ${text} PRIMARY KEY, layout text NOT NULL, mark bigint NOT NULL, position bigint NOT NULL, event text,
      heard bigint NOT NULL, sum bigint NOT NULL, epoch bigint NOT NULL
    );
    CREATE TABLE _parked (
      view ${text}, key ${text}, position bigint, error text NOT NULL, PRIMARY KEY (view, key, position)
    );
  `);

/** The layout of what is there under a name, as today's program would make it. */
const layoutUnder = (name: string, views: ReadonlyMap<string, View>, rules: Rules): string | undefined => {
  const view = views.get(name);
  if (view) return layoutOf(view);
  return name === historyName ? JSON.stringify(rules) : undefined;
};

/** What tells today's layout from any other at a glance. */
export const markUnder = (name: string, views: ReadonlyMap<string, View>, rules: Rules): number | undefined => {
  const layout = layoutUnder(name, views, rules);
  return layout === undefined ? undefined : shortHash(layout);
};

/** What is there, of both sides, in another layout than today's, or declared no more. */
export async function unlike(
  connection: Connection,
  views: ReadonlyMap<string, View>,
  rules: Rules,
): Promise<string[]> {
  const stored = await connection.all<[name: string, mark: number]>('SELECT name, mark FROM _checkpoint ORDER BY name');
  const found: string[] = [];
  for (const [name, mark] of stored) {
    const side: Side = name.startsWith(next) ? next : '';
    const bare = name.slice(side.length);
    if (mark === markUnder(bare, views, rules)) continue;
    if (bare !== historyName || (await indexesOtherwise(connection, side, rules))) found.push(name);
  }
  return found;
}

/** Whether history holds an event of a type that today is indexed otherwise. */
export async function indexesOtherwise(connection: Connection, side: Side, rules: Rules): Promise<boolean> {
  const [stored] = await connection.all<[layout: string]>(
    'SELECT layout FROM _checkpoint WHERE name = $1',
    `${side}${historyName}`,
  );
  if (!stored) return false;
  const before = JSON.parse(stored[0]) as Rules;
  const changed = Object.keys({ ...before, ...rules }).filter((type) => before[type] !== rules[type]);
  if (changed.length === 0) return false;
  const held = `SELECT 1 FROM ${quoted(side, '_history')} WHERE type = ANY($1::text[]) LIMIT 1`;
  return (await connection.all(held, changed)).length > 0;
}

/** Exactly these views, each in its layout: what is of another goes. */
export async function prepare(connection: Connection, views: ReadonlyMap<string, View>, rules: Rules): Promise<void> {
  await drop(connection, await unlike(connection, views, rules));
  const layout = JSON.stringify(rules);
  const names = [historyName, `${next}${historyName}`];
  const renew = 'UPDATE _checkpoint SET layout = $1, mark = $2 WHERE name = ANY($3::text[]) AND mark <> $2';
  await connection.run(renew, layout, shortHash(layout), names);
}

export async function begin(
  connection: Connection,
  views: ReadonlyMap<string, View>,
  names: readonly string[],
  rules: Rules,
): Promise<void> {
  const there = await standing(connection);
  for (const name of names) {
    if (there.has(`${next}${name}`)) continue;
    const layout = layoutUnder(name, views, rules);
    if (layout === undefined) throw new TypeError(`there is no view ${name}`);
    const view = views.get(name);
    await connection.define(view ? tableOf(view) : historyTables);
    await connection.run(
      'INSERT INTO _checkpoint VALUES ($1, $2, $3, 0, NULL, 0, 0, 0)',
      `${next}${name}`,
      layout,
      shortHash(layout),
    );
  }
}

/** Makes what only readers need, of a view in `next` or of history, and looks how its values are spread. */
export async function index(connection: Connection, name: string, view: View | undefined): Promise<void> {
  const indexes = view
    ? indexedColumns(view).map(({ name: column }) => [
        column,
        isLong(view, column) ? `left("${column}", ${headLength})` : `"${column}", _key`,
      ])
    : [
        ['hash', 'hash'],
        ['type', 'type'],
      ];
  const table = view ? name : '_history';
  const oid = await oidOf(connection, quoted(next, table));
  for (const [column, columns] of indexes)
    // an index keeps its name when its table is swapped in: the table's number tells it from others of that name
    await connection.define(`CREATE INDEX IF NOT EXISTS "${column}.${oid}" ON ${quoted(next, table)} (${columns})`);
  for (const each of tablesOf(name)) await connection.define(`ANALYZE ${quoted(next, each)}`);
}

export async function swap(connection: Connection, names: readonly string[]): Promise<boolean> {
  const there = await standing(connection);
  const pairs = names.map((name) => {
    const successor = there.get(`${next}${name}`);
    if (!successor) throw new TypeError(`${name} was not begun`);
    return { name, successor, read: there.get(name) };
  });
  if (pairs.some(({ successor, read }) => read && read.position > successor.position)) return false;
  await drop(
    connection,
    pairs.flatMap(({ name, read }) => (read ? [name] : [])),
  );
  for (const { name, read } of pairs) {
    const renamed = tablesOf(name).map((table) => `ALTER TABLE ${quoted(next, table)} RENAME TO "${table}"`);
    await connection.define(renamed.join('; '));
    await connection.run('UPDATE _parked SET view = $1 WHERE view = $2', name, `${next}${name}`);
    await connection.run(
      'UPDATE _checkpoint SET name = $1, epoch = $2 WHERE name = $3',
      name,
      (read?.epoch ?? 0) + 1,
      `${next}${name}`,
    );
  }
  return true;
}

/** Drops what is stored under these names. All tables are locked first, in the order in which readers lock them. */
export async function drop(connection: Connection, stored: readonly string[]): Promise<void> {
  if (stored.length === 0) return;
  const there = await standing(connection);
  const views = stored.filter((name) => there.has(name)).sort((a, b) => rank(a) - rank(b));
  if (views.length === 0) return;
  const tables = views.flatMap((name) => {
    const side: Side = name.startsWith(next) ? next : '';
    return tablesOf(name.slice(side.length)).map((table) => quoted(side, table));
  });
  await connection.define(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE; DROP TABLE ${tables.join(', ')}`);
  await connection.run('DELETE FROM _parked WHERE view = ANY($1::text[])', views);
  await connection.run('DELETE FROM _checkpoint WHERE name = ANY($1::text[])', views);
}

/** A question about a view looks at releases too: history comes last. */
const rank = (name: string): number => (name.endsWith(historyName) ? 1 : 0);

async function standing(connection: Connection): Promise<Map<string, { position: number; epoch: number }>> {
  const rows = await connection.all<[string, number, number]>('SELECT name, position, epoch FROM _checkpoint');
  return new Map(rows.map(([name, position, epoch]) => [name, { position, epoch }]));
}

async function oidOf(connection: Connection, table: string): Promise<number> {
  const [found] = await connection.all<[number]>('SELECT $1::regclass::oid::bigint', table);
  return found?.[0] ?? 0;
}

/** A table of a side. Names of views are snake_case: nothing in them needs to be escaped. */
export const quoted = (side: Side, table: string): string => `"${side}${table}"`;

function tableOf(view: View): string {
  const indexed = indexedColumns(view).map(
    ({ name, type }) => `, "${name}" ${type === 'text' ? text : 'bigint'} NOT NULL`,
  );
  return `CREATE TABLE ${quoted(next, view.name)} (
    _key ${text} PRIMARY KEY, _body text NOT NULL, _release ${text}, _at bigint NOT NULL, _parties ${text} NOT NULL,
    _columns text NOT NULL${indexed.join('')}
  )`;
}

/** Objects are numbered as they appear: the index of their events is small, and what is new stands together in it. */
const historyTables = `
  CREATE TABLE ${quoted(next, '_history')} (
    position bigint PRIMARY KEY, type ${text} NOT NULL, class text NOT NULL, release ${text}, parties ${text} NOT NULL,
    id ${text} NOT NULL, hash bigint NOT NULL
  );
  CREATE TABLE ${quoted(next, '_history_object')} (
    object bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (object, position)
  );
  CREATE TABLE ${quoted(next, '_object')} (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name ${text} NOT NULL, hash bigint NOT NULL
  );
  CREATE INDEX ON ${quoted(next, '_object')} (hash);
  CREATE TABLE ${quoted(next, '_release')} (key ${text}, position bigint, PRIMARY KEY (key, position));
`;

/** In the order in which a question about history looks at them. */
const tablesOf = (name: string): readonly string[] =>
  name === historyName ? ['_history', '_history_object', '_object', '_release'] : [name];
