import type { EventStore } from '#event-store/event-store';
import type { MeasureId, Promised } from './promises.ts';
import type { Scratch } from './scratch.ts';

/** Appends without us: the same events, by as many callers, each on a stream of its own. */
export interface RawAppends {
  /** Until then, on the clock of `performance`. Gives how many were made. */
  until(time: number): Promise<number>;
  close(): Promise<void>;
}

/** What keeps the events while they are measured, and what the same machine can do at most without us. */
export interface Engine {
  /** What is measured on it, with what is promised there. */
  readonly promised: Partial<Record<MeasureId, Promised>>;

  /** Makes a place for events that is empty. */
  placeIn(scratch: Scratch, folder: string): Promise<Place>;
}

export interface Place {
  /** What a server is told, so that it keeps its events here. */
  readonly settings: Readonly<Record<string, string>>;
  open(): Promise<EventStore>;
  rawAppends(name: string, callers: number): RawAppends;
  /** Reads and parses every event. Gives how many. */
  rawRead(): Promise<number>;
  /** Where the engine is the limit of commands too: the append that P3's command makes. */
  readonly commandsAtMost?: (connections: number) => RawAppends;
}
