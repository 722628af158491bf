import { hash } from 'node:crypto';
import type { Field } from '#kernel/fields';
import type { View } from '#kernel/view';

/** A column of a view that is a real column of its table, so that it can be filtered or ordered by. */
export interface IndexedColumn {
  readonly name: string;
  readonly type: 'text' | 'integer';
}

const types: Partial<Record<Field['kind']['is'], IndexedColumn['type']>> = {
  id: 'text',
  builtId: 'text',
  eventId: 'text',
  code: 'text',
  text: 'text',
  day: 'text',
  instant: 'text',
  int: 'integer',
  flag: 'integer',
};

/**
 * The columns to filter and order by, the key apart.
 * @throws TypeError when the view's name or a column's cannot name a table or column, or a column has no order in SQL
 * that is the order of its values (amounts, decimals, groups, lists)
 */
export function indexedColumns(view: View): IndexedColumn[] {
  if (!/^[a-z][a-z0-9_]*$/.test(view.name)) throw new TypeError(`view ${view.name}: a name is snake_case`);
  const names = new Set([...view.filters, ...view.orders]);
  names.delete(view.key);
  return [...names].map((name) => {
    const field = view.row[name];
    if (!field || name.startsWith('_'))
      throw new TypeError(`view ${view.name} has no column ${name} to filter or order by`);
    const type = types[field.kind.is];
    if (!type) throw new TypeError(`view ${view.name}: nothing filters or orders by ${name}, of kind ${field.kind.is}`);
    return { name, type };
  });
}

/** Whether a column holds what people write, at any length. */
export const isLong = (view: View, column: string): boolean => view.row[column]?.kind.is === 'text';

/** What a table is made for: a view of another layout is built anew, even if its version was not raised. */
export const layoutOf = (view: View): string =>
  JSON.stringify([view.version, Object.keys(view.row), Object.keys(view.columns), indexedColumns(view)]);

const absent = { text: '', integer: Number.MIN_SAFE_INTEGER } as const;

/**
 * A value as its real column holds it. What is absent is the least value, not NULL: it sorts alike in every database
 * and a page can go on from it. (A text is never empty.)
 * @throws TypeError when the value is not of the column's type
 */
export function indexedValue({ name, type }: IndexedColumn, value: unknown): string | number {
  if (value === undefined || value === null) return absent[type];
  if (type === 'text' && typeof value === 'string') return value;
  if (type === 'integer' && typeof value === 'boolean') return Number(value);
  if (type === 'integer' && Number.isSafeInteger(value)) return value as number;
  throw new TypeError(`${name} holds ${typeof value} ${JSON.stringify(value)}, not ${type}`);
}

/**
 * 48 bits of a text's SHA-256. An index on it is a third of one on ids, and so is what each new id makes the database
 * write. Two texts may share it: whoever asks by it asks for the text too.
 */
export const shortHash = (text: string): number => parseInt(hash('sha256', text, 'hex').slice(0, 12), 16);
