import type { Stream } from '#kernel/stream';
import type { Grant } from '#kernel/roles';
import { type Clock, type Day, dayOf } from '#kernel/time';
import type { Viewer } from '#kernel/visibility';
import type { Repository } from './repository.ts';

/** What the delivery needs of the context that knows who holds which role. */
export interface People<Person = unknown> {
  readonly persons: Stream<Person>;
  grantsOf(person: Person, today: Day): readonly Grant[];
  /** Every organisation that the person was ever to act for: a repeated command is looked for under each. */
  organisationsOf(person: Person): readonly string[];
}

/** Who asks: nobody in particular, or a person with the roles in force now. */
export interface Caller extends Viewer {
  readonly organisations: readonly string[];
}

export const publicCaller: Caller = { person: undefined, grants: [], organisations: [] };

/** The person whom the configuration names as first administrator holds that role without an event. */
export interface FirstAdministrator {
  readonly person: string;
  readonly grant: Grant;
}

/** Callers kept ready; each is made anew when the person's roles or the day changed. */
const kept = 10_000;

/** Turns a person into a caller. Roles are read anew each time: one that was revoked is gone with the next request. */
export class Callers {
  readonly #repository: Repository;
  readonly #people: People;
  readonly #clock: Clock;
  readonly #first: FirstAdministrator | undefined;
  readonly #callers = new Map<string, { state: unknown; today: Day; caller: Caller }>();

  constructor(repository: Repository, people: People, clock: Clock, first: FirstAdministrator | undefined) {
    this.#repository = repository;
    this.#people = people;
    this.#clock = clock;
    this.#first = first;
  }

  of(person: string): Promise<Caller> {
    return this.#repository.trying(() => this.#of(person));
  }

  async #of(person: string): Promise<Caller> {
    const { state } = await this.#repository.load(this.#people.persons, person);
    const today = dayOf(this.#clock.now());
    const known = this.#callers.get(person);
    if (known && known.state === state && known.today === today) return known.caller;
    const caller = this.#callerOf(person, state, today);
    if (this.#callers.size >= kept) this.#callers.clear();
    this.#callers.set(person, { state, today, caller });
    return caller;
  }

  #callerOf(person: string, state: unknown, today: Day): Caller {
    const held = this.#people.grantsOf(state, today);
    const organisations = this.#people.organisationsOf(state);
    if (this.#first?.person !== person) return { person, grants: held, organisations };
    const { grant } = this.#first;
    return { person, grants: [...held, grant], organisations: [...new Set([...organisations, grant.org])] };
  }
}
