import type { StoredEvent } from './envelope.ts';
import { type DataOf, type Facts, type NewFact, upcast } from './facts.ts';
import type { Stream } from './stream.ts';
import type { Instant } from './time.ts';

/** A moment at which a process wants to be woken. A fact sets it: it follows from that fact alone. */
export interface Timer<About = unknown> {
  /** Its own text, unique within the process for ever: part of the id of what it does (domain 7.2). */
  readonly trigger: string;
  readonly due: Instant;
  /** What it is about, for the process itself. */
  readonly about: About;
}

/** One fact that a process wants recorded in the stream that it decides for. */
export interface Effect<T extends string = string> {
  readonly fact: NewFact<T>;
  /** Id of the event that it answers, where that is another than the one heard. */
  readonly answers?: string;
  /** Tells apart what answers one event more than once; 0 unless told. */
  readonly index?: number;
  /** Recorded only if the stream is still as the decision knew it; otherwise the moment has passed, for good. */
  readonly unlessMoved?: true;
}

/** What a process is woken by: a fact that it hears, or a timer that is due and the fact that set it. */
export interface Cause<About = unknown> {
  readonly event: StoredEvent;
  readonly timer?: Timer<About>;
}

/** Streams of others that a process reads. Their revisions are stored in `basedOn`. */
export interface ProcessRead<State = unknown, Own = never, About = never> {
  readonly stream: Stream<State>;
  ids(cause: Cause<About>, own: Own): readonly string[];
}

/** The folded states of what a process reads, by name then by id. */
export type Readings<States> = { readonly [R in keyof States]: (id: string) => States[R] };

type Heard<F extends Facts, Answer> = {
  readonly [T in keyof F]?: (data: DataOf<F[T]>, event: StoredEvent) => Answer;
};

export interface ProcessDefinition<State, F extends Facts, Makes extends string, About, States> {
  /** Part of the id of everything that it does: for ever. */
  readonly name: string;
  /** Raise it when timers or answers change: all of history is then gone through again. */
  readonly version: number;
  readonly says: string;
  /** The facts that it may hear; those of several streams are spread into one. */
  readonly of: F;
  /** The types of event that it may become the cause of. */
  readonly makes: readonly Makes[];
  /** The object for which it decides, and in whose stream it records. */
  id(event: StoredEvent): string;
  readonly reads: { readonly [R in keyof States]: ProcessRead<States[R], State, About> };
  /** The timers that a fact sets. */
  readonly timers?: Heard<F, readonly Timer<About>[]>;
  /** What a timer does that is due, by what was known then. */
  due?(timer: Timer<About>, state: State, reads: Readings<States>, event: StoredEvent): Effect<Makes> | undefined;
  /** The facts that `answer` is asked about. */
  readonly hears?: readonly (keyof F & string)[];
  /** What it does about a fact, by the streams as they stood when the fact was recorded, with it. */
  answer?(event: StoredEvent, state: State, reads: Readings<States>): readonly Effect<Makes>[];
}

/** A process manager as the system handles it, whatever its types. */
export interface Process {
  readonly name: string;
  readonly version: number;
  readonly says: string;
  readonly of: Facts;
  readonly makes: readonly string[];
  readonly stream: Stream;
  readonly reads: Readonly<Record<string, ProcessRead<unknown, unknown, unknown>>>;
  /** The types of event that set a timer. */
  readonly sets: ReadonlySet<string>;
  /** The types of event that it answers. */
  readonly hears: ReadonlySet<string>;
  id(event: StoredEvent): string;
  timers(event: StoredEvent): readonly Timer[];
  decide(cause: Cause, state: unknown, reads: Readings<Readonly<Record<string, unknown>>>): readonly Effect[];
}

/** A process whose facts the types still know: what specs are written against. */
export interface ProcessOf<State, F extends Facts> extends Process {
  readonly stream: Stream<State, F>;
}

/**
 * Defines a process manager: facts in, facts for one stream out, now or at a time. Pure: no clock, no I/O. Events are
 * at least once its causes and its effects are idempotent, so that whatever stops it, and however often history is gone
 * through again, each cause has its effect once.
 */
export function process<
  State,
  Own extends Facts,
  F extends Facts,
  const Makes extends keyof Own & string,
  About = never,
  States = Readonly<Record<never, never>>,
>(stream: Stream<State, Own>, definition: ProcessDefinition<State, F, Makes, About, States>): ProcessOf<State, Own> {
  const { due, answer } = definition as ProcessDefinition<
    unknown,
    Facts,
    string,
    unknown,
    Readonly<Record<string, unknown>>
  >;
  const timers = (definition.timers ?? {}) as Heard<Facts, readonly Timer[]>;
  return {
    ...(definition as unknown as ProcessOf<State, Own>),
    stream,
    sets: new Set(Object.keys(timers)),
    hears: new Set(definition.hears),
    timers(event) {
      const fact = definition.of[event.type];
      return fact ? (timers[event.type]?.(upcast(fact, event.version, event.data), event) ?? []) : [];
    },
    decide({ event, timer }, state, reads) {
      if (!timer) return answer?.(event, state, reads) ?? [];
      const effect = due?.(timer, state, reads, event);
      return effect ? [effect] : [];
    },
  };
}

/** Reads one other stream, or several, by the ids that the cause leads to. */
export const reading = <State, Own, About>(
  stream: Stream<State>,
  ids: (cause: Cause<About>, own: Own) => readonly string[],
): ProcessRead<State, Own, About> => ({ stream, ids });
