import { type EventStore, StoreRefuses, WrongRevision } from '#event-store/event-store';
import { type RefusalCode, refusals, warnings as warningTexts } from '#kernel/codes';
import type { Who } from '#kernel/commands';
import { type Given, isRefusal, type LookedUp, type Refusal, type Reservation, type Warning } from '#kernel/decider';
import type { NewEvent, StoredEvent } from '#kernel/envelope';
import { readAll } from '#kernel/reads';
import { streamName } from '#kernel/stream';
import { type Clock, type Instant, plusMinutes } from '#kernel/time';
import { eventsOf, type Making, reserving } from './envelopes.ts';
import { BadUserInput } from './errors.ts';
import { digestOf, idByCommand } from './event-identity.ts';
import { actingAs, type Intent, mayAnywhere } from './intent.ts';
import { type CommandMeta, digested } from './meta.ts';
import type { OpaqueTokens } from './opaque.ts';
import type { Caller } from './people.ts';
import type { Repository, Standing } from './repository.ts';
import type { Sight } from './sight.ts';
import { statedAheadOf } from './stated-times.ts';

export interface Accepted {
  readonly commandId: string;
  readonly version: string;
  readonly consistency: string;
  readonly warnings: readonly { readonly code: string; readonly message: string; readonly details: object }[];
}
export interface Refused {
  readonly code: RefusalCode;
  readonly message: string;
  readonly details: object;
}

/** Takes commands: as it is, or watched. */
export type Desk = Pick<CommandDesk, 'handle'>;

/** What a command rests on outside every stream. */
export interface LooksUp {
  personKnown(person: string): Promise<boolean>;
  events(ids: readonly string[], caller: Caller): Promise<LookedUp['events']>;
  organisationNumberKey(organisationNumber: string): string;
}

const backdatingDays = 30;
const aheadMinutes = 5;

/**
 * Takes commands from well-formed input to stored events, in the order of domain 7.4: the same command again, may this
 * person at all, is there such an object, may this person here, conflict and representation, is it as expected, are
 * the times possible, and then the decider's own guards. One stream is written; commands on one stream queue up.
 */
export class CommandDesk {
  readonly #store: EventStore;
  readonly #repository: Repository;
  readonly #looksUp: LooksUp;
  readonly #sight: Sight;
  readonly #tokens: OpaqueTokens;
  readonly #clock: Clock;
  readonly #mandatedOrgId: string;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(needs: {
    store: EventStore;
    repository: Repository;
    looksUp: LooksUp;
    sight: Sight;
    tokens: OpaqueTokens;
    clock: Clock;
    mandatedOrgId: string;
  }) {
    this.#store = needs.store;
    this.#repository = needs.repository;
    this.#looksUp = needs.looksUp;
    this.#sight = needs.sight;
    this.#tokens = needs.tokens;
    this.#clock = needs.clock;
    this.#mandatedOrgId = needs.mandatedOrgId;
  }

  /** @throws BadUserInput when a token is not one for this object, or the event would be too large */
  async handle(intent: Intent): Promise<Accepted | Refused> {
    if (intent.caller.person === undefined) return refused('FORBIDDEN');
    const known = await this.#lookUp(intent);
    const id = intent.decider.id(intent.input, known);
    const stream = streamName(intent.decider.stream, id);
    const expected = this.#expected(intent.meta, stream);
    return this.#inTurn(stream, async () => {
      for (;;) {
        try {
          return await this.#repository.trying(() => this.#attempt(intent, known, id, expected));
        } catch (error) {
          // A lost race is decided again on what is there now; with `expected` the next attempt says so.
          if (!(error instanceof WrongRevision)) throw error;
        }
      }
    });
  }

  async #attempt(
    intent: Intent,
    known: LookedUp,
    id: string,
    expected: number | undefined,
  ): Promise<Accepted | Refused> {
    const { decider, meta, input } = intent;
    const own = await this.#repository.load(decider.stream, id);
    const digest = digestOf(intent.name, input, digested(meta));
    const who = actingAs(intent, own.state, this.#mandatedOrgId);
    const repeated = await this.#again(intent, id, own, digest, who);
    if (repeated) return repeated;

    if (!mayAnywhere(intent, this.#mandatedOrgId)) return refused('FORBIDDEN');
    if (!who) return refused(await this.#reasonToRefuse(intent, own));
    if (meta.onBehalfOf) return refused('NO_REPRESENTATION', { reason: 'NONE' });
    if (expected !== undefined && expected !== own.revision) return refused('CONCURRENCY_CONFLICT');

    const now = this.#clock.now();
    const impossible = timesRefused(intent, now);
    if (impossible) return answerTo(impossible);
    const { given, basedOn } = await this.#given(intent, own.state, known, who, now);
    const decision = decider.decide(intent.name, input, own.state, given);
    if (isRefusal(decision)) return answerTo(decision);

    const making = { intent, id, stream: own.stream, who, now, digest, basedOn, mandatedOrgId: this.#mandatedOrgId };
    const events = eventsOf(decision, making);
    if (decision.reservation) await this.#reserve(decision.reservation, making);
    const appended = await this.#append(own, events);
    return this.#accepted(meta.commandId, own.stream, appended.revision, appended.position, decision.warnings);
  }

  /**
   * The original answer to a command that was accepted before, for ever (domain 7.2). It is looked for under every
   * organisation of the person, and the one acted for now: a first application makes it one of them only when stored.
   */
  async #again(
    intent: Intent,
    id: string,
    own: Standing,
    digest: string,
    who: Who | undefined,
  ): Promise<Accepted | Refused | undefined> {
    if (own.revision < 0) return undefined;
    const { caller, meta } = intent;
    for (const org of new Set([...caller.organisations, ...(who ? [who.org] : [])])) {
      const first = await this.#store.find(own.stream, idByCommand(org, meta.commandId, own.stream, 0));
      if (!first) continue;
      if (first.command?.digest !== digest) return refused('COMMAND_ID_REUSED');
      const last = await this.#lastOf(first, meta.commandId, org);
      const warnings = await this.#warningsThen(intent, id, first);
      return this.#accepted(meta.commandId, own.stream, last.revision, last.position, warnings);
    }
    return undefined;
  }

  /** The last event of the command that made `first`. A command makes few: they are read a few at a time. */
  async #lastOf(first: StoredEvent, commandId: string, org: string): Promise<StoredEvent> {
    for (let last = first; ;) {
      const before = last;
      for await (const event of this.#store.readStream(first.stream, { from: last.revision + 1, limit: 4 })) {
        if (event.command?.id !== commandId || event.actor.org !== org) return last;
        last = event;
      }
      if (last === before) return last;
    }
  }

  /** Decides again on what the decision saw: the stream before the event, and the revisions it was based on. */
  async #warningsThen(intent: Intent, id: string, first: StoredEvent): Promise<readonly Warning[]> {
    const before = await this.#repository.asOf(intent.decider.stream, id, first.revision - 1);
    const person = 'person' in first.actor ? first.actor.person : '';
    const who = { person, org: first.actor.org, role: first.actor.role } as Who;
    const known = await this.#lookUp(intent);
    const { given } = await this.#given(intent, before.state, known, who, first.recordedAt, first.basedOn);
    const decision = intent.decider.decide(intent.name, intent.input, before.state, given);
    return isRefusal(decision) ? [] : decision.warnings;
  }

  async #lookUp({ decider, input, caller }: Intent): Promise<LookedUp> {
    const { looksUp } = decider;
    const person = looksUp?.person?.(input);
    const events = looksUp?.events?.(input) ?? [];
    const number = looksUp?.organisationNumber?.(input);
    return {
      personKnown: person !== undefined && (await this.#looksUp.personKnown(person)),
      events: events.length === 0 ? new Map() : await this.#looksUp.events(events, caller),
      organisationNumberKey: number === undefined ? undefined : this.#looksUp.organisationNumberKey(number),
    };
  }

  /** Folds what the decision reads: as it is now, or as it was at the revisions given. */
  async #given(
    { decider, name, input }: Intent,
    state: unknown,
    known: LookedUp,
    who: Who,
    now: Instant,
    then?: Readonly<Record<string, number>>,
  ): Promise<{ given: Given<Readonly<Record<string, unknown>>>; basedOn: Readonly<Record<string, number>> }> {
    const { reads, basedOn } = await readAll(
      name,
      decider.reads,
      ({ ids }) => ids({ name, command: input, state, known }),
      (stream, id) =>
        then
          ? this.#repository.asOf(stream, id, then[streamName(stream, id)] ?? -1)
          : this.#repository.load(stream, id),
    );
    return { given: { reads, known, now, who, mandatedOrgId: this.#mandatedOrgId }, basedOn };
  }

  /** FORBIDDEN on what the actor may know of, NOT_FOUND on all else: one answer for what is hidden and what is not there. */
  async #reasonToRefuse({ decider, command, input, caller }: Intent, own: Standing): Promise<RefusalCode> {
    if (command.begins) return 'FORBIDDEN';
    const part = decider.part?.(input);
    const known = await this.#sight.knowsOf(caller, own.stream, part);
    return known ? 'FORBIDDEN' : 'NOT_FOUND';
  }

  #expected(meta: CommandMeta, stream: string): number | undefined {
    if (meta.expected === undefined) return undefined;
    const revision = this.#tokens.open('version', stream, meta.expected);
    if (revision === undefined)
      throw new BadUserInput([
        { path: 'meta.expected', rule: 'token', expected: 'the `version` of an answer about this object' },
      ]);
    return revision;
  }

  /**
   * The fact that must stand in another stream first: a step of a process, which the command triggers. A command that
   * reserved before, in vain, reserves again under the next index.
   */
  async #reserve(reservation: Reservation, making: Making): Promise<void> {
    const { stream, revision } = await this.#repository.load(reservation.stream, reservation.id);
    for (let index = 0, again = true; again; index++) {
      const event = reserving(reservation, stream, making, index);
      again = (await this.#store.append(stream, [event], revision < 0 ? 'none' : revision)).repeated;
    }
  }

  async #append(own: Standing, events: readonly NewEvent[]) {
    try {
      return await this.#store.append(own.stream, events, own.revision < 0 ? 'none' : own.revision);
    } catch (error) {
      if (error instanceof StoreRefuses)
        throw new BadUserInput([{ path: 'input', rule: 'size', expected: error.message }]);
      throw error;
    }
  }

  #accepted(
    commandId: string,
    stream: string,
    revision: number,
    position: number,
    warnings: readonly Warning[],
  ): Accepted {
    return {
      commandId,
      version: this.#tokens.seal('version', stream, revision),
      consistency: this.#tokens.seal('consistency', '', position),
      warnings: warnings.map(({ code, details }) => ({ code, message: warningTexts[code], details })),
    };
  }

  /** Runs the commands on one stream one after another: a race within the process is never lost. */
  async #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(stream);
    const mine = before ? before.then(work, work) : work();
    const settled = mine.catch(() => undefined);
    this.#queues.set(stream, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(stream) === settled) this.#queues.delete(stream);
    }
  }
}

const refused = (code: RefusalCode, details: object = {}): Refused => ({ code, message: refusals[code], details });
const answerTo = ({ refused: code, details }: Refusal): Refused => refused(code, details);

/** OCCURRED_IN_FUTURE and BACKDATING_NOT_JUSTIFIED (domain 7.2), by the envelope and by what the data states. */
function timesRefused({ meta, input }: Intent, now: Instant): Refusal | undefined {
  const ahead = statedAheadOf(input, now);
  if (meta.occurredAt !== undefined && meta.occurredAt > plusMinutes(now, aheadMinutes))
    return { refused: 'OCCURRED_IN_FUTURE', details: { field: 'meta.occurredAt', now } };
  if (ahead !== undefined) return { refused: 'OCCURRED_IN_FUTURE', details: { field: `input.${ahead}`, now } };
  if (meta.occurredAt === undefined || meta.backdatingReason !== undefined) return undefined;
  if (meta.occurredAt < plusMinutes(now, -backdatingDays * 24 * 60))
    return { refused: 'BACKDATING_NOT_JUSTIFIED', details: { occurredAt: meta.occurredAt, now } };
  return undefined;
}
