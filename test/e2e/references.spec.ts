import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cost } from './golden-steps.ts';
import { mandateId, orgId, RunningSystem, yearId } from './harness.ts';

/** A row beside the id that names it (domain 7.7 rule e): as a query of its own would show it, and one reading for a page. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

interface Page {
  readonly obligations: { readonly edges: readonly { readonly node: { readonly mandate: unknown } }[] };
}

test.each(['first', 'compiled'])('a page of obligations reads their mandate once, %s', async () => {
  const { readStore } = system.installation.platform;
  const rows = readStore.rows.bind(readStore);
  const readings: string[] = [];
  readStore.rows = (view, wanted) => (readings.push(view), rows(view, wanted));
  const { obligations } = await system.read<Page>(
    undefined,
    '{ obligations(first: 20) { edges { node { mandate { mandateId payer { name } principal { name } } } } } }',
  );
  readStore.rows = rows;
  const names = { payer: { name: 'Kammarkollegiet' }, principal: { name: 'Regeringen' } };
  expect(obligations.edges).toHaveLength(20);
  for (const { node } of obligations.edges) expect(node.mandate).toEqual({ mandateId, ...names });
  expect(readings).toEqual(['obligation', 'mandate', 'organisation']);
});

test('what an id names is withheld with the id, and found with it', async () => {
  const input = { ...cost(2017, 'STAFF', '2017-01-02', 100) };
  await system.accepted(system.token('FINANCE'), 'RecordCost', input);
  const query = `{ fundingLedger(id: "${yearId(2017)}") { payerOrgId payer { orgId } mandate { payer { orgId } } } }`;
  const payer = { orgId: orgId('KAMMARKOLLEGIET') };
  expect(await system.read(undefined, query)).toEqual({
    fundingLedger: { payerOrgId: null, payer: null, mandate: { payer } },
  });
});
