import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendingContract } from './appending.contract.ts';
import { modelContract } from './model.contract.ts';
import { readingContract } from './reading.contract.ts';
import { subscribingContract } from './subscribing.contract.ts';
import type { UnderTest } from './under-test.contract.ts';
import type { EventStore } from './event-store.ts';

/**
 * What every adapter of the event store keeps, in sentences.
 *
 * The store may hold other events and others may write to it meanwhile: each test keeps to streams of its own.
 * @param open opens the store under test; called again after it was closed, it finds what was written before
 * @param gaps sentences that this adapter does not keep, each with the reason: they are reported as skipped with it
 */
export function eventStoreContract(
  name: string,
  open: () => Promise<EventStore>,
  gaps: Readonly<Record<string, string>> = {},
): void {
  describe(`${name} keeps the contract of an event store:`, () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    const said = new Set<string>();
    const underTest: UnderTest = {
      store: () => store,
      reopen: async () => {
        await store.close();
        store = await open();
      },
      sentence: (says, run) => {
        said.add(says);
        if (says in gaps) test.skip(`${says} (not here: ${gaps[says]})`, run);
        else test(says, run);
      },
    };
    appendingContract(underTest);
    readingContract(underTest);
    subscribingContract(underTest);
    modelContract(underTest);

    test('every gap it declares is a sentence of the contract', () => {
      expect(Object.keys(gaps).filter((gap) => !said.has(gap))).toEqual([]);
    });
  });
}
