import type { Parts } from '#kernel/parts';
import type { Change } from '#kernel/table';

/** What the events of a stream add up to at a revision. */
export interface Snapshot extends Parts {
  readonly revision: number;
  /** Id of the event there: a store that holds another was restored, and the snapshot is void. */
  readonly event: string;
}

/** What a snapshot adds to those before it. */
export interface NewSnapshot {
  /** Of the stream's fold. Snapshots of another are void. */
  readonly version: number;
  readonly revision: number;
  readonly event: string;
  readonly position: number;
  readonly parts: Parts;
  /** All that changed in the tables since the snapshot at `since`, or since the beginning (-1). */
  readonly since: number;
  readonly changes: ReadonlyMap<string, readonly Change<unknown>[]>;
}

/**
 * Where states of streams are kept, so that a long stream need not be folded from its beginning. A cache: deleting it
 * changes nothing but time. Each snapshot holds what changed since the one before, so that all of them together are
 * about as large as the last state, and the state at any of them can be had again.
 *
 * Cost: `save` the entries that changed, `find` the body of one state; an entry of a table is read when a decision asks
 * for it. None of it grows with the stream. (An adapter that cannot answer at once reads all entries in `find`.)
 */
export interface Snapshots {
  /**
   * The last snapshot of a stream at or before a revision. Its tables answer until the stream is forgotten.
   * @throws SnapshotUnusable when it is damaged, or cannot be read; its tables throw it too
   */
  find(stream: string, version: number, atMost: number): Promise<Snapshot | undefined>;

  /**
   * False, and nothing is written, when somebody else is writing: it waits for nobody.
   * @throws SnapshotUnusable when the snapshots that it adds to are gone; what the database throws
   */
  save(stream: string, snapshot: NewSnapshot): Promise<boolean>;

  /** Removes every snapshot of a stream. */
  forget(stream: string): Promise<void>;

  /** The event that any snapshot reaches last. A store that does not hold it was restored. */
  last(): Promise<{ readonly position: number; readonly event: string } | undefined>;

  /** Removes everything. */
  clear(): Promise<void>;

  close(): Promise<void>;
}

/** A snapshot is not what was written, or cannot be read. Fold the events: they say the same. */
export class SnapshotUnusable extends Error {
  override readonly name = 'SnapshotUnusable';
  readonly stream: string;
  constructor(stream: string, why: string, cause?: unknown) {
    super(`the snapshot of ${stream} ${why}`, { cause });
    this.stream = stream;
  }
}
