import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadDemo } from '#apps/api/demo';
import type { OrganisationKey } from '#contexts/mandate/decision';
import { mandateId, orgId, RunningSystem } from './harness.ts';

/** What is loaded of the decision beside the mandate itself, as anyone reads it (domain 1.1, 1.4, 1.6, 1.9). */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

type Page<Node> = { readonly edges: readonly { readonly node: Node }[] };
const rows = async <Node>(list: string, fields: string): Promise<Node[]> => {
  const query = `{ list: ${list} { edges { node { ${fields} } } } }`;
  return (await system.read<{ list: Page<Node> }>(undefined, query)).list.edges.map(({ node }) => node);
};

test('each recipient and unit that the decision names got one copy, from the registrar', async () => {
  type Copy = { recipientOrgId: string; unit: string | null };
  const all = await rows<Copy>(
    `decisionCopies(filter: { mandateId: "${mandateId}" }, first: 100)`,
    'recipientOrgId unit',
  );
  const recipients = Map.groupBy(all, ({ recipientOrgId }) => recipientOrgId);
  const unitsOf = (key: OrganisationKey) =>
    recipients
      .get(orgId(key))
      ?.map(({ unit }) => unit)
      .sort();
  expect([all.length, recipients.size]).toEqual([20, 13]);
  expect(unitsOf('NARINGSDEPARTEMENTET')).toEqual(['AS', 'FF', 'IFK', 'KSR', 'RTS']);
  expect(unitsOf('STATSRADSBEREDNINGEN')).toEqual(['INRÅD', 'SAM']);
  expect(unitsOf('VINNOVA')).toEqual([null]);

  const registered = await rows<{ orgId: string }>('organisations(first: 100)', 'orgId');
  expect(registered.map(({ orgId }) => orgId)).toEqual(expect.arrayContaining([...recipients.keys()]));
  const sent = (await system.history(undefined, orgId('SKL'))).filter(({ type }) => type === 'DecisionCopySent');
  expect(sent).toMatchObject([
    { actor: { role: 'REGISTRAR' }, concerns: [{ id: orgId('SKL'), as: 'addressee' }], data: { mandateId } },
  ]);
});

test('the two strategies that the decision rests on are there, by date', async () => {
  const list = `policyReferences(filter: { mandateId: "${mandateId}" }, orderBy: { by: date })`;
  expect(await rows(list, 'date title { sv en }')).toEqual([
    { date: '2016-01-21', title: { sv: expect.stringMatching(/^Smart industri/), en: expect.any(String) } },
    { date: '2016-06-30', title: { sv: 'Nationella upphandlingsstrategin', en: expect.any(String) } },
  ]);
});

test('the ministry is reached as its letterhead says', async () => {
  const query = `{ organisation(id: "${orgId('NARINGSDEPARTEMENTET')}") { contactPoints { kind value } } }`;
  type Answer = { organisation: { contactPoints: readonly { kind: string; value: string }[] } };
  const { organisation } = await system.read<Answer>(undefined, query);
  expect(Object.fromEntries(organisation.contactPoints.map(({ kind, value }) => [kind, value]))).toEqual({
    FAX: '08-411 36 16',
    WEB: 'www.regeringen.se',
    POSTAL: '103 33 Stockholm',
    VISIT: 'Mäster Samuelsgatan 70',
  });
});

test('a second load finds everything there', async () => {
  const before = await system.head();
  await loadDemo(system.installation, system.settings);
  expect(await system.head()).toBe(before);
});
