import type { Data, Shape } from './fields.ts';
import type { Day, Instant } from './time.ts';
import type { Row, RowOf, View } from './view.ts';

/** Rows of a view that a query reads: those of the keys or of the filter, as far as the viewer may see them. */
export interface Wanted {
  readonly keys?: readonly string[];
  readonly filter?: Readonly<Record<string, string | number | boolean>>;
}

interface RowsOf<V extends View = View, Args = never> {
  readonly view: V;
  wanted(args: Args): Wanted;
}

/** A row as its viewer sees it: what may not be seen, or was never set, is absent. */
export type Shown<V> = Partial<RowOf<V>>;

export interface Today {
  readonly now: Instant;
  readonly today: Day;
}

/** A question that several views answer together. Visibility is applied to the rows before the answer is made of them. */
export interface QueryDefinition<A extends Shape, G extends Shape, Views extends Readonly<Record<string, View>>> {
  readonly name: string;
  readonly says: string;
  readonly args: A;
  /** GraphQL type of what it gives, and its fields. */
  readonly gives: { readonly type: string; readonly says: string; readonly shape: G };
  readonly reads: { readonly [R in keyof Views]: RowsOf<Views[R], Data<A>> };
  /** Pure: the same rows, arguments and day give the same answer. */
  answer(
    rows: { readonly [R in keyof Views]: readonly Shown<Views[R]>[] },
    args: Data<A>,
    today: Today,
  ): readonly Data<G>[];
  /** Whether it gives a list, or the first answer or nothing. */
  readonly list: boolean;
}

/** A query as the system handles it, whatever its types. */
export interface Query {
  readonly name: string;
  readonly says: string;
  readonly args: Shape;
  readonly gives: { readonly type: string; readonly says: string; readonly shape: Shape };
  readonly reads: Readonly<Record<string, RowsOf<View, object>>>;
  readonly list: boolean;
  answer(rows: Readonly<Record<string, readonly Row[]>>, args: object, today: Today): readonly Row[];
}

export const query = <A extends Shape, G extends Shape, Views extends Readonly<Record<string, View>>>(
  definition: QueryDefinition<A, G, Views>,
): Query => definition;

/** The rows of a view that the arguments lead to. */
export const rowsOf = <V extends View, Args>(view: V, wanted: (args: Args) => Wanted): RowsOf<V, Args> => ({
  view,
  wanted,
});
