import { type Actor, categoryOf, type StoredEvent } from './envelope.ts';
import { type DataOf, type Fact, type Facts, upcast } from './facts.ts';

/** What a fold may know of an event beside its data. Time is history here, never "now". */
export interface Circumstances {
  readonly id: string;
  /** Place among all events: what is later, whatever the clock said. It never leaves the system. */
  readonly position: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly custodian: string;
}

/** What the facts of one stream add up to. */
export interface Stream<State = unknown, F extends Facts = Facts> {
  /** First part of the stream's name; the object's id is the rest. */
  readonly category: string;
  /** The object's type as history names it: Mandate, FundingYear … */
  readonly object: string;
  readonly facts: F;
  /** Of the fold, from 1: it rises when the same events give another state, and what was kept of older states is void. */
  readonly version: number;
  readonly initial: State;
  fold(state: State, event: FoldedEvent): State;
}

export type FoldedEvent = Pick<StoredEvent, 'type' | 'version' | 'data'> & Circumstances;

/** One step for every fact: a fact that no step handles does not compile. */
export type Evolve<State, F extends Facts> = {
  readonly [T in keyof F]: (state: State, data: DataOf<F[T]>, event: Circumstances) => State;
};

/**
 * Defines a stream: its facts and, with `evolve`, what they add up to. Pure: the same events give the same state on any
 * day. Folding throws a TypeError on an event of a type that the stream does not have.
 */
export const stream = <State, F extends Facts>(
  head: Omit<Stream<State, F>, 'fold' | 'version'> & { readonly version?: number },
) => ({
  evolve(evolve: Evolve<State, F>): Stream<State, F> {
    const steps = evolve as Readonly<Record<string, (state: State, data: never, event: Circumstances) => State>>;
    return {
      version: 1,
      ...head,
      fold(state, event) {
        const step = steps[event.type];
        const fact: Fact | undefined = head.facts[event.type];
        if (!step || !fact) throw new TypeError(`${head.category} has no fact ${event.type}`);
        return step(state, upcast(fact, event.version, event.data) as never, event);
      },
    };
  },
});

export const streamName = (stream: Pick<Stream, 'category'>, id: string): string => `${stream.category}-${id}`;

export const belongsTo = (stream: Stream, event: Pick<StoredEvent, 'stream'>): boolean =>
  categoryOf(event.stream) === stream.category;
