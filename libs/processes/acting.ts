import { type EventStore, IdsContradict, StoreRefuses, WrongRevision } from '#event-store/event-store';
import type { NewEvent, StoredEvent } from '#kernel/envelope';
import type { Cause, Effect, Process } from '#kernel/process';
import { type Load, readAll } from '#kernel/reads';
import { streamName } from '#kernel/stream';
import { knownBy, until } from './past.ts';
import type { Finding, ParkedCause, PendingTimer } from './process-store.ts';
import { pure, Thrown } from './thrown.ts';

/** What the envelope of an event is made of that a process wants recorded. */
export interface Made {
  readonly process: Process;
  readonly cause: Cause;
  readonly effect: Effect;
  /** The object whose stream it goes to. */
  readonly id: string;
  readonly basedOn: Readonly<Record<string, number>>;
}

/** Looks at every event as it comes by. Pure, but for what it reads: the same event gives the same findings for ever. */
export interface Examiner {
  readonly name: string;
  readonly version: number;
  /**
   * @param before streams as they stood just before the event
   * @throws Thrown what a decision throws that is asked again; and what the store throws
   */
  examine(event: StoredEvent, before: Load): Promise<readonly Finding[]>;
}

export interface ActingOptions {
  readonly events: EventStore;
  readonly processes: readonly Process[];
  readonly examiner: Examiner;
  /** The event of an effect. Its id follows from the process and its cause alone (domain 7.2): it is recorded once. */
  eventOf(made: Made): NewEvent;
}

/**
 * What processes do about their causes, on streams as `load` knows them. Everything throws `Thrown` for what a process's
 * own functions throw, and what the store throws as it is.
 */
export class Acting {
  readonly #options: ActingOptions;

  constructor(options: ActingOptions) {
    this.#options = options;
  }

  /** Answers a fact. Gives the timers that it sets. */
  async hear(process: Process, event: StoredEvent, load: Load): Promise<PendingTimer[]> {
    const timers = process.sets.has(event.type) ? pure(() => process.timers(event)) : [];
    if (process.hears.has(event.type)) await this.#act(process, { event }, load);
    const { position } = event;
    return timers.map(({ trigger, due }) => ({ process: process.name, trigger, due, position }));
  }

  /** Acts for a timer that a fact set. */
  async wake(process: Process, event: StoredEvent, trigger: string, load: Load): Promise<void> {
    const timer = pure(() => process.timers(event)).find((one) => one.trigger === trigger);
    if (timer) await this.#act(process, { event, timer }, load);
  }

  /** What comes of a cause that was parked, on streams as they were then. */
  async again({ process: name, position, trigger }: ParkedCause) {
    const { events, processes, examiner } = this.#options;
    const process = processes.find((one) => one.name === name);
    const [event] = await events.at([position]);
    const nothing = { set: [] as readonly PendingTimer[], found: [] as readonly Finding[] };
    if (!event) return nothing;
    const asOf =
      (last: number): Load =>
      (stream, id) =>
        until(events, stream, id, (at) => at.position <= last);
    if (!process) return { ...nothing, found: await examiner.examine(event, asOf(position - 1)) };
    if (trigger === null) {
      const load = asOf(position);
      return { ...nothing, set: await this.hear(process, event, load) };
    }
    const due = pure(() => process.timers(event)).find((one) => one.trigger === trigger)?.due ?? '';
    await this.wake(process, event, trigger, (stream, id) => until(events, stream, id, knownBy(due, position)));
    return nothing;
  }

  async #act(process: Process, cause: Cause, load: Load): Promise<void> {
    const { events, eventOf } = this.#options;
    const id = pure(() => process.id(cause.event));
    const own = await load(process.stream, id);
    const idsOf = ({ ids }: Process['reads'][string]) => pure(() => ids(cause, own.state));
    const { reads, basedOn } = await readAll(process.name, process.reads, idsOf, load);
    for (const effect of pure(() => process.decide(cause, own.state, reads))) {
      const event = pure(() => eventOf({ process, cause, effect, id, basedOn }));
      const expected = !effect.unlessMoved ? 'any' : own.revision < 0 ? 'none' : own.revision;
      try {
        await events.append(streamName(process.stream, id), [event], expected);
      } catch (error) {
        if (error instanceof StoreRefuses || error instanceof IdsContradict)
          throw new Thrown(error.message, { cause: error });
        if (!(error instanceof WrongRevision)) throw error;
      }
    }
  }
}
