import { expect, test } from '@jest/globals';
import type { StoredEvent } from '#kernel/envelope';
import { seenOf } from '#kernel/view';
import { OrganisationFacts } from '../organisation.events.ts';
import { organisationView } from './organisation.view.ts';

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
  expect(organisationView.fold(null, event)).toEqual(row);
});

test('what was not given is absent', () => {
  const { orgNo: _, ...rest } = registered;
  const row = organisationView.fold(null, { ...event, data: rest });
  expect(row).not.toHaveProperty('orgNo');
  expect(row).not.toHaveProperty('shortName');
});

test('everyone sees every column, as everyone sees the fact behind it', () => {
  const { OrganisationRegistered } = OrganisationFacts;
  const classes = Object.keys(organisationView.row).map((column) => seenOf(organisationView, column).class);
  expect(new Set(classes)).toEqual(new Set([OrganisationRegistered.definition.class]));
});
