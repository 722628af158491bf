import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from '../faults/api-survives-kill.process.ts';
import { mandateId, RunningSystem } from './harness.ts';

let system: RunningSystem;
beforeAll(async () => {
  await build();
  system = await RunningSystem.start();
}, 180_000);
afterAll(() => system.end());

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The tool, in a process of its own, beside the system. */
const samverk = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const main = join(import.meta.dirname, '../../dist/apps/cli/main.js');
    const env = { ...process.env, ...system.environment };
    execFile(process.execPath, ['--no-warnings', main, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
const mandates = async () => {
  const query = '{ mandates { edges { node { mandateId title { sv } } } } }';
  return system.read<{ mandates: { edges: unknown[] } }>(undefined, query);
};
const ready = async () => (await fetch(`${system.url}/health/ready`)).status;

describe('beside a running system', () => {
  test('its views are built anew, all or some, and are what they were', async () => {
    const before = await mandates();
    expect(await samverk('rebuild', 'mandate', 'cost')).toEqual({
      code: 0,
      out: expect.stringMatching(/Rebuilt in \d+ s: mandate, cost/),
      err: expect.anything(),
    });
    const all = await samverk('rebuild');
    expect([all.code, all.out]).toEqual([0, expect.stringMatching(/_history, organisation,.*report\.$/m)]);
    expect(await mandates()).toEqual(before);
    await system.clockTo('2017-02-01T08:00:00.000Z');
    expect(await ready()).toBe(200);
  }, 60_000);

  test('a view that there is not is named, with those that there are', async () => {
    const { code, err } = await samverk('rebuild', 'costs');
    expect([code, err]).toEqual([1, expect.stringMatching(/There is no view costs, but _history, .*cost/)]);
  }, 30_000);

  test('an event that a newer program wrote is parked, shown without its data, and tried again when asked', async () => {
    expect(await samverk('parked')).toMatchObject({ code: 0, out: 'Nothing is parked.\n' });
    const [registered] = await system.stored(`mandate-${mandateId}`);
    if (!registered) throw new Error('there is no mandate');
    const { stream, revision: _, position: __, recordedAt: ___, ...event } = registered;
    const id = randomUUID();
    const { position } = await system.installation.platform.store.append(
      stream,
      [{ ...event, id, type: 'MandateClosed', version: 99, data: { mandateId, later: 'SECRET' } }],
      'any',
    );
    await system.installation.platform.projector.reached(position, 30_000);
    expect(system.takeBroken().length).toBeGreaterThan(0);
    expect(await ready()).toBe(503);

    const list = await samverk('parked');
    expect(list.out).toMatch(new RegExp(`MandateClosed ${id}, recorded .*\n.*version 99; this program knows 1`));
    const shown = await samverk('parked', 'show', id);
    expect(shown.out).toMatch(/"later"/);
    expect(shown.out).not.toMatch(/SECRET/);
    expect((await samverk('parked', 'show', id, '--data')).out).toMatch(/SECRET/);
    expect(await samverk('parked', 'show', randomUUID())).toMatchObject({ code: 1 });
    const replayed = await samverk('parked', 'replay');
    expect([replayed.code, replayed.out]).toEqual([1, expect.stringMatching(/^0 taken in, \d+ still parked/)]);
    expect((await mandates()).mandates.edges).toHaveLength(1);
  }, 60_000);
});
