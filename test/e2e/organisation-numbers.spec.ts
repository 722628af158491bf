import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OrganisationNumberFacts } from '#contexts/identity/organisation-number.events';
import { idByProcess } from '#delivery/event-identity';
import { organisationNumberKey } from '#delivery/secret';
import { visibilityOf } from '#kernel/facts';
import { newId, orgId as orgOf, RunningSystem } from './harness.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const mandated = orgOf('UPPHANDLINGSMYNDIGHETEN');
const keyOf = (number: string) =>
  organisationNumberKey(system.installation.secret.derive('organisation numbers'), number);
const registering = (orgId: string, orgNo: string) => ({
  orgId,
  orgNo,
  soleTrader: false,
  name: 'Påhittade kommunen',
  kind: 'CONTRACTING_AUTHORITY',
  level: 'LOCAL',
  contactPoints: [],
});
const register = (orgId: string, orgNo: string, commandId: string) =>
  system.command(system.token('SYSTEM_ADMIN'), 'RegisterOrganisation', registering(orgId, orgNo), { commandId });
const typesOf = async (orgNo: string) => (await system.stored(`orgno-${keyOf(orgNo)}`)).map(({ type }) => type);

/** Leaves what a command leaves whose process died between its two writes. */
async function reserveAndDie(orgId: string, orgNo: string, commandId: string): Promise<void> {
  const orgNoKey = keyOf(orgNo);
  const { type, data } = OrganisationNumberFacts.OrganisationNumberReserved({ orgNoKey, orgId });
  const stream = `orgno-${orgNoKey}`;
  const event = {
    id: idByProcess('organisation-numbers', commandId, stream, 0),
    ...{ type, version: 1, data, occurredAt: '2017-01-02T08:00:00.000Z', correlation: commandId },
    actor: { system: 'organisation-numbers', org: mandated, role: 'SYSTEM', onBehalfOf: null },
    ...{ custodian: mandated, case: null, regime: null, command: null, causation: null, basedOn: {}, backdating: null },
    concerns: [{ id: orgId, as: 'concerns' }],
    visibility: visibilityOf(OrganisationNumberFacts.OrganisationNumberReserved),
    subjects: [],
  };
  await system.installation.platform.store.append(stream, [event], 'none');
}

const [Reserved, Released] = ['OrganisationNumberReserved', 'OrganisationNumberReleased'];

test('a number whose organisation is not registered is free again after a day, and not before', async () => {
  const [abandoned, other] = [newId(), newId()];
  const [first, second] = ['402000-0016', '402000-0024'];
  await reserveAndDie(abandoned, first, newId());
  const kept = newId();
  await reserveAndDie(kept, second, newId());
  expect(await register(other, first, newId())).toMatchObject({ code: 'ORGANISATION_NUMBER_TAKEN' });
  expect(await register(kept, second, newId())).toMatchObject({ __typename: 'Accepted' });

  await system.clockTo('2017-01-03T07:59:59.999Z');
  expect(await typesOf(first)).toEqual([Reserved]);
  await system.clockTo('2017-01-03T08:00:00.000Z');
  expect(await typesOf(first)).toEqual([Reserved, Released]);
  expect(await typesOf(second)).toEqual([Reserved]);
  expect(await register(other, first, newId())).toMatchObject({ __typename: 'Accepted' });
  expect(await typesOf(first)).toEqual([Reserved, Released, Reserved]);
  expect(await register(abandoned, first, newId())).toMatchObject({ code: 'ORGANISATION_NUMBER_TAKEN' });
});

test('the command that was interrupted, sent again after the release, reserves again and has one effect', async () => {
  const [orgId, orgNo, commandId] = [newId(), '402000-0032', newId()];
  await reserveAndDie(orgId, orgNo, commandId);
  await system.clockTo('2017-01-10T08:00:00.000Z');
  expect(await typesOf(orgNo)).toEqual([Reserved, Released]);
  for (let times = 0; times < 2; times++)
    expect(await register(orgId, orgNo, commandId)).toMatchObject({ __typename: 'Accepted' });
  expect(await typesOf(orgNo)).toEqual([Reserved, Released, Reserved]);
  expect(await register(newId(), orgNo, newId())).toMatchObject({ code: 'ORGANISATION_NUMBER_TAKEN' });
});

test('sent again just before the release it reserves anew, and the number stays', async () => {
  const [orgId, orgNo, commandId] = [newId(), '402000-0040', newId()];
  await reserveAndDie(orgId, orgNo, commandId);
  await system.clockTo('2017-01-11T07:30:00.000Z');
  expect(await register(orgId, orgNo, commandId)).toMatchObject({ __typename: 'Accepted' });
  expect(await typesOf(orgNo)).toEqual([Reserved, Reserved]);
  await system.clockTo('2017-02-01T08:00:00.000Z');
  expect(await typesOf(orgNo)).toEqual([Reserved, Reserved]);
});
