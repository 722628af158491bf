import type { VisibilityClass } from '#kernel/envelope';
import type { Row, View } from '#kernel/view';
import type { Guard, MayKnow } from './may-know.ts';

/** A row of a view as stored: whole, with what decides who may know of it and of its columns. Its class is the view's. */
export interface StoredRow {
  readonly key: string;
  readonly body: Row;
  readonly guard: Guard;
  /** The guard of each column that is seen otherwise than the row. */
  readonly columns: Readonly<Record<string, Guard>>;
  /** The viewer who asked sees all of it: what guards its columns is left out. */
  readonly whole?: true;
}

/** A row as it is now. */
export interface ChangedRow extends StoredRow {
  /** False when the row was stored before with the same values in all columns to filter and order by. */
  readonly moved: boolean;
}

/** What the index of history holds of an event; the event itself stays in the event store. */
export interface HistoryEntry {
  readonly position: number;
  /** Id of the event. */
  readonly id: string;
  readonly type: string;
  readonly class: VisibilityClass;
  readonly guard: Guard;
  /** The stream's own object and every id that the event concerns. */
  readonly objects: readonly string[];
}

export interface Release {
  readonly key: string;
  readonly position: number;
}

/** An event that could not be folded into a row, or that waits behind one. */
export interface Parked {
  readonly view: string;
  /** The row's key; `@` and the stream where the keys could not be told. */
  readonly key: string;
  readonly position: number;
  readonly error: string;
}

/** How many events, and the sum of their positions: two that are equal counted the same events. */
export interface Tally {
  readonly count: number;
  readonly sum: number;
}

/** How far a view has come: everything up to `position` is in it; `event` is the id of the event there. */
export interface Checkpoint {
  readonly position: number;
  readonly event: string | null;
  /** The events that concern the view and were given to it, parked ones included: what the self-check compares. */
  readonly heard: Tally;
  /** Raised by whoever changes the view beside its projector: a commit that does not know of that is refused. */
  readonly epoch: number;
}

export const beginning: Checkpoint = { position: 0, event: null, heard: { count: 0, sum: 0 }, epoch: 0 };

/** The name under which the index of history, releases included, has its checkpoint. */
export const historyName = '_history';

/** What a batch of events does to the read store: all of it, or nothing. */
export interface Commit {
  readonly views: readonly {
    readonly view: string;
    readonly rows: readonly ChangedRow[];
    readonly gone: readonly string[];
  }[];
  readonly history: readonly HistoryEntry[];
  readonly releases: readonly Release[];
  readonly parked: readonly Parked[];
  /** Events that were parked and are no longer. The view's epoch rises. */
  readonly freed: readonly Omit<Parked, 'error'>[];
  readonly checkpoints: readonly {
    readonly name: string;
    readonly from: Pick<Checkpoint, 'position' | 'epoch'>;
    readonly to: Omit<Checkpoint, 'epoch'>;
  }[];
}

/** A value to filter by; `null` asks for rows in which the column is absent. */
export type FilterValue = string | number | boolean | null;

export interface RowsWanted {
  readonly mayKnow: MayKnow;
  /** What the viewer sees all of, as `seesWhole` compiles it: rows under it come as `whole`. */
  readonly whole?: MayKnow;
  readonly keys?: readonly string[];
  /** Declared columns, each with the value or one of the values that it must have. */
  readonly filter?: Readonly<Record<string, FilterValue | readonly FilterValue[]>>;
  /** A declared column; rows of one value follow each other by key. By key unless told. What is absent comes first. */
  readonly order?: { readonly by: string; readonly descending?: boolean };
  /** Only rows behind this place in that order. */
  readonly after?: Place;
  readonly limit: number;
}

/** Where a row stands in an order: rows that come or go elsewhere do not move it. */
export interface Place {
  readonly value: FilterValue;
  readonly key: string;
}

/** The place of a row in an order of `rows`. */
export const placeOf = ({ key, body }: StoredRow, order: RowsWanted['order']): Place => ({
  value: order ? ((body[order.by] as FilterValue | undefined) ?? null) : key,
  key,
});

export interface HistoryWanted {
  readonly mayKnow: MayKnow;
  /** Only events that concern this object; of all objects unless told. */
  readonly object?: string;
  readonly types?: readonly string[];
  /** Only events with these ids. */
  readonly ids?: readonly string[];
  /** Newest first. */
  readonly backwards?: boolean;
  /** Only positions behind this one in that direction. */
  readonly after?: number;
  readonly limit: number;
}

/** What events are folded into: the views that are read, or those that are built beside them. */
export interface Projected {
  /** Of every view that is there, and of `historyName`. */
  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>>;

  /** The rows of a view with these keys, whoever may know of them: for folding. */
  load(view: string, keys: readonly string[]): Promise<StoredRow[]>;

  /**
   * Writes everything in one transaction.
   * @throws CheckpointMoved when a checkpoint is not where the commit starts, or a freed event is not parked: somebody
   * else writes too. Nothing was written then.
   */
  commit(commit: Commit): Promise<void>;

  /** Everything parked, in order of position. */
  parked(): Promise<Parked[]>;
}

/** What is asked of views that are there. */
export interface Views {
  /** Cost: the rows read to fill the page, found by an index for an order, keys or a filter alone. @throws NotBuilt */
  rows(view: string, wanted: RowsWanted): Promise<StoredRow[]>;

  /** Positions of events, in order. @throws NotBuilt */
  history(wanted: HistoryWanted): Promise<number[]>;

  /** The position of the last release of each of these keys; a key never released is left out. @throws NotBuilt */
  releasedAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/**
 * Where views are kept: rows ready to be read, and nothing that could not be made again from the events. Every adapter
 * keeps every sentence of `read-store.contract.ts`. Visibility is applied inside every reading of rows and history, so
 * that a page is full, and what may not be known moves no page.
 *
 * A view is built in `next`, beside the one that is read, and swapped in when it is complete. A view that was never
 * built, or was built under other rules, is not there to be read: rows that old rules wrote might show what today's hide.
 */
export interface ReadStore extends Projected, Views {
  /**
   * Says which views there are, and by which rules history is indexed, each fact's by its type: see `historyRules`. What
   * is there of another layout, or no longer declared, is dropped; history, when it holds an event whose rule changed.
   * @throws TypeError for a view that cannot be stored: see `indexedColumns`
   */
  prepare(views: readonly View[], rules?: Readonly<Record<string, string>>): Promise<void>;

  /** What is built beside. Its checkpoints are durable: whoever builds goes on where it was left. */
  readonly next: Projected;

  /** Makes room in `next` for these views (or `historyName`); what is there already stays. */
  begin(names: readonly string[]): Promise<void>;

  /** Makes the indexes that only readers need, of what is in `next`. Once built: one sort costs a fraction of keeping them. */
  index(names: readonly string[]): Promise<void>;

  /**
   * Puts these views of `next` in the place of those that are read, all at once. False, and nothing done, when one that
   * is read has come further than its successor.
   */
  swap(names: readonly string[]): Promise<boolean>;

  /** Drops these views (or `historyName`), there and in `next`. */
  forget(names: readonly string[]): Promise<void>;

  close(): Promise<void>;
}

/** What is asked for is being built and cannot be read yet: ask again in a moment. */
export class NotBuilt extends Error {
  override readonly name = 'NotBuilt';
}

/** The file or server cannot be used as it is. The message says what was found and the way out. */
export class ReadStoreUnusable extends Error {
  override readonly name = 'ReadStoreUnusable';
}

/** Somebody else moved the checkpoint that a commit starts from: read it again. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
  constructor(what: string, expected: number) {
    super(`${what} is no longer at ${expected}: another projector writes to this read store`);
  }
}
