const idBytes = 16;

export const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/**
 * The ids of a stream's events by revision, without a gap from the first: 16 bytes each, and 8 to 16 for the table that
 * finds them. Adding and finding cost the same however many there are.
 */
export class StreamIds {
  #ids = Buffer.alloc(16 * idBytes);
  /** Revision + 1 of the id that lies there; 0 where none does. At least twice as many places as ids. */
  #places = new Uint32Array(32);
  #count = 0;

  /** How many events the stream is known to have: the revision that comes next. */
  get count(): number {
    return this.#count;
  }

  /** Takes the id of an event unless it has it. Revisions come in order. */
  add(revision: number, id: Buffer): void {
    if (revision < this.#count) return;
    if (revision > this.#count) throw new RangeError(`revision ${revision} comes after ${this.#count - 1}`);
    if ((this.#count + 1) * idBytes > this.#ids.length) this.#grow();
    id.copy(this.#ids, this.#count * idBytes);
    this.#place(this.#count);
    this.#count += 1;
  }

  /** The first revision that has this id. */
  revisionOf(id: Buffer): number | undefined {
    for (let at = this.#hash(id, 0); ; at = this.#next(at)) {
      const revision = (this.#places[at] ?? 0) - 1;
      if (revision < 0) return undefined;
      if (this.#ids.compare(id, 0, idBytes, revision * idBytes, (revision + 1) * idBytes) === 0) return revision;
    }
  }

  /** The ids of the events from one revision up to another, one after the other. */
  between(from: number, to: number): Buffer {
    return this.#ids.subarray(from * idBytes, to * idBytes);
  }

  /** Ids are random in every part but a few bits. */
  #hash(bytes: Buffer, from: number): number {
    return bytes.readUInt32LE(from) & (this.#places.length - 1);
  }

  #next(at: number): number {
    return (at + 1) & (this.#places.length - 1);
  }

  #place(revision: number): void {
    let at = this.#hash(this.#ids, revision * idBytes);
    while (this.#places[at] !== 0) at = this.#next(at);
    this.#places[at] = revision + 1;
  }

  #grow(): void {
    const ids = Buffer.alloc(this.#ids.length * 2);
    this.#ids.copy(ids);
    this.#ids = ids;
    this.#places = new Uint32Array(this.#places.length * 2);
    for (let revision = 0; revision < this.#count; revision++) this.#place(revision);
  }
}

/** The ids of the streams that were last used: of so many streams, and so many ids in all unless one stream has more. */
export class KnownIds {
  readonly #maxStreams: number;
  readonly #maxIds: number;
  readonly #streams = new Map<string, { readonly ids: StreamIds; readonly counted: number }>();
  #total = 0;

  constructor(maxStreams = 20_000, maxIds = 1_000_000) {
    this.#maxStreams = maxStreams;
    this.#maxIds = maxIds;
  }

  get(stream: string): StreamIds | undefined {
    const ids = this.#streams.get(stream)?.ids;
    if (ids) this.keep(stream, ids);
    return ids;
  }

  keep(stream: string, ids: StreamIds): void {
    this.forget(stream);
    this.#streams.set(stream, { ids, counted: ids.count });
    this.#total += ids.count;
    for (const [oldest] of this.#streams) {
      if (this.#streams.size <= this.#maxStreams && (this.#total <= this.#maxIds || oldest === stream)) return;
      this.forget(oldest);
    }
  }

  forget(stream: string): void {
    this.#total -= this.#streams.get(stream)?.counted ?? 0;
    this.#streams.delete(stream);
  }
}
