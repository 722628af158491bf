import { objectOf, type StoredEvent } from '#kernel/envelope';
import type { Fact, Facts } from '#kernel/facts';
import { partiesOf } from '#kernel/visibility';
import { currentOf, type Failure, unknownKey } from './fold.ts';
import { partyText } from './may-know.ts';
import { type HistoryEntry, historyName, type Release } from './read-store.ts';

/** What the index of history, and the table of releases, hold of these events. Pure. */
export function historyOf(events: readonly StoredEvent[], facts: Facts) {
  const history: HistoryEntry[] = [];
  const releases: Release[] = [];
  const failures: Failure[] = [];
  for (const stored of events) {
    const { position, stream } = stored;
    const fact = facts[stored.type];
    try {
      const event = currentOf(fact, stored);
      const entry = entryOf(event, fact);
      for (const key of fact?.definition.releases?.(event.data) ?? []) releases.push({ key, position });
      history.push(entry);
    } catch (cause) {
      failures.push({ view: historyName, key: unknownKey(stream), position, error: String(cause), cause });
    }
  }
  return { history, releases, failures };
}

/**
 * An event's guard is its own: a release counts when it is later than the event. A type that the system does not know
 * is released by nothing and has no subject.
 */
function entryOf(event: StoredEvent, fact: Fact | undefined): HistoryEntry {
  const { id, position, type, stream, custodian, concerns, visibility, data } = event;
  const object = objectOf(stream);
  const objects = [object];
  for (const concern of concerns) if (!objects.includes(concern.id)) objects.push(concern.id);
  const named = fact?.definition.subject === undefined ? undefined : data[fact.definition.subject];
  const subject = typeof named === 'string' ? named : undefined;
  return {
    id,
    position,
    type,
    class: visibility.class,
    guard: {
      release: fact?.definition.release?.(data) ?? null,
      at: position,
      parties: partyText(partiesOf({ custodian, concerns, object, subject })),
    },
    objects,
  };
}
