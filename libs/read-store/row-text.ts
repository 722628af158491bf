import type { Row } from '#kernel/view';
import type { Guard } from './may-know.ts';
import type { StoredRow } from './read-store.ts';

/** `_key, _body, _release, _at, _parties, _columns`, as they stand in a view's table; no columns of a row seen whole. */
export type RowText = [
  key: string,
  body: string,
  release: string | null,
  at: number,
  parties: string,
  columns: string | null,
];

/** A column's guard; its parties are left out where they are the row's. */
type ColumnText = [at: number, release: string | null, parties?: string];

/** The guards of a row's columns as JSON. */
export function encodedColumns({ guard, columns }: StoredRow): string {
  const text: Record<string, ColumnText> = {};
  for (const name in columns) {
    const column = columns[name];
    if (!column) continue;
    const { at, release, parties } = column;
    text[name] = parties === guard.parties ? [at, release] : [at, release, parties];
  }
  return JSON.stringify(text);
}

export function storedRow([key, body, release, at, parties, columns]: RowText): StoredRow {
  const guard = { release, at, parties };
  if (columns === null) return { key, body: JSON.parse(body) as Row, guard, columns: {}, whole: true };
  const guards: Record<string, Guard> = {};
  if (columns !== '{}') {
    for (const [name, column] of Object.entries(JSON.parse(columns) as Record<string, ColumnText>))
      guards[name] = { at: column[0], release: column[1], parties: column[2] ?? parties };
  }
  return { key, body: JSON.parse(body) as Row, guard, columns: guards };
}
