import type { EventStore } from '#event-store/event-store';
import type { Context } from '#kernel/context';
import { type Asked, type Decider, isRefusal, type LookedUp, nothingLookedUp } from '#kernel/decider';
import type { Who } from '#kernel/commands';
import { objectOf, type StoredEvent } from '#kernel/envelope';
import { upcast } from '#kernel/facts';
import { pick, type Shape } from '#kernel/fields';
import { type Load, readAll } from '#kernel/reads';
import { streamName } from '#kernel/stream';
import type { Examiner } from '#processes/acting';
import type { Finding } from '#processes/process-store';
import { pure } from '#processes/thrown';

/** What a decision looked up, looked up again: what lies in no stream and cannot race (domain 7.3). */
export interface LooksUpAgain {
  /** Events by their ids, whoever may see them, as far as they stood before a position. */
  eventsById(ids: readonly string[], before: number): Promise<readonly StoredEvent[]>;
  organisationNumberKey(organisationNumber: string): string;
}

/** The rule of a fact that was recorded more than 30 days after it happened; every other rule is a refusal's code. */
export const recordedLate = 'RECORDED_LATE';
const lateMs = 30 * 24 * 60 * 60 * 1_000;
/** No decision takes longer, from reading to writing. */
const decisionMs = 60_000;
const placesKept = 1_000;
/** So many events that a decision had not seen are named in a finding. */
const unseenNamed = 100;

interface Maker {
  readonly decider: Decider;
  readonly name: string;
  readonly input: Shape;
}

/** The process that looks for races; it hears every fact. */
export const examinerName = 'consistency';

/**
 * The process `consistency` (domain 7.6). A rule that rests on other streams may race for a moment: an event whose
 * decision did not see all that stood in them when it was recorded is decided again on the streams as they stood at its
 * position. Were it refused, it is a finding; nothing is undone, and no event is written. What is recorded late is a
 * finding too. All of it follows from the events: found again, it is the same.
 */
export class Consistency implements Examiner {
  readonly name = examinerName;
  readonly version = 1;
  readonly #events: EventStore;
  readonly #looksUp: LooksUpAgain;
  readonly #mandatedOrgId: string;
  /** The commands that make each fact: where they are several, nobody can tell which it was. */
  readonly #makers: ReadonlyMap<string, readonly Maker[]>;
  readonly #places = new Map<string, Pick<StoredEvent, 'position' | 'recordedAt'>>();

  constructor(needs: {
    contexts: readonly Context[];
    events: EventStore;
    looksUp: LooksUpAgain;
    mandatedOrgId: string;
  }) {
    this.#events = needs.events;
    this.#looksUp = needs.looksUp;
    this.#mandatedOrgId = needs.mandatedOrgId;
    const deciders = needs.contexts.flatMap((context) => context.deciders);
    const makers = deciders.flatMap((decider) =>
      Object.entries(decider.commands).map(([name, { makes, input }]) => ({ makes, decider, name, input })),
    );
    this.#makers = Map.groupBy(makers, ({ makes }) => makes);
  }

  /** Cost: a look at each stream that was read; where there was a race, each event that the decision had not seen. */
  async examine(event: StoredEvent, before: Load): Promise<readonly Finding[]> {
    const { position, occurredAt, recordedAt, custodian, command } = event;
    if (!command) return [];
    const late = Date.parse(recordedAt) - Date.parse(occurredAt) > lateMs;
    const findings = late ? [{ position, rule: recordedLate, custodian, unseen: [] }] : [];
    const [maker, ...others] = this.#makers.get(event.type) ?? [];
    const race = maker && others.length === 0 ? await this.#race(maker, event, before) : undefined;
    return race ? [...findings, race] : findings;
  }

  async #race({ decider, name, input: shape }: Maker, event: StoredEvent, before: Load): Promise<Finding | undefined> {
    const { position, stream, actor, custodian, recordedAt: now } = event;
    if (Object.keys(decider.reads).length === 0 || !('person' in actor)) return undefined;
    const own = async () => (await before(decider.stream, objectOf(stream))).state;

    const fact = decider.stream.facts[event.type];
    const input = pure(() => pick(shape, fact ? upcast(fact, event.version, event.data) : event.data));
    const known = this.#known(decider, input);
    const asked = { name, command: input, known };
    // Most reads follow from the command alone: then the object's own history, long as it may be, is left alone.
    const needed = pure(() => needsState(decider, asked));
    const early = needed ? await own() : undefined;
    const idsOf = ({ ids }: Decider['reads'][string]) => pure(() => ids({ ...asked, state: early }));
    const unseen: number[] = [];
    for (const read of Object.values(decider.reads))
      for (const id of idsOf(read)) unseen.push(...(await this.#unseen(event, streamName(read.stream, id))));
    if (unseen.length === 0) return undefined;

    const state = needed ? early : await own();
    const { reads } = await readAll(name, decider.reads, idsOf, before);
    const events = await this.#eventsThen(decider, input, position);
    const who = { person: actor.person, org: actor.org, role: actor.role } as Who;
    const given = { reads, known: { ...known, events }, now, who, mandatedOrgId: this.#mandatedOrgId };
    const decision = pure(() => decider.decide(name, input, state, given));
    return isRefusal(decision)
      ? { position, rule: decision.refused, custodian, unseen: unseen.sort((a, b) => a - b) }
      : undefined;
  }

  /**
   * Positions of the events of a stream that stood there before this event, and that its decision had not seen. A stream
   * that it does not name was not there yet when it was read; or it was read by no decision of that time.
   */
  async #unseen(event: StoredEvent, stream: string): Promise<number[]> {
    const seen = event.basedOn[stream];
    const positions: number[] = [];
    for (let from = (seen ?? -1) + 1; ; from++) {
      const next = await this.#at(stream, from);
      if (!next || next.position >= event.position) return positions;
      const age = Date.parse(event.recordedAt) - Date.parse(next.recordedAt);
      if (seen === undefined && positions.length === 0 && age > decisionMs) return positions;
      positions.push(next.position);
      if (positions.length === unseenNamed) return positions;
    }
  }

  /** Where the event of a revision stands, once it does. Many events ask for the same: the next after what they saw. */
  async #at(stream: string, revision: number): Promise<Pick<StoredEvent, 'position' | 'recordedAt'> | undefined> {
    const name = `${stream}@${revision}`;
    const known = this.#places.get(name);
    if (known) return known;
    const [event] = await Array.fromAsync(this.#events.readStream(stream, { from: revision, limit: 1 }));
    if (!event) return undefined;
    const { position, recordedAt } = event;
    if (this.#places.size >= placesKept) this.#places.clear();
    this.#places.set(name, { position, recordedAt });
    return { position, recordedAt };
  }

  /** What the decision knew from outside the streams. A person who was known then may have been forgotten since. */
  #known({ looksUp }: Decider, input: object): LookedUp {
    const number = pure(() => looksUp?.organisationNumber?.(input as never));
    const organisationNumberKey = number === undefined ? undefined : this.#looksUp.organisationNumberKey(number);
    return { ...nothingLookedUp, personKnown: true, organisationNumberKey };
  }

  async #eventsThen({ looksUp }: Decider, input: object, position: number): Promise<LookedUp['events']> {
    const ids = pure(() => looksUp?.events?.(input as never) ?? []);
    const events = ids.length === 0 ? [] : await this.#looksUp.eventsById(ids, position);
    return new Map(events.map(({ id, type, concerns }) => [id, { type, concerns: concerns.map((of) => of.id) }]));
  }
}

/** Whether any of a decider's reads depends on the state of the object itself. */
function needsState({ reads, stream }: Decider, asked: Omit<Asked<object, unknown>, 'state'>): boolean {
  let needed = false;
  const watched = {
    ...asked,
    get state(): unknown {
      needed = true;
      return stream.initial;
    },
  };
  for (const { ids } of Object.values(reads)) ids(watched);
  return needed;
}
