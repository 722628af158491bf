import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Finding,
  type ParkedCause,
  type PendingTimer,
  ProcessesMoved,
  type ProcessStore,
} from './process-store.ts';

/** What every adapter of the process store promises. `open` opens the same store again and again; `clear` ends it. */
export function processStoreContract(
  adapter: string,
  { open, clear }: { readonly open: () => Promise<ProcessStore>; readonly clear: () => Promise<void> },
): void {
  const nothing = { set: [], done: [], parked: [], freed: [], found: [] };
  const at = (position: number) => ({ position, event: `event ${position}` });
  const timer = (trigger: string, due: string, process = 'one'): PendingTimer => ({
    process,
    trigger,
    due,
    position: 7,
  });
  const cause = (object: string, position: number, trigger: string | null = null): ParkedCause => ({
    ...{ process: 'one', object, position, trigger },
    error: 'it threw',
  });
  const finding = (position: number, rule: string, custodian = 'us'): Finding => ({
    ...{ position, rule, custodian },
    unseen: [position - 1],
  });

  describe(`the process store: ${adapter}`, () => {
    let store: ProcessStore;
    beforeEach(async () => {
      store = await open();
      await store.prepare('one 1');
    });
    afterEach(async () => {
      await store.close();
      await clear();
    });
    const commit = (change: Partial<Parameters<ProcessStore['commit']>[0]>) =>
      store.commit({ from: 0, to: at(0), ...nothing, ...change });

    test('begins with nothing', async () => {
      expect(await store.checkpoint()).toEqual({ position: 0, event: null });
      expect(await store.due('9999', 10)).toEqual([]);
      expect(await store.next()).toBeUndefined();
      expect(await store.parked()).toEqual([]);
      expect([...(await store.pending())]).toEqual([]);
    });

    test('writes all of a commit, and finds it again when it is opened again', async () => {
      const set = [timer('a', '2017-02-01')];
      const parked = [cause('x', 3), cause('x', 4, 'a')];
      await commit({ to: at(5), set, parked, found: [finding(4, 'RULE')] });
      await store.close();
      store = await open();
      await store.prepare('one 1');
      expect(await store.checkpoint()).toEqual(at(5));
      expect(await store.due('2017-02-01', 10)).toEqual(set);
      expect(await store.parked()).toEqual(parked);
      expect(await store.findings({ custodians: ['us'], limit: 10 })).toEqual([finding(4, 'RULE')]);
    });

    test('writes nothing of a commit that does not begin where it stands', async () => {
      await commit({ to: at(5) });
      await expect(commit({ from: 4, to: at(6), set: [timer('a', '2017')] })).rejects.toThrow(ProcessesMoved);
      expect(await store.checkpoint()).toEqual(at(5));
      expect(await store.next()).toBeUndefined();
    });

    test('forgets all when other processes are to run, or other versions of them', async () => {
      await commit({ to: at(5), set: [timer('a', '2017')], parked: [cause('x', 3)], found: [finding(4, 'RULE')] });
      await store.prepare('one 1');
      expect(await store.checkpoint()).toEqual(at(5));
      await store.prepare('one 2');
      expect(await store.checkpoint()).toEqual({ position: 0, event: null });
      expect([await store.next(), await store.parked()]).toEqual([undefined, []]);
      expect(await store.findings({ custodians: ['us'], limit: 10 })).toEqual([]);
    });

    test('gives timers that are due by time, then trigger, then process, and no more than asked for', async () => {
      const later = timer('a', '2017-03-01');
      const due = [
        timer('z', '2017-01-01'),
        timer('a', '2017-02-01', 'two'),
        timer('b', '2017-02-01'),
        timer('b', '2017-02-01', 'two'),
      ];
      await commit({ set: [later, ...due.toReversed()] });
      expect(await store.due('2017-02-01', 10)).toEqual(due);
      expect(await store.due('2017-02-01', 2)).toEqual(due.slice(0, 2));
      expect(await store.next()).toBe('2017-01-01');
      expect(Object.fromEntries(await store.pending())).toEqual({ one: 3, two: 2 });
      await commit({ done: due });
      expect(await store.next()).toBe('2017-03-01');
    });

    test('leaves a timer as it is that is set again, and a cause that is parked again', async () => {
      await commit({ set: [timer('a', '2017-01-01')], parked: [cause('x', 3)] });
      await commit({ set: [timer('a', '2018-01-01')], parked: [{ ...cause('x', 3), error: 'again' }] });
      expect(await store.due('9999', 10)).toEqual([timer('a', '2017-01-01')]);
      expect(await store.parked()).toEqual([cause('x', 3)]);
    });

    test('frees exactly the cause that it is told of', async () => {
      await commit({ parked: [cause('x', 3), cause('x', 3, 'a'), cause('y', 3)] });
      await commit({ freed: [cause('x', 3)] });
      expect(await store.parked()).toEqual([cause('x', 3, 'a'), cause('y', 3)]);
    });

    test('gives findings of some custodians, of one rule, behind a place', async () => {
      const found = [finding(2, 'A'), finding(2, 'B'), finding(5, 'A', 'them'), finding(9, 'A')];
      await commit({ found: found.toReversed() });
      const asked = (wanted: object) => store.findings({ custodians: ['us', 'them'], limit: 10, ...wanted });
      expect(await asked({})).toEqual(found);
      expect(await asked({ custodians: ['us'] })).toEqual([found[0], found[1], found[3]]);
      expect(await asked({ custodians: [] })).toEqual([]);
      expect(await asked({ rule: 'A', limit: 2 })).toEqual([found[0], found[2]]);
      expect(await asked({ after: { position: 2, rule: 'A' } })).toEqual(found.slice(1));
      await commit({ found });
      expect(await asked({})).toEqual(found);
    });
  });
}
