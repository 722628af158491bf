import { StoreUnusable } from '../event-store.ts';
import { idsIn, type Recorded } from './recorded.ts';
import type { Reading } from './reading.ts';
import { bytesOf, StreamIds } from './stream-ids.ts';

/**
 * An event whose revision is a multiple of one of these carries the ids of as many events before it, so that the ids of a
 * long stream can be had without reading it. It works because every append is made at an exact revision; where the ids
 * are not there, because others wrote the event or it would have been too large, the events themselves are read.
 */
const spans = [4_096, 256] as const;
const [, shortest] = spans;
/** So many readings of one event go on at once. */
const atOnce = 32;

/** The ids of how many events before it an event of this revision carries, if any. */
export const spanBefore = (revision: number): number | undefined =>
  revision === 0 ? undefined : spans.find((span) => revision % span === 0);

/**
 * The ids of a stream. Costs one reading of at most 256 events, and for each 4,096 events, and each 256 of the rest, one
 * of a single event.
 */
export async function idsOf(stream: string, reading: Reading): Promise<StreamIds> {
  const ids = new StreamIds();
  const newest = ((await reading.stream(stream, undefined, true, shortest)) ?? []).toReversed();
  const indexed = Number(newest.find(({ revision }) => Number(revision) % shortest === 0)?.revision ?? 0);
  const parts = partsOf(indexed);
  for (let begin = 0; begin < parts.length; begin += atOnce) {
    const some = parts.slice(begin, begin + atOnce);
    const found = await Promise.all(some.map(([from, to]) => between(stream, from, to, reading)));
    for (const [index, [from]] of some.entries()) addAll(ids, from, found[index] ?? Buffer.alloc(0));
  }
  for (const event of newest) addOne(ids, event);
  return ids;
}

/** @throws StoreUnusable where events before it are missing */
export function addOne(ids: StreamIds, { streamId, revision, id }: Recorded): void {
  if (Number(revision) > ids.count)
    throw new StoreUnusable(
      `${streamId} lacks what stood before revision ${revision}: it was deleted or cut with a tool of the server. Restore the server from a backup`,
    );
  ids.add(Number(revision), bytesOf(id));
}

/** Revisions from 0 to a multiple of the shortest span, in pieces as long as a span. */
function partsOf(end: number): [from: number, to: number][] {
  const parts: [number, number][] = [];
  for (let from = 0; from < end;) {
    const span = spans.find((one) => from % one === 0 && from + one <= end) ?? shortest;
    parts.push([from, (from += span)]);
  }
  return parts;
}

/** The ids from one revision to another, a span further: by the event after them, or where that fails, in smaller pieces. */
async function between(stream: string, from: number, to: number, reading: Reading): Promise<Buffer> {
  const [carrier] = (await reading.stream(stream, to, false, 1)) ?? [];
  const carried = carrier === undefined ? Buffer.alloc(0) : idsIn(carrier);
  if (carried.length === (to - from) * 16) return carried;
  if (to - from > shortest) {
    const pieces = Array.from({ length: (to - from) / shortest }, (_, index) => from + index * shortest);
    return Buffer.concat(await Promise.all(pieces.map((at) => between(stream, at, at + shortest, reading))));
  }
  const events = (await reading.stream(stream, from, false, to - from)) ?? [];
  return Buffer.concat(events.map(({ id }) => bytesOf(id)));
}

function addAll(ids: StreamIds, from: number, bytes: Buffer): void {
  for (let at = 0; at * 16 < bytes.length; at++) ids.add(from + at, bytes.subarray(at * 16, at * 16 + 16));
}
