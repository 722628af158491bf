import type { EventStore } from '#event-store/event-store';
import { objectOf, type StoredEvent, type VisibilityClass } from '#kernel/envelope';
import type { Fact } from '#kernel/facts';
import { type Row, seenOf, type View } from '#kernel/view';
import {
  type Answer,
  answerOf,
  classAt,
  type Code,
  less,
  type Parties,
  partiesOf,
  type Sees,
  type Viewer,
} from '#kernel/visibility';
import { classNow, type Guard, partiesIn } from '#read-store/may-know';
import type { StoredRow, Views } from '#read-store/read-store';
import { ownPart } from './own-part.ts';

/** A field that is there and withheld. */
export interface Redaction {
  readonly field: string;
  readonly state: 'REDACTED';
}

/** What a viewer is shown of a row or of an event's data: what is absent is as if it had never been set. */
export interface ShownRow {
  readonly row: Row;
  readonly redactions: readonly Redaction[];
}

/** A row as GraphQL gives it. */
export const shown = ({ row, redactions }: ShownRow): object => ({ ...row, redactions });

type Released = ReadonlyMap<string, number>;

/**
 * The one place in which classes are applied (domain 3.2): to rows and their columns, to events and their fields, for
 * queries, pages and history alike.
 */
export class Sight {
  readonly #sees: Sees;
  readonly #facts: ReadonlyMap<string, Fact>;
  readonly #store: EventStore;
  readonly #readStore: Views;

  constructor(sees: Sees, facts: ReadonlyMap<string, Fact>, store: EventStore, readStore: Views) {
    this.#sees = sees;
    this.#facts = facts;
    this.#store = store;
    this.#readStore = readStore;
  }

  get sees(): Sees {
    return this.#sees;
  }

  /** Rows of one view as their viewer sees them, in the order given; one that may not be known of is left out. */
  async rows(view: View, stored: readonly StoredRow[], viewer: Viewer): Promise<ShownRow[]> {
    const guards = stored.flatMap(({ whole, guard, columns }) => (whole ? [] : [guard, ...Object.values(columns)]));
    const released = await this.#releasedFor(guards);
    return stored.flatMap((row) => {
      const shown = row.whole ? { row: row.body, redactions: [] } : this.#row(view, row, viewer, released);
      return shown ? [shown] : [];
    });
  }

  #row(view: View, { body, guard, columns }: StoredRow, viewer: Viewer, released: Released): ShownRow | undefined {
    const answerTo = (of: VisibilityClass, guarded: Guard) =>
      answerOf(this.#sees, viewer, partiesIn(guarded.parties), classNow(of, guarded, released));
    const whole = answerTo(view.seen.class, guard);
    if (whole === 'no') return undefined;
    const row: Record<string, unknown> = {};
    const redactions: Redaction[] = [];
    for (const [column, value] of Object.entries(body)) {
      const own = columns[column];
      const answer = own ? answerTo(seenOf(view, column).class, own) : whole;
      if (answer === 'metadata') redactions.push({ field: column, state: 'REDACTED' });
      else if (answer !== 'no') row[column] = answer === 'own' ? ownPart(value, ownOf(viewer), column) : value;
    }
    return { row, redactions };
  }

  /** The event as a viewer sees it; nothing when it may not be known of. */
  async events(events: readonly StoredEvent[], viewer: Viewer): Promise<ShownEvent[]> {
    const released = await this.#releasedFor(events.map((event) => this.#guardOf(event)));
    return events.flatMap((event) => {
      const shown = this.#event(event, viewer, released);
      return shown ? [shown] : [];
    });
  }

  /** Does the viewer know of any event in this stream, or of any that names this part of it? Cost: the stream's events. */
  async knowsOf(viewer: Viewer, stream: string, part: string | undefined): Promise<boolean> {
    for await (const event of this.#store.readStream(stream)) {
      if (part !== undefined && !Object.values(event.data).includes(part)) continue;
      if ((await this.events([event], viewer)).length > 0) return true;
    }
    return false;
  }

  #event(event: StoredEvent, viewer: Viewer, released: Released): ShownEvent | undefined {
    const parties = this.#partiesOf(event);
    const guard = this.#guardOf(event);
    const answerTo = (of: Code) => answerOf(this.#sees, viewer, parties, of);
    const whole = answerTo(classNow(event.visibility.class, guard, released));
    if (whole === 'no') return undefined;
    const redactions: Redaction[] = [];
    const answerAt = (pointer: string): Answer => {
      const declared = Object.keys(event.visibility.fields).length > 0;
      const of = declared ? classAt(event.visibility, pointer) : event.visibility.class;
      return of === event.visibility.class ? whole : answerTo(of);
    };
    const data = shownData(event.data, '', answerAt, redactions, () => ownOf(viewer)) as Row;
    const answerToId = (id: string): Answer => {
      const pointer = pointerTo(event.data, id, '');
      return pointer === undefined ? whole : answerAt(pointer);
    };
    const shows = (id: string) => ['yes', 'own'].includes(answerToId(id));
    const personal: Answer =
      'person' in event.actor && event.actor.person === viewer.person ? 'yes' : less(whole, answerTo('PERSONAL'));
    return {
      event,
      data,
      redactions,
      actorOrg: shows(event.actor.org) ? event.actor.org : undefined,
      actorPerson: 'person' in event.actor && personal === 'yes' ? event.actor.person : undefined,
      concerns: event.concerns.filter(({ id }) => shows(id)),
      backdating: whole === 'metadata' ? null : event.backdating,
    };
  }

  #partiesOf(event: StoredEvent): Parties {
    const field = this.#facts.get(event.type)?.definition.subject;
    const subject = field === undefined ? undefined : event.data[field];
    return partiesOf({
      custodian: event.custodian,
      concerns: event.concerns,
      object: objectOf(event.stream),
      subject: typeof subject === 'string' ? subject : undefined,
    });
  }

  #guardOf(event: StoredEvent): Pick<Guard, 'release' | 'at'> {
    const release = this.#facts.get(event.type)?.definition.release?.(event.data);
    return { release: release ?? null, at: event.position };
  }

  async #releasedFor(guards: readonly Pick<Guard, 'release'>[]): Promise<Released> {
    const keys = new Set(guards.flatMap(({ release }) => (release === null ? [] : [release])));
    return keys.size === 0 ? new Map() : this.#readStore.releasedAt([...keys]);
  }
}

export interface ShownEvent {
  readonly event: StoredEvent;
  readonly data: Row;
  readonly redactions: readonly Redaction[];
  readonly actorOrg: string | undefined;
  readonly actorPerson: string | undefined;
  readonly concerns: StoredEvent['concerns'];
  readonly backdating: string | null;
}

/** The viewer, and every organisation for which it holds a role. */
const ownOf = ({ person, grants }: Viewer): ReadonlySet<string> =>
  new Set([...(person === undefined ? [] : [person]), ...grants.map((grant) => grant.for)]);

/** Data without what is withheld; what is withheld but known to exist is listed. */
function shownData(
  value: unknown,
  pointer: string,
  answerAt: (pointer: string) => Answer,
  redactions: Redaction[],
  own: () => ReadonlySet<string>,
): unknown {
  if (Array.isArray(value))
    return value.map((item, i) => shownData(item, `${pointer}/${i}`, answerAt, redactions, own));
  if (typeof value !== 'object' || value === null) return value;
  const shown: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const here = `${pointer}/${name}`;
    const answer = answerAt(here);
    if (answer === 'metadata') redactions.push({ field: here, state: 'REDACTED' });
    else if (answer !== 'no')
      shown[name] = shownData(answer === 'own' ? ownPart(item, own(), name) : item, here, answerAt, redactions, own);
  }
  return shown;
}

/** Where in the data an id stands. */
function pointerTo(value: unknown, id: string, pointer: string): string | undefined {
  if (value === id) return pointer;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const found = pointerTo(item, id, `${pointer}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
