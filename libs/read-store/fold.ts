import type { StoredEvent } from '#kernel/envelope';
import { type Fact, upcast } from '#kernel/facts';
import type { View } from '#kernel/view';
import type { Parked } from './read-store.ts';
import { type Held, none, stepOf } from './row-step.ts';

/** An event and a row that it touches. */
export interface Touch {
  readonly key: string;
  readonly event: StoredEvent;
}

/** An event that was not folded; `cause` is what was thrown, absent where it waits behind an earlier one. */
export interface Failure extends Parked {
  readonly cause?: unknown;
}

/** What one event did to one row. */
export interface Change {
  readonly key: string;
  readonly event: StoredEvent;
  /** Those that have another value than before. */
  readonly columns: readonly string[];
  /** Whether the row came or went, or has another value to filter or order by. */
  readonly moved: boolean;
}

/**
 * The event in today's shape.
 * @throws TypeError when a newer program wrote it
 */
export function currentOf(fact: Fact | undefined, event: StoredEvent): StoredEvent {
  if (!fact || fact.version === event.version) return event;
  if (event.version > fact.version)
    throw new TypeError(`${event.type} is of version ${event.version}; this program knows ${fact.version}`);
  return { ...event, version: fact.version, data: upcast(fact, event.version, event.data) };
}

/** The rows that events touch. An event whose keys cannot be told is parked, and those of its stream that follow. */
export function touchesOf(view: View, events: readonly StoredEvent[], stuck: Set<string>) {
  const touches: Touch[] = [];
  const failures: Failure[] = [];
  for (const event of events) {
    const { stream, position } = event;
    if (stuck.size > 0 && stuck.has(unknownKey(stream))) {
      failures.push({ view: view.name, key: unknownKey(stream), position, error: waits });
      continue;
    }
    try {
      const current = currentOf(view.of[event.type], event);
      const keys = view.keys(current);
      for (const key of keys.length > 1 ? new Set(keys) : keys) touches.push({ key, event: current });
    } catch (cause) {
      stuck.add(unknownKey(stream));
      failures.push({ view: view.name, key: unknownKey(stream), position, error: String(cause), cause });
    }
  }
  return { touches, failures };
}

/** Under what an event is parked when its rows are not known: no row's key begins so. */
export const unknownKey = (stream: string): string => `@${stream}`;
export const isUnknown = (key: string): boolean => key.startsWith('@');
const waits = 'waits behind an earlier event that could not be folded';

/**
 * Folds touches into `rows`, in order, each row apart from the others. What throws leaves its row as it was, makes the
 * key `stuck`, and parks the event and all that follow it for that key. Cost: one fold and one comparison of columns a
 * touch.
 */
export function foldTouches(
  view: View,
  rows: Map<string, Held>,
  touches: readonly Touch[],
  stuck: Set<string>,
  changed: (change: Change) => void,
): Failure[] {
  const step = stepOf(view);
  const failures: Failure[] = [];
  for (const { key, event } of touches) {
    if (stuck.size > 0 && stuck.has(key)) {
      failures.push({ view: view.name, key, position: event.position, error: waits });
      continue;
    }
    try {
      const before = rows.get(key) ?? none;
      const { held, columns, moved } = step(before, key, event);
      if (held === before) continue;
      rows.set(key, held);
      changed({ key, event, columns, moved });
    } catch (cause) {
      stuck.add(key);
      failures.push({ view: view.name, key, position: event.position, error: String(cause), cause });
    }
  }
  return failures;
}
