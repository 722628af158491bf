import type { EventStore } from '#event-store/event-store';
import { type Clock, dayOf } from '#kernel/time';
import type { Query, Wanted } from '#kernel/query';
import type { Row, View } from '#kernel/view';
import { mayKnow, seesWhole } from '#read-store/may-know';
import {
  type FilterValue,
  type Place,
  placeOf,
  type RowsWanted,
  type StoredRow,
  type Views,
} from '#read-store/read-store';
import { BadUserInput, NotYetVisible } from './errors.ts';
import type { OpaqueTokens } from './opaque.ts';
import type { Caller } from './people.ts';
import type { ShownEvent, ShownRow, Sight } from './sight.ts';

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface ViewPageArgs extends PageArgs {
  readonly filter?: Readonly<Record<string, unknown>> | null;
  readonly orderBy?: { readonly by: string; readonly descending?: boolean | null } | null;
}

export interface HistoryArgs extends PageArgs {
  readonly filter: { readonly object?: string | null; readonly types?: readonly string[] | null };
  readonly newestFirst?: boolean | null;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Waits until the views have come as far as a position; false when they have not within the time. */
export type Reached = (position: number, withinMs: number) => Promise<boolean>;

/** What a caller may know of, and sees whole; compiled once for each. */
type Seen = Required<Pick<RowsWanted, 'mayKnow' | 'whole'>>;

const pageUnlessTold = 20;
const longestPage = 100;
const mostRows = 1_000;
const waitMs = 2_000;

/** Answers questions from the views, as far as the caller may see. Cost: the rows of the page, not the history. */
export class Reader {
  readonly #readStore: Views;
  readonly #store: EventStore;
  readonly #sight: Sight;
  readonly #tokens: OpaqueTokens;
  readonly #clock: Clock;
  readonly #reached: Reached;
  readonly #callers = new WeakMap<Caller, Seen>();

  constructor(needs: {
    readStore: Views;
    store: EventStore;
    sight: Sight;
    tokens: OpaqueTokens;
    clock: Clock;
    reached: Reached;
  }) {
    this.#readStore = needs.readStore;
    this.#store = needs.store;
    this.#sight = needs.sight;
    this.#tokens = needs.tokens;
    this.#clock = needs.clock;
    this.#reached = needs.reached;
  }

  /** @throws NotYetVisible after two seconds; BadUserInput for a token that is none */
  async waitFor(notBefore: string | null | undefined): Promise<void> {
    if (notBefore === null || notBefore === undefined) return;
    const position = this.#tokens.open('consistency', '', notBefore);
    if (position === undefined)
      throw new BadUserInput([{ path: 'notBefore', rule: 'token', expected: 'the `consistency` of an answer' }]);
    if (!(await this.#reached(position, waitMs))) throw new NotYetVisible(1);
  }

  async one(view: View, key: string, caller: Caller): Promise<ShownRow | undefined> {
    const [row] = await this.#rows(view, { keys: [key] }, caller, 1);
    return row;
  }

  /** As far as there are rows with these keys that the caller may know of, in no order. */
  withKeys(view: View, keys: readonly string[], caller: Caller): Promise<ShownRow[]> {
    return this.#rows(view, { keys }, caller, keys.length);
  }

  /** A page of a view, each row as `as` gives it. */
  async page<T>(view: View, args: ViewPageArgs, caller: Caller, as: (shown: ShownRow) => T): Promise<Connection<T>> {
    const limit = limitOf(args);
    const filter = present(args.filter) as Record<string, FilterValue>;
    const order = args.orderBy ? { by: args.orderBy.by, descending: args.orderBy.descending ?? false } : undefined;
    const bound = JSON.stringify([view.name, view.version, filter, order ?? null, caller.person ?? null]);
    const after = this.#place<Place>(bound, args.after);
    const stored = await this.#readStore.rows(view.name, {
      ...this.#seen(caller),
      filter,
      ...(order && { order }),
      ...(after && { after }),
      limit: limit + 1,
    });
    const page = stored.slice(0, limit);
    const nodes = (await this.#sight.rows(view, page, caller)).map(as);
    const cursor = (row: StoredRow) => this.#tokens.seal('cursor', bound, JSON.stringify(placeOf(row, order)));
    return connection(nodes, page, cursor, stored.length > limit, after !== undefined);
  }

  /** What happened, in order, as far as the caller may see; each event as `as` gives it. */
  async history<T>(args: HistoryArgs, caller: Caller, as: (shown: ShownEvent) => T): Promise<Connection<T>> {
    const limit = limitOf(args);
    const { object, types } = args.filter;
    const backwards = args.newestFirst ?? false;
    const bound = JSON.stringify(['history', object ?? null, types ?? null, backwards, caller.person ?? null]);
    const after = this.#place<number>(bound, args.after);
    const positions = await this.#readStore.history({
      mayKnow: this.#seen(caller).mayKnow,
      ...(object ? { object } : {}),
      ...(types ? { types } : {}),
      ...(after === undefined ? {} : { after }),
      backwards,
      limit: limit + 1,
    });
    const page = positions.slice(0, limit);
    const shown = await this.#sight.events(await this.#store.at(page), caller);
    const cursor = ({ event }: ShownEvent) => this.#tokens.seal('cursor', bound, JSON.stringify(event.position));
    return connection(shown.map(as), shown, cursor, positions.length > limit, after !== undefined);
  }

  async answer(query: Query, args: object, caller: Caller): Promise<readonly Row[]> {
    const now = this.#clock.now();
    const rows: Record<string, readonly Row[]> = {};
    for (const [name, { view, wanted }] of Object.entries(query.reads))
      rows[name] = (await this.#rows(view, wanted(args), caller, mostRows)).map(({ row }) => row);
    return query.answer(rows, args, { now, today: dayOf(now) });
  }

  async #rows(view: View, { keys, filter }: Wanted, caller: Caller, limit: number): Promise<ShownRow[]> {
    const stored = await this.#readStore.rows(view.name, {
      ...this.#seen(caller),
      ...(keys && { keys }),
      ...(filter && { filter }),
      limit,
    });
    return this.#sight.rows(view, stored, caller);
  }

  #seen(caller: Caller): Seen {
    let seen = this.#callers.get(caller);
    if (!seen) {
      const { sees } = this.#sight;
      this.#callers.set(caller, (seen = { mayKnow: mayKnow(sees, caller), whole: seesWhole(sees, caller) }));
    }
    return seen;
  }

  #place<T>(bound: string, cursor: string | null | undefined): T | undefined {
    if (cursor === null || cursor === undefined) return undefined;
    const place = this.#tokens.open('cursor', bound, cursor);
    if (place === undefined)
      throw new BadUserInput([
        { path: 'after', rule: 'cursor', expected: 'a cursor of this list, with the same filter and order' },
      ]);
    return JSON.parse(place) as T;
  }
}

/** An item and its cursor, which is sealed only for those who ask for it. */
class Edge<T, From> {
  readonly node: T;
  readonly #from: From;
  readonly #cursor: (from: From) => string;

  constructor(node: T, from: From, cursor: (from: From) => string) {
    this.node = node;
    this.#from = from;
    this.#cursor = cursor;
  }

  get cursor(): string {
    return this.#cursor(this.#from);
  }
}

function connection<T, From>(
  nodes: readonly T[],
  from: readonly From[],
  cursor: (from: From) => string,
  hasNextPage: boolean,
  hasPreviousPage: boolean,
): Connection<T> {
  const edges = nodes.map((node, index) => new Edge(node, from[index] as From, cursor));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    },
  };
}

/** @throws BadUserInput for a page that is none */
export function limitOf({ first }: PageArgs): number {
  const limit = first ?? pageUnlessTold;
  if (limit < 1 || limit > longestPage)
    throw new BadUserInput([{ path: 'first', rule: 'range', expected: `1 to ${longestPage}` }]);
  return limit;
}

const present = (filter: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined));
