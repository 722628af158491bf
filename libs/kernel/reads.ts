import { type Stream, streamName } from './stream.ts';

/** A stream as somebody knows it: its last revision (-1 when it never was) and what its facts add up to. */
export interface Standing<State = unknown> {
  readonly stream: string;
  readonly revision: number;
  readonly state: State;
}

export type Load = (stream: Stream, id: string) => Promise<Standing>;

/** What was read, and the revisions that were seen of the streams that there were. */
export interface Read {
  readonly reads: Readonly<Record<string, (id: string) => unknown>>;
  readonly basedOn: Readonly<Record<string, number>>;
}

/** Loads the streams that a decision declares; asked for another, the answer throws a TypeError that names `who`. */
export async function readAll<R extends { readonly stream: Stream }>(
  who: string,
  declared: Readonly<Record<string, R>>,
  idsOf: (read: R) => readonly string[],
  load: Load,
): Promise<Read> {
  const basedOn: Record<string, number> = {};
  const reads: Record<string, (id: string) => unknown> = {};
  for (const [name, read] of Object.entries(declared)) {
    const states = new Map<string, unknown>();
    for (const id of idsOf(read)) {
      const standing = await load(read.stream, id);
      states.set(id, standing.state);
      if (standing.revision >= 0) basedOn[streamName(read.stream, id)] = standing.revision;
    }
    reads[name] = (id) => {
      if (!states.has(id))
        throw new TypeError(`${who} uses ${read.stream.category} of an id that it does not declare in reads`);
      return states.get(id);
    };
  }
  return { reads, basedOn };
}
