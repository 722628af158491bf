import { describe, expect, test } from '@jest/globals';
import type { InputOf } from '#kernel/commands';
import { isRefusal } from '#kernel/decider';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { OrganisationNumberFacts, organisationNumbers } from './organisation-number.events.ts';
import { OrganisationCommands } from './organisation.commands.ts';
import { isAuthority, OrganisationFacts, organisationKinds, type OrganisationKind } from './organisation.events.ts';
import { organisation } from './organisation.ts';

const { OrganisationRegistered } = OrganisationFacts;
const { OrganisationNumberReserved } = OrganisationNumberFacts;

const orgId = '10000000-0000-4000-8000-000000000001';
const anotherOrgId = '10000000-0000-4000-8000-000000000002';
const orgNoKey = 'a'.repeat(64);

type Registration = InputOf<typeof OrganisationCommands.RegisterOrganisation>;
const withoutNumber: Registration = {
  orgId,
  soleTrader: false,
  name: 'Exempelkommunen (påhittad)',
  kind: 'CONTRACTING_AUTHORITY',
  level: 'LOCAL',
  contactPoints: [{ kind: 'WEB', value: 'https://kommunen.example' }],
};
const aRegistration: Registration = { ...withoutNumber, orgNo: '992000-0008' };
const reserved = (holder: string) => OrganisationNumberReserved({ orgNoKey, orgId: holder });

describe('Registering an organisation', () => {
  test('it is registered as it was given', () => {
    deciding(organisation)
      .given()
      .when('RegisterOrganisation', withoutNumber)
      .then(OrganisationRegistered(withoutNumber));
  });

  test('its number is reserved for it first', () => {
    const { decision } = deciding(organisation)
      .given()
      .knowing({ organisationNumberKey: orgNoKey })
      .when('RegisterOrganisation', aRegistration)
      .then(OrganisationRegistered(aRegistration));
    expect(isRefusal(decision) ? undefined : decision.reservation).toEqual({
      process: 'organisation-numbers',
      stream: organisationNumbers,
      id: orgNoKey,
      fact: reserved(orgId),
    });
  });

  test('without a number nothing is reserved', () => {
    const { decision } = deciding(organisation).given().when('RegisterOrganisation', withoutNumber);
    expect(decision).not.toHaveProperty('reservation');
  });

  test('a number that it reserved before it was stopped is not reserved twice', () => {
    const { decision } = deciding(organisation)
      .given()
      .knowing({ organisationNumberKey: orgNoKey })
      .and(organisationNumbers, orgNoKey, reserved(orgId))
      .when('RegisterOrganisation', aRegistration)
      .then(OrganisationRegistered(aRegistration));
    expect(decision).not.toHaveProperty('reservation');
  });

  test('a reservation that is about to be released is made anew; one that has been, is gone', () => {
    const at = (now: string, ...facts: readonly NewFact[]) =>
      deciding(organisation)
        .given()
        .knowing({ organisationNumberKey: orgNoKey })
        .and(organisationNumbers, orgNoKey, reserved(orgId), ...facts)
        .at(now)
        .when('RegisterOrganisation', aRegistration).decision;
    const released = OrganisationNumberFacts.OrganisationNumberReleased({ orgNoKey, orgId: anotherOrgId });
    expect(at('2017-01-03T06:59:59.999Z')).not.toHaveProperty('reservation');
    expect(at('2017-01-03T07:00:00.000Z')).toHaveProperty('reservation');
    expect(at('2017-01-02T09:00:00.000Z', released)).toHaveProperty('reservation');
  });

  test('a number of another organisation is refused, without a word about whose it is', () => {
    deciding(organisation)
      .given()
      .knowing({ organisationNumberKey: orgNoKey })
      .and(organisationNumbers, orgNoKey, reserved(anotherOrgId))
      .when('RegisterOrganisation', aRegistration)
      .refused('ORGANISATION_NUMBER_TAKEN', {});
  });

  test('an id that is in use is refused before the number is looked at', () => {
    deciding(organisation)
      .given(OrganisationRegistered(withoutNumber))
      .knowing({ organisationNumberKey: orgNoKey })
      .and(organisationNumbers, orgNoKey, reserved(anotherOrgId))
      .when('RegisterOrganisation', aRegistration)
      .refused('ALREADY_EXISTS', { orgId });
  });

  test('a sole trader is refused before all else, since nothing personal may be written in the clear', () => {
    deciding(organisation)
      .given(OrganisationRegistered(withoutNumber))
      .when('RegisterOrganisation', { ...aRegistration, kind: 'SUPPLIER', soleTrader: true })
      .refused('FORBIDDEN_CONTENT');
  });

  test('so is a personal identity number that is not called one', () => {
    deciding(organisation)
      .given()
      .when('RegisterOrganisation', { ...aRegistration, kind: 'SUPPLIER', orgNo: '811218-9876' })
      .refused('FORBIDDEN_CONTENT');
  });

  test('its number is looked up under the key of the installation', () => {
    expect(organisation.looksUp?.organisationNumber?.(aRegistration)).toBe(aRegistration.orgNo);
    expect(organisation.looksUp?.organisationNumber?.(withoutNumber)).toBeUndefined();
  });
});

describe('A registration is malformed', () => {
  const { RegisterOrganisation } = OrganisationCommands;
  const problemOf = (changes: Partial<Registration>) =>
    RegisterOrganisation.malformed?.({ ...aRegistration, ...changes })?.path;

  test('with a wrong check digit', () => {
    expect(problemOf({ orgNo: '992000-0009' })).toBe('orgNo');
  });
  test('as a contracting authority that is not public', () => {
    expect(problemOf({ level: 'NOT_PUBLIC' })).toBe('level');
  });
  test('and not otherwise', () => {
    expect(problemOf({})).toBeUndefined();
    expect(RegisterOrganisation.malformed?.(withoutNumber)).toBeUndefined();
    expect(problemOf({ kind: 'SUPPLIER', level: 'NOT_PUBLIC' })).toBeUndefined();
  });
});

test('authorities are the contracting authorities, the government and the evaluators (domain 7.5)', () => {
  const kinds = Object.keys(organisationKinds.labels) as OrganisationKind[];
  const authorities = kinds.filter((kind) => isAuthority({ kind }));
  expect(authorities).toEqual(['CONTRACTING_AUTHORITY', 'GOVERNMENT', 'EVALUATOR']);
});
