import type { Decider } from './decider.ts';
import type { Process } from './process.ts';
import type { Query } from './query.ts';
import type { Stream } from './stream.ts';
import type { View } from './view.ts';

/** A bounded context: everything that the delivery turns into handlers, mutations, queries, tables and a catalogue. */
export interface Context {
  readonly name: string;
  /** Svensk etikett. */
  readonly sv: string;
  readonly deciders: readonly Decider[];
  /** Streams without commands of their own: reservations. */
  readonly reservations?: readonly Stream[];
  readonly views: readonly View[];
  readonly queries: readonly Query[];
  readonly processes?: readonly Process[];
}
