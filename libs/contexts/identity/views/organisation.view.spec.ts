import { expect, test } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import type { NewFact } from '#kernel/facts';
import { type Row, seenOf } from '#kernel/view';
import { OrganisationFacts } from '../organisation.events.ts';
import { organisationView } from './organisation.view.ts';

const { OrganisationContactChanged, OrganisationSuccessionRecorded } = OrganisationFacts;

const orgId = '10000000-0000-4000-8000-000000000001';
const registered = {
  orgId,
  orgNo: '992000-0008',
  soleTrader: false,
  name: 'Exempelkommunen (påhittad)',
  kind: 'CONTRACTING_AUTHORITY',
  level: 'LOCAL',
  contactPoints: [{ kind: 'PHONE', value: '000-000 00 00' }],
} as const;
const event = { type: 'OrganisationRegistered', version: 1, data: registered } as unknown as StoredEvent;

test('a registered organisation is a row of its own, as it was registered', () => {
  const { soleTrader: _, ...row } = registered;
  expect(organisationView.keys(event)).toEqual([orgId]);
  expect(organisationView.fold(null, event)).toEqual({
    ...row,
    ...{ state: 'ACTIVE', formerNames: [], successorOrgIds: [] },
  });
});

test('what was not given is absent', () => {
  const { orgNo: _, ...rest } = registered;
  const row = organisationView.fold(null, { ...event, data: rest });
  expect(row).not.toHaveProperty('orgNo');
  expect(row).not.toHaveProperty('shortName');
});

const after = (...facts: readonly NewFact[]) =>
  facts.reduce<Row | null>(
    (row, { type, data }) => organisationView.fold(row, { type, version: 1, data } as unknown as StoredEvent),
    organisationView.fold(null, event),
  );
const succession = (more: Omit<Parameters<typeof OrganisationSuccessionRecorded>[0], 'orgId'>) =>
  OrganisationSuccessionRecorded({ orgId, ...more });
const renamed = (name: string, from: string, shortName?: string) =>
  succession({ kind: 'RENAMED', name, ...(shortName !== undefined && { shortName }), successorOrgIds: [], from });

test('new ways to reach it take the place of all there were', () => {
  const contactPoints = [{ kind: 'WEB', value: 'https://kommunen.example' }] as const;
  expect(after(OrganisationContactChanged({ orgId, contactPoints }))).toMatchObject({ contactPoints });
});

test('it has its present name, and each former one with the day it ended', () => {
  const row = after(
    renamed('Exempelstaden (påhittad)', '2017-02-01', 'Staden'),
    renamed('Exempelregionen (påhittad)', '2018-01-01'),
  );
  expect(row).toMatchObject({
    name: 'Exempelregionen (påhittad)',
    state: 'ACTIVE',
    formerNames: [
      { name: 'Exempelkommunen (påhittad)', until: '2017-02-01' },
      { name: 'Exempelstaden (påhittad)', shortName: 'Staden', until: '2018-01-01' },
    ],
  });
  expect(row).not.toHaveProperty('shortName');
  expect(row).not.toHaveProperty('succeededOn');
});

test('one that others took the place of names them, and keeps its name', () => {
  const successorOrgIds = ['10000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003'];
  expect(after(succession({ kind: 'SPLIT', successorOrgIds, from: '2018-01-01' }))).toMatchObject({
    ...{ state: 'SUCCEEDED', successorOrgIds, succeededOn: '2018-01-01' },
    ...{ name: 'Exempelkommunen (påhittad)', formerNames: [] },
  });
});

test('everyone sees every column, as everyone sees the facts behind it', () => {
  const classes = Object.keys(organisationView.row).map((column) => seenOf(organisationView, column).class);
  expect(new Set(classes)).toEqual(new Set(Object.values(OrganisationFacts).map(({ definition }) => definition.class)));
});
