import type { Instant } from '#kernel/time';

/** How far the processes have come: everything up to `position` was heard; `event` is the id of the event there. */
export interface Checkpoint {
  readonly position: number;
  readonly event: string | null;
}

/** A timer that waits. What it is about is told by the fact that set it. */
export interface PendingTimer {
  readonly process: string;
  readonly trigger: string;
  readonly due: Instant;
  /** Position of the fact that set it. */
  readonly position: number;
}

/** What a process could not do, or what waits behind such for the same object. */
export interface ParkedCause {
  readonly process: string;
  /** The object that the process decides for; `@` and the stream where that could not be told. */
  readonly object: string;
  /** Position of the event that it did not take, or of the fact that set the timer. */
  readonly position: number;
  /** The timer; `null` for an event that was heard. */
  readonly trigger: string | null;
  readonly error: string;
}

/** Something about an event that is to be looked at: nothing was undone. */
export interface Finding {
  readonly position: number;
  readonly rule: string;
  /** The authority that keeps the event. */
  readonly custodian: string;
  /** Positions of the events that its decision did not see. */
  readonly unseen: readonly number[];
}

/** All of it is written, or nothing. */
export interface ProcessCommit {
  readonly from: number;
  readonly to: Checkpoint;
  /** A timer that waits already is left as it is. */
  readonly set: readonly PendingTimer[];
  readonly done: readonly PendingTimer[];
  /** What is parked already is left as it is. */
  readonly parked: readonly ParkedCause[];
  readonly freed: readonly ParkedCause[];
  readonly found: readonly Finding[];
}

/**
 * Where the processes keep what they would otherwise have to work out again: all of it follows from the events, so that
 * deleting it changes nothing but time. Every adapter keeps every sentence of `process-store.contract.ts`.
 */
export interface ProcessStore {
  /** Empties a store that was filled by other processes, or other versions of them, than `layout` names. */
  prepare(layout: string): Promise<void>;

  /** Forgets everything. */
  empty(): Promise<void>;

  checkpoint(): Promise<Checkpoint>;

  /** Timers due at `now` or before, in order of their time, then trigger, then process. Cost: those given. */
  due(now: Instant, limit: number): Promise<PendingTimer[]>;

  /** When the next timer is due. */
  next(): Promise<Instant | undefined>;

  /** How many timers of each process wait. */
  pending(): Promise<ReadonlyMap<string, number>>;

  /** Everything parked, in the order in which it was. */
  parked(): Promise<ParkedCause[]>;

  /** Findings in order of position, then rule. Cost: those of the custodians that are passed over and given. */
  findings(wanted: FindingsWanted): Promise<Finding[]>;

  /** @throws ProcessesMoved when the checkpoint is not at `from`: another runner writes here. Nothing was written then. */
  commit(commit: ProcessCommit): Promise<void>;

  close(): Promise<void>;
}

export interface FindingsWanted {
  readonly custodians: readonly string[];
  readonly rule?: string;
  /** Only those behind this place. */
  readonly after?: Place;
  readonly limit: number;
}

/** Where a finding stands in their order. */
export type Place = Pick<Finding, 'position' | 'rule'>;

/** The file cannot be used as it is. The message says what was found and the way out. */
export class ProcessStoreUnusable extends Error {
  override readonly name = 'ProcessStoreUnusable';
}

/** Somebody else moved the checkpoint: read it again. */
export class ProcessesMoved extends Error {
  override readonly name = 'ProcessesMoved';
  constructor(expected: number) {
    super(`the processes are no longer at ${expected}: another runner writes to this store`);
  }
}
