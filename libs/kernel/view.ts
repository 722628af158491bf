import type { VisibilityClass } from './envelope.ts';
import type { StoredEvent } from './envelope.ts';
import type { DataOf, Fact, Facts } from './facts.ts';
import { upcast } from './facts.ts';
import type { Data, Shape } from './fields.ts';

/** How a row, or a column of it, is seen: its class, what lets it go, and to whom it is addressed. */
export interface Seen<Row> {
  readonly class: VisibilityClass;
  /** The key that moves it to PUBLIC when a fact recorded after the last that changed it releases the key. */
  release?(row: Row): string | undefined;
  /** Organisations that every fact folded in is addressed to. */
  addressee?(row: Row): readonly string[];
  author?(row: Row): readonly string[];
  /** The person that the row is about. */
  subject?(row: Row): string | undefined;
}

type Names<S extends Shape> = keyof S & string;
type Step<Row, F> = (row: Row | null, data: DataOf<F>, event: StoredEvent) => Row | null;

export interface ViewHead<S extends Shape, F extends Facts> {
  /** Name of its table, and of the system that feeds it in logs: snake_case. */
  readonly name: string;
  /** Raise it when the output changes: the view is then built anew. */
  readonly version: number;
  /** GraphQL type of a row, and the fields that give one row and a list. */
  readonly type: string;
  readonly one: string;
  readonly many: string;
  readonly says: string;
  /** The facts that feed it; those of several streams are spread into one. */
  readonly of: F;
  readonly row: S;
}

export interface ViewBody<S extends Shape, F extends Facts> {
  readonly key: Names<S>;
  /** Rows that an event touches; the value of the key's field in its data unless told. */
  keys?(event: StoredEvent): readonly string[];
  /** One step for each fact that matters; `null` means that there is no row. Pure. */
  readonly on: { readonly [T in keyof F]?: Step<Data<S>, F[T]> };
  /** How the row is seen: whoever may not see this class does not know that the row exists. */
  readonly seen: Seen<Data<S>>;
  /** Columns seen otherwise than the row. */
  readonly columns?: { readonly [C in Names<S>]?: Seen<Data<S>> };
  /**
   * Rows of other views that a column names by id: a field each in GraphQL, with the column and the type of row. Nothing
   * where there is no such row that the viewer may know of.
   */
  readonly refs?: Readonly<Record<string, Ref<Names<S>>>>;
  /** Columns to filter and to order by: only such as every viewer of the row may see. */
  readonly filters: readonly Names<S>[];
  readonly orders: readonly Names<S>[];
}

/** The column that holds the id, and the GraphQL type of the row that has it. */
export type Ref<Column extends string = string> = readonly [column: Column, type: string];

/** A view as the system handles it, whatever its types. */
export interface View {
  readonly name: string;
  readonly version: number;
  readonly type: string;
  readonly one: string;
  readonly many: string;
  readonly says: string;
  readonly of: Facts;
  readonly row: Shape;
  readonly key: string;
  readonly seen: Seen<Row>;
  readonly columns: Readonly<Record<string, Seen<Row>>>;
  readonly refs: Readonly<Record<string, Ref>>;
  readonly filters: readonly string[];
  readonly orders: readonly string[];
  /** The types of event that can change it. */
  readonly listens: ReadonlySet<string>;
  keys(event: StoredEvent): readonly string[];
  fold(row: Row | null, event: StoredEvent): Row | null;
}

export type Row = Readonly<Record<string, unknown>>;

/** A view whose rows the types still know. */
export interface ViewOf<S extends Shape> extends View {
  readonly row: S;
}
export type RowOf<V> = V extends { readonly row: infer S extends Shape } ? Data<S> : never;

/** Defines a read model: row type, GraphQL type, table and fold. Cost: one step an event, one write a touched row. */
export function view<S extends Shape, F extends Facts>(
  head: ViewHead<S, F>,
  body: ViewBody<NoInfer<S>, NoInfer<F>>,
): ViewOf<S> {
  const on = body.on as Readonly<Record<string, Step<Row, Fact> | undefined>>;
  const { key, keys } = body;
  return {
    ...(head as unknown as ViewOf<S>),
    ...(body as unknown as ViewOf<S>),
    columns: (body.columns ?? {}) as Readonly<Record<string, Seen<Row>>>,
    refs: body.refs ?? {},
    listens: new Set(Object.keys(on)),
    keys(event) {
      if (keys) return keys(event);
      const own = event.data[key];
      return typeof own === 'string' ? [own] : [];
    },
    fold(row, event) {
      const step = on[event.type];
      const fact = head.of[event.type];
      return step && fact ? step(row, upcast(fact, event.version, event.data), event) : row;
    },
  };
}

/** How a column is seen: as declared, else as its row. */
export const seenOf = (view: View, column: string): Seen<Row> => view.columns[column] ?? view.seen;
