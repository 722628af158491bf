import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { RunningSystem } from './harness.ts';

/** GraphQL over HTTP as the standard wants it (promise U4), from the real server with its limits on. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const audits = serverAudits({ url: () => `${system.url}/graphql` });
test('there are 61 audits', () => expect(audits).toHaveLength(61));
test.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('audit $id: $name', async ({ fn }) => {
  const { status, ...result } = await fn();
  expect({ status, reason: 'reason' in result ? result.reason : undefined }).toEqual({ status: 'ok' });
});
