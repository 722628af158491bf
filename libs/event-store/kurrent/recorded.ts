import type { ResolvedEvent } from '@eventstore/db-client';
import { categoryOf, type NewEvent, type StoredEvent } from '#kernel/envelope';
import type { Instant } from '#kernel/time';
import { type Filter, StoreUnusable } from '../event-store.ts';
import type { Proposed } from './append-line.ts';

/** An event as the server gives it. */
export type Recorded = NonNullable<ResolvedEvent['event']>;

/** Streams of this form are ours, on a server that others may use too. None of the server's own is. */
export const ourStreams = '^[a-z]+-';
const isOurStream = new RegExp(ourStreams);

/** The form in which an event's envelope is kept in its metadata; another one gets a higher number. */
const form = 1;

/**
 * What is kept as metadata: the envelope less what the server keeps itself, and what it belongs to and what caused it
 * under the names that its own projections know.
 */
interface Metadata extends Omit<NewEvent, 'id' | 'type' | 'data' | 'correlation' | 'causation'> {
  readonly samverk: number;
  readonly recordedAt: Instant;
  readonly $correlationId: string;
  readonly $causationId?: string;
  /** How many events of the same append follow: it is not whole before. */
  readonly left?: number;
  /** Ids of the events before it, 16 bytes each, in base64: see `idsOf`. */
  readonly ids?: string;
}

/** An event on its way to the server, as it was when it was given. */
export interface Outgoing {
  readonly id: string;
  readonly type: string;
  readonly recordedAt: Instant;
  readonly data: string;
  readonly envelope: string;
}

export function outgoing(event: NewEvent, recordedAt: Instant): Outgoing {
  const { id, type, data, correlation, causation, ...rest } = event;
  const caused = causation === null ? {} : { $causationId: causation };
  const envelope = JSON.stringify({ $correlationId: correlation, ...caused, ...rest });
  return { id, type, recordedAt, data: JSON.stringify(data), envelope };
}

/** @param left how many events follow in the same append @param ids of the events before it */
export function proposed({ id, type, recordedAt, data, envelope }: Outgoing, left: number, ids?: Buffer): Proposed {
  const own = {
    samverk: form,
    recordedAt,
    ...(left > 0 && { left }),
    ...(ids && { ids: ids.toString('base64') }),
  };
  return { id, type, data, metadata: `${envelope.slice(0, -1)},${JSON.stringify(own).slice(1)}` };
}

/** Whether Samverk wrote it: others may use the same server. */
export const isOurs = (event: Recorded): boolean => metadataOf(event) !== undefined;

export const leftOf = (event: Recorded): number => metadataOf(event)?.left ?? 0;

export const idsIn = (event: Recorded): Buffer => Buffer.from(metadataOf(event)?.ids ?? '', 'base64');

/** @throws StoreUnusable for an event that others wrote to a stream of ours, or a later version of this program */
export function storedEvent(event: Recorded): StoredEvent {
  const metadata = metadataOf(event);
  const { streamId: stream, id, type, revision } = event;
  if (metadata?.samverk !== form)
    throw new StoreUnusable(
      metadata === undefined
        ? `Event ${revision} of ${stream} was not written by Samverk: whoever writes to ${categoryOf(stream)}-… must use another server`
        : `Event ${revision} of ${stream} was written by a later version of Samverk: run that one`,
    );
  return {
    id,
    type,
    version: metadata.version,
    occurredAt: metadata.occurredAt,
    actor: metadata.actor,
    custodian: metadata.custodian,
    case: metadata.case,
    regime: metadata.regime,
    command: metadata.command,
    correlation: metadata.$correlationId,
    causation: metadata.$causationId ?? null,
    concerns: metadata.concerns,
    basedOn: metadata.basedOn,
    visibility: metadata.visibility,
    subjects: metadata.subjects,
    backdating: metadata.backdating,
    data: event.data as NewEvent['data'],
    stream,
    revision: Number(revision),
    position: positionOf(event),
    recordedAt: metadata.recordedAt,
  };
}

/** The commit position: it rises with every event, and counts bytes, far below where numbers end to be exact. */
export function positionOf({ position, streamId, revision }: Recorded): number {
  const commit = Number(position?.commit);
  if (!Number.isSafeInteger(commit))
    throw new StoreUnusable(
      `Event ${revision} of ${streamId} has no position that can be used: EventStoreDB 22.6 or later is needed`,
    );
  return commit;
}

export const passes = (filter: Filter | undefined, stream: string, type: string): boolean =>
  filter === undefined ||
  ('types' in filter ? filter.types.includes(type) : filter.categories.includes(categoryOf(stream)));

function metadataOf({ streamId, isJson, metadata }: Recorded): Metadata | undefined {
  if (!isJson || !isOurStream.test(streamId)) return undefined;
  const found = metadata as Partial<Metadata> | undefined;
  return typeof found?.samverk === 'number' ? (found as Metadata) : undefined;
}
