import type { Checkpoint, Finding, ParkedCause, PendingTimer, ProcessCommit } from './process-store.ts';

/** Where nothing else is to be written, the checkpoint is, every so many events: hearing them again does no harm. */
const checkpointEvery = 1_000;

/** What is to be written since the last commit, and which objects of which processes wait. */
export class Work {
  readonly #waiting = new Map<string, number>();
  readonly #parkedOf = new Map<string, number>();
  #written: Checkpoint;
  #set: PendingTimer[] = [];
  #done: PendingTimer[] = [];
  #parked: ParkedCause[] = [];
  #freed: ParkedCause[] = [];
  #found: Finding[] = [];

  constructor(written: Checkpoint, parked: readonly ParkedCause[]) {
    this.#written = written;
    for (const cause of parked) this.#count(cause, 1);
  }

  static keyOf({ process, object }: Pick<ParkedCause, 'process' | 'object'>): string {
    return `${process} ${object}`;
  }

  waitsFor(process: string, object: string): boolean {
    return this.#waiting.size > 0 && (this.#waiting.get(Work.keyOf({ process, object })) ?? 0) > 0;
  }

  parkedOf(process: string): number {
    return this.#parkedOf.get(process) ?? 0;
  }

  set(timers: readonly PendingTimer[]): void {
    this.#set.push(...timers);
  }

  done(timer: PendingTimer): void {
    this.#done.push(timer);
  }

  park(cause: ParkedCause): void {
    this.#parked.push(cause);
    this.#count(cause, 1);
  }

  free(cause: ParkedCause): void {
    this.#freed.push(cause);
    this.#count(cause, -1);
  }

  found(findings: readonly Finding[]): void {
    this.#found.push(...findings);
  }

  isWorthWriting(position: number): boolean {
    return this.#hasAny() || position - this.#written.position >= checkpointEvery;
  }

  /** What is to be committed; nothing when there is nothing. */
  take(to: Checkpoint): ProcessCommit | undefined {
    if (!this.#hasAny() && to.position === this.#written.position) return undefined;
    const commit: ProcessCommit = {
      from: this.#written.position,
      to,
      set: this.#set,
      done: this.#done,
      parked: this.#parked,
      freed: this.#freed,
      found: this.#found,
    };
    this.#written = to;
    this.#set = [];
    this.#done = [];
    this.#parked = [];
    this.#freed = [];
    this.#found = [];
    return commit;
  }

  #hasAny(): boolean {
    return [this.#set, this.#done, this.#parked, this.#freed, this.#found].some((list) => list.length > 0);
  }

  #count(cause: ParkedCause, by: number): void {
    const key = Work.keyOf(cause);
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + by);
    this.#parkedOf.set(cause.process, this.parkedOf(cause.process) + by);
  }
}
