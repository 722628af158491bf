import { expect, test } from '@jest/globals';
import { shownHealth, type ViewHealth } from './health.ts';
import type { Told } from './told.ts';

const told: Told = {
  command: () => true,
  commands: [],
  silent: () => false,
  view: (name) => name !== 'submission',
  process: (name) => name !== 'tenders',
  facts: () => true,
};
const of = (views: readonly ViewHealth[]) => shownHealth({ views: () => views }, told);
const cost = { view: 'cost', behind: 0, parked: 0 };

test('how far a view is behind is told as a power of ten', async () => {
  const told: number[] = [];
  for (const behind of [0, 1, 9, 10, 11, 100, 101, 54_321])
    told.push((await of([{ ...cost, behind }])).views[0]?.behindAtMost ?? -1);
  expect(told).toEqual([0, 10, 10, 10, 100, 100, 1_000, 100_000]);
});

test('views of what is sealed are one bit together, whatever waits in them', async () => {
  const sealed = (behind: number, parked: number) => of([cost, { view: 'submission', behind, parked }]);
  expect(await sealed(0, 0)).toEqual({
    ok: true,
    views: [{ view: 'cost', behindAtMost: 0, parked: 0 }],
    otherViews: { ok: true },
  });
  expect(await sealed(7, 0)).toEqual(await sealed(0, 0));
  expect(await sealed(0, 2)).toMatchObject({ ok: false, otherViews: { ok: false } });
  expect(await sealed(3, 9)).toEqual(await sealed(0, 1));
});

test.each<[string, object, object]>([
  ['a parked event', { parked: 1 }, {}],
  ['a view that differs', { check: 'differs' }, {}],
  ['a damaged store', {}, { store: () => ({ state: 'damaged' }) }],
  [
    'a parked event of a process',
    {},
    { processes: () => [{ process: 'deadlines', behind: false, pending: 3, parked: 1 }] },
  ],
])('%s is not ok', async (_, view, parts) => {
  const shown = await shownHealth({ views: () => [{ ...cost, ...view }], ...parts }, told);
  expect(shown.ok).toBe(false);
});

test('being behind, timers that wait and a check that runs are no fault', async () => {
  const shown = await shownHealth(
    {
      views: () => [{ ...cost, behind: 12, check: 'running' }],
      store: () => ({ state: 'running' }),
      processes: () => [{ process: 'deadlines', behind: true, pending: 3, parked: 0 }],
    },
    told,
  );
  expect(shown).toEqual({
    ok: true,
    store: { state: 'running' },
    views: [{ view: 'cost', behindAtMost: 100, parked: 0, check: 'running' }],
    processes: [{ process: 'deadlines', behind: true, pending: 3, parked: 0 }],
  });
});

test('processes that take in what is silent are one bit together', async () => {
  const process = { behind: true, pending: 3, parked: 0 };
  const processes = () => [
    { process: 'deadlines', ...process },
    { process: 'tenders', ...process, parked: 1 },
  ];
  const shown = await shownHealth({ views: () => [], processes }, told);
  expect([shown.ok, shown.processes, shown.otherProcesses]).toEqual([
    false,
    [{ process: 'deadlines', ...process }],
    { ok: false },
  ]);
});
