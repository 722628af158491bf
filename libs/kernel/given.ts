import type { RefusalCode, WarningCode } from './codes.ts';
import type { Commands, InputOf, Who } from './commands.ts';
import { type Decision, type DeciderOf, isRefusal, type LookedUp, nothingLookedUp } from './decider.ts';
import type { NewFact, Facts } from './facts.ts';
import { type Circumstances, type Stream, streamName } from './stream.ts';
import type { Instant } from './time.ts';

/** A fact that was recorded by somebody in particular. */
export interface Recorded {
  readonly fact: NewFact;
  readonly by?: Partial<Who>;
  readonly at?: Instant;
}

const nobody: Who = {
  person: '00000000-0000-4000-8000-000000000001',
  org: '00000000-0000-4000-8000-000000000002',
  role: 'PERSON',
};

/**
 * Given / when / then for a decider: facts in, a command, and the facts or the refusal it must answer. No store, no
 * clock, no mocks. A broken expectation throws an Error that shows both sides.
 */
export function deciding<State, F extends Facts, C extends Commands>(decider: DeciderOf<State, F, C>) {
  return {
    /** The facts of the decider's own stream, in order. */
    given: (...facts: readonly (NewFact | Recorded)[]) => new Scene<State, F, C>(decider, facts),
  };
}

class Scene<State, F extends Facts, C extends Commands> {
  readonly #decider: DeciderOf<State, F, C>;
  readonly #own: readonly (NewFact | Recorded)[];
  readonly #others = new Map<string, unknown>();
  #known: LookedUp = nothingLookedUp;
  #who: Who = nobody;
  #now: Instant = '2017-01-02T08:00:00.000Z';
  #mandatedOrgId = nobody.org;

  constructor(decider: DeciderOf<State, F, C>, own: readonly (NewFact | Recorded)[]) {
    this.#decider = decider;
    this.#own = own;
  }

  /** What another stream holds that the decision reads. */
  and<Other, G extends Facts>(stream: Stream<Other, G>, id: string, ...facts: readonly (NewFact | Recorded)[]): this {
    this.#others.set(streamName(stream, id), folded(stream, facts));
    return this;
  }

  /** What is looked up outside every stream. */
  knowing(known: Partial<LookedUp>): this {
    this.#known = { ...this.#known, ...known };
    return this;
  }

  as(who: Partial<Who>): this {
    this.#who = { ...this.#who, ...who };
    return this;
  }

  at(now: Instant): this {
    this.#now = now;
    return this;
  }

  mandated(orgId: string): this {
    this.#mandatedOrgId = orgId;
    return this;
  }

  when<N extends keyof C & string>(name: N, command: InputOf<C[N]>): Outcome<F> {
    const state = folded(this.#decider.stream, this.#own);
    const asked = { name, command: command as object, state, known: this.#known };
    const reads = Object.fromEntries(
      Object.entries(this.#decider.reads).map(([read, { stream, ids }]) => {
        const allowed = new Set(ids(asked));
        return [
          read,
          (id: string) => {
            if (!allowed.has(id))
              throw new Error(`${name} uses ${stream.category} ${id}, which it does not declare in reads`);
            return this.#others.get(streamName(stream, id)) ?? stream.initial;
          },
        ];
      }),
    );
    const given = {
      reads,
      known: this.#known,
      now: this.#now,
      who: this.#who,
      mandatedOrgId: this.#mandatedOrgId,
    };
    return new Outcome<F>(name, this.#decider.decide(name, command, state, given));
  }
}

class Outcome<F extends Facts> {
  readonly #name: string;
  readonly decision: Decision;

  constructor(name: string, decision: Decision) {
    this.#name = name;
    this.decision = decision;
  }

  /** Accepted, with exactly these facts. */
  then(...facts: readonly NewFact<keyof F & string>[]): this {
    const found = isRefusal(this.decision) ? this.decision : this.decision.facts;
    same(`${this.#name} records`, found, facts);
    return this;
  }

  /** Accepted with these warnings, and no other. */
  warned(...codes: readonly WarningCode[]): this {
    const found = isRefusal(this.decision) ? this.decision : this.decision.warnings.map(({ code }) => code);
    same(`${this.#name} warns`, found, codes);
    return this;
  }

  refused(code: RefusalCode, details?: Readonly<Record<string, unknown>>): this {
    const found = isRefusal(this.decision) ? this.decision : { accepted: this.decision.facts };
    const expected = { refused: code, details: details ?? ('details' in found ? found.details : {}) };
    same(`${this.#name} is refused`, found, expected);
    return this;
  }
}

/** The id of the fact at this place among those given of a stream. */
export const idNo = (index: number): string => `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`;

export function folded<State>(stream: Stream<State>, facts: readonly (NewFact | Recorded)[]): State {
  return facts.reduce((state: State, item, index) => {
    const { fact, by = {}, at = '2017-01-02T08:00:00.000Z' } = 'fact' in item ? item : { fact: item };
    const version = stream.facts[fact.type]?.version ?? 1;
    const who = { ...nobody, ...by };
    const circumstances: Circumstances = {
      id: idNo(index),
      position: index + 1,
      occurredAt: at,
      recordedAt: at,
      actor: { person: who.person, org: who.org, role: who.role, onBehalfOf: null },
      custodian: fact.about.custodian ?? who.org,
    };
    return stream.fold(state, { type: fact.type, version, data: fact.data, ...circumstances });
  }, stream.initial);
}

/** @throws Error that shows both when they are not the same JSON, the order of names apart */
export function same(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [sorted(found), sorted(expected)].map((side) => JSON.stringify(side, null, 2));
  if (left !== right) throw new Error(`${what}\n${right}\nbut gave\n${left}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
