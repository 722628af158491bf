import { randomUUID } from 'node:crypto';
import { describe, expect } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '#kernel/envelope';
import type { EventStore, Expected, Subscribe } from './event-store.ts';
import { anEvent, freshName, whole } from './under-test.contract.ts';
import type { UnderTest } from './under-test.contract.ts';

/** One append: `ids` are few, so that they come again; 'last' expects what is really there. */
interface Step {
  readonly ids: readonly number[];
  readonly expected: Expected | 'last';
}

/** What a stream is: its ids in order. What an append to it must come to, and what it leaves. */
function model(
  stream: readonly string[],
  named: readonly string[],
  expected: Expected,
): [outcome: unknown, then: readonly string[]] {
  const at = named.map((id) => stream.indexOf(id));
  if (at.every((revision) => revision >= 0))
    return at.every((revision, index) => index === 0 || revision > (at[index - 1] ?? 0))
      ? [{ revision: at.at(-1), repeated: true }, stream]
      : ['IdsContradict', stream];
  if (at.some((revision) => revision >= 0)) return ['IdsContradict', stream];
  const actual = stream.length === 0 ? 'none' : stream.length - 1;
  if (expected !== 'any' && expected !== actual) return [['WrongRevision', actual], stream];
  return [{ revision: stream.length + named.length - 1, repeated: false }, [...stream, ...named]];
}

async function reality(
  store: EventStore,
  stream: string,
  named: readonly string[],
  expected: Expected,
): Promise<unknown> {
  try {
    const { revision, repeated } = await store.append(
      stream,
      named.map((id) => anEvent({ id })),
      expected,
    );
    return { revision, repeated };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return 'actual' in error ? [error.name, error.actual] : error.name;
  }
}

/** Plays the steps one after the other, each against the model; gives the ids that must be in the stream then. */
async function played(
  store: EventStore,
  stream: string,
  script: readonly Step[],
  names: readonly string[],
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  for (const step of script) {
    const named = step.ids.map((id) => names[id] ?? '');
    const last = left.length === 0 ? 'none' : left.length - 1;
    const expected = step.expected === 'last' ? last : step.expected;
    const [outcome, then] = model(left, named, expected);
    expect(await reality(store, stream, named, expected)).toEqual(outcome);
    left = then;
  }
  return left;
}

async function seenUntil(store: EventStore, options: Subscribe, lastStream: string): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = [];
  for await (const { events } of store.subscribe(options)) {
    seen.push(...events);
    if (seen.at(-1)?.stream === lastStream) break;
  }
  return seen;
}

const aStep: fc.Arbitrary<Step> = fc.record({
  ids: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }),
  expected: fc.oneof(fc.constant<Expected | 'last'>('last'), fc.constantFrom<Expected>('any', 'none'), fc.nat(4)),
});
const someScripts = fc.array(fc.array(aStep, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });

export function modelContract({ sentence, store }: UnderTest): void {
  describe('all of it together', () => {
    sentence('does what a list of ids a stream would do, and every reader sees one and the same order', async () => {
      const property = fc.asyncProperty(someScripts, async (scripts) => {
        const category = freshName();
        const filter = { categories: [category] };
        const after = await store().head();
        const names = Array.from({ length: 8 }, () => randomUUID());
        const stop = new AbortController();
        const subscribed = seenUntil(store(), { after, filter, batch: 3, signal: stop.signal }, `${category}-end`);
        try {
          const streams = await Promise.all(
            scripts.map(async (script, index) => {
              const stream = `${category}-${index}`;
              return { stream, left: await played(store(), stream, script, names) };
            }),
          );
          await store().append(`${category}-end`, [anEvent()], 'none');
          const all = await store().readAll({ after, limit: 1_000, filter });
          expect(await subscribed).toEqual(all);
          for (const { stream, left } of streams) {
            const own = all.filter((event) => event.stream === stream);
            expect(own.map(({ id, revision }) => [id, revision])).toEqual(left.map((id, revision) => [id, revision]));
            expect(await whole(store(), stream)).toEqual(own);
          }
        } finally {
          stop.abort();
        }
      });
      await fc.assert(property, { numRuns: 40 });
    });
  });
}
