import type { StoredEvent } from './envelope.ts';
import type { Facts, NewFact } from './facts.ts';
import { folded, idNo, type Recorded, same } from './given.ts';
import type { Cause, Effect, ProcessOf, Timer } from './process.ts';
import { type Stream, streamName } from './stream.ts';
import type { Instant } from './time.ts';

type Fact = NewFact | Recorded;

/**
 * Given / when / then for a process: facts in, a fact that is heard or a timer that is due, and what it wants recorded.
 * No store, no clock, no mocks. A broken expectation throws an Error that shows both sides.
 */
export const processing = <State, F extends Facts>(process: ProcessOf<State, F>, id: string) => ({
  /** The facts of the stream that the process writes to, in order. */
  given: (...facts: readonly Fact[]) => new Scene(process, id, facts),
});

class Scene<State, F extends Facts> {
  readonly #process: ProcessOf<State, F>;
  readonly #id: string;
  readonly #own: readonly Fact[];
  readonly #others = new Map<string, { readonly stream: Stream; readonly facts: readonly Fact[] }>();

  constructor(process: ProcessOf<State, F>, id: string, own: readonly Fact[]) {
    this.#process = process;
    this.#id = id;
    this.#own = own;
  }

  /** What another stream holds that the process reads. */
  and<Other, G extends Facts>(stream: Stream<Other, G>, id: string, ...facts: readonly Fact[]): this {
    this.#others.set(streamName(stream, id), { stream, facts });
    return this;
  }

  /** When each timer is due that the given facts set, by its trigger. */
  timers(): Readonly<Record<string, Instant>> {
    return Object.fromEntries([...this.#timers()].map(({ timer: { trigger, due } }) => [trigger, due]));
  }

  /** The last of the facts given of a stream is heard; of the process's own stream unless told. */
  hearing(stream: Pick<Stream, 'category'> = this.#process.stream, id = this.#id): Outcome {
    const name = streamName(stream, id);
    const facts = this.#others.get(name)?.facts ?? this.#own;
    const event = eventNo(facts.length - 1, facts, name);
    if (!this.#process.hears.has(event.type)) return new Outcome(event.type, []);
    return this.#decided({ event });
  }

  /** A timer is due that one of the given facts set. */
  due(trigger: string): Outcome {
    const set = [...this.#timers()].find(({ timer }) => timer.trigger === trigger);
    if (!set) throw new Error(`none of the facts sets ${trigger}, only ${Object.keys(this.timers()).join(', ')}`);
    return this.#decided(set);
  }

  *#timers(): Iterable<{ readonly event: StoredEvent; readonly timer: Timer }> {
    const name = streamName(this.#process.stream, this.#id);
    for (const index of this.#own.keys()) {
      const event = eventNo(index, this.#own, name);
      for (const timer of this.#process.timers(event)) yield { event, timer };
    }
  }

  #decided(cause: Cause): Outcome {
    const { name, stream, reads: declared } = this.#process;
    const own = folded(stream, this.#own);
    const reads = Object.fromEntries(
      Object.entries(declared).map(([read, { stream, ids }]) => {
        const allowed = new Set(ids(cause, own));
        const stateOf = (id: string) => {
          if (!allowed.has(id))
            throw new Error(`${name} uses ${stream.category} ${id}, which it does not declare in reads`);
          return folded(stream, this.#others.get(streamName(stream, id))?.facts ?? []);
        };
        return [read, stateOf];
      }),
    );
    return new Outcome(cause.timer?.trigger ?? cause.event.type, this.#process.decide(cause, own, reads));
  }
}

class Outcome {
  readonly #cause: string;
  readonly effects: readonly Effect[];

  constructor(cause: string, effects: readonly Effect[]) {
    this.#cause = cause;
    this.effects = effects;
  }

  /** It wants exactly these facts recorded. */
  then(...facts: readonly NewFact[]): this {
    const found = this.effects.map(({ fact }) => fact);
    same(`${this.#cause} leads to`, found, facts);
    return this;
  }

  nothing(): this {
    return this.then();
  }
}

function eventNo(index: number, facts: readonly Fact[], stream: string): StoredEvent {
  const item = facts[index];
  if (!item) throw new Error(`${stream} was given no facts`);
  const { fact, at = '2017-01-02T08:00:00.000Z' } = 'fact' in item ? item : { fact: item };
  const org = '00000000-0000-4000-8000-000000000002';
  return {
    id: idNo(index),
    type: fact.type,
    version: 1,
    stream,
    revision: index,
    position: index + 1,
    occurredAt: at,
    recordedAt: at,
    actor: { person: '00000000-0000-4000-8000-000000000001', org, role: 'PERSON', onBehalfOf: null },
    custodian: fact.about.custodian ?? org,
    case: null,
    regime: null,
    command: null,
    correlation: org,
    causation: null,
    concerns: [],
    basedOn: {},
    visibility: { class: 'PUBLIC', fields: {} },
    subjects: [],
    backdating: null,
    data: fact.data,
  };
}
