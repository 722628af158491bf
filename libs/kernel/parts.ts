import { type Change, Table } from './table.ts';

/**
 * A state taken apart: JSON as it stands, with the size of each table in its place, and the tables by name. So a state
 * can be kept, and be there again, without all that its tables hold being written or read. A table stands at the top of
 * its state: one further down would be lost in JSON (a test folds every stream and looks).
 */
export interface Parts {
  readonly body: Readonly<Record<string, unknown>>;
  readonly tables: ReadonlyMap<string, Table<unknown>>;
}

export function apart(state: object): Parts {
  const tables = new Map<string, Table<unknown>>();
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) {
    if (value instanceof Table) tables.set(name, value);
    body[name] = value instanceof Table ? value.size : value;
  }
  return { body, tables };
}

export const together = ({ body, tables }: Parts): object => ({ ...body, ...Object.fromEntries(tables) });

/** By name, what changed in each table since an older state; nothing where a table did not come from the older one. */
export function changesSince(
  older: object,
  { tables }: Parts,
): ReadonlyMap<string, readonly Change<unknown>[]> | undefined {
  const before = apart(older).tables;
  const changes = new Map<string, readonly Change<unknown>[]>();
  for (const [name, table] of tables) {
    const changed = table.since(before.get(name) ?? Table.of());
    if (!changed) return undefined;
    if (changed.length > 0) changes.set(name, changed);
  }
  return changes;
}
