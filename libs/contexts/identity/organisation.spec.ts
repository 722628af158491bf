import { describe, expect, test } from '@jest/globals';
import type { RefusalCode } from '#kernel/codes';
import type { InputOf } from '#kernel/commands';
import { isRefusal } from '#kernel/decider';
import type { NewFact } from '#kernel/facts';
import { deciding } from '#kernel/given';
import { OrganisationNumberFacts, organisationNumbers } from './organisation-number.events.ts';
import { OrganisationCommands } from './organisation.commands.ts';
import {
  isAuthority,
  OrganisationFacts,
  organisationKinds,
  type OrganisationKind,
  organisations,
} from './organisation.events.ts';
import { organisation } from './organisation.ts';

const { OrganisationRegistered, OrganisationContactChanged, OrganisationSuccessionRecorded } = OrganisationFacts;
const { OrganisationNumberReserved } = OrganisationNumberFacts;

const orgId = '10000000-0000-4000-8000-000000000001';
const anotherOrgId = '10000000-0000-4000-8000-000000000002';
const thirdOrgId = '10000000-0000-4000-8000-000000000003';
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

const registered = (id: string) => OrganisationRegistered({ ...withoutNumber, orgId: id });
const merged = OrganisationSuccessionRecorded({
  orgId,
  kind: 'MERGED',
  successorOrgIds: [anotherOrgId],
  from: '2018-01-01',
});
/** What may be done with an organisation as long as it is one. */
const refusedUnlessActive = (when: (...facts: readonly NewFact[]) => { refused: Refused }) => {
  when().refused('NOT_FOUND', { orgId });
  when(OrganisationRegistered({ ...withoutNumber, soleTrader: true })).refused('FORBIDDEN_CONTENT');
  when(registered(orgId), merged).refused('INVALID_TRANSITION', { object: 'Organisation', state: 'SUCCEEDED' });
};
type Refused = (code: RefusalCode, details?: Readonly<Record<string, unknown>>) => unknown;

describe('Changing how an organisation is reached (#27)', () => {
  const change = { orgId, contactPoints: [{ kind: 'PHONE' as const, value: '000-000 00 00' }] };
  const changing = (...facts: readonly NewFact[]) =>
    deciding(organisation)
      .given(...facts)
      .when('ChangeOrganisationContact', change);

  test('is recorded as it was given', () => {
    changing(registered(orgId)).then(OrganisationContactChanged(change));
  });

  test('is for an organisation that is active, and no sole trader', () => {
    refusedUnlessActive(changing);
  });

  test('is for administrators and facilitators, and for its own decision makers, members and suppliers', () => {
    const { by } = OrganisationCommands.ChangeOrganisationContact;
    expect(by.map(({ where, role }) => `${where} ${role}`)).toEqual([
      'mandated SYSTEM_ADMIN',
      'mandated FACILITATOR',
      'own DECISION_MAKER',
      'own GROUP_MEMBER',
      'own SUPPLIER',
    ]);
    expect(organisation.organisation?.(change, organisations.initial)).toBe(orgId);
  });
});

describe('The succession of an organisation (#28)', () => {
  type Succession = InputOf<typeof OrganisationCommands.RecordSuccession>;
  const of = (more: Partial<Succession>): Succession => ({
    ...{ orgId, kind: 'RENAMED', successorOrgIds: [], from: '2018-01-01' },
    ...more,
  });
  const aRename = of({ name: 'Exempelregionen (påhittad)', shortName: 'Regionen' });
  const aMerger = of({ kind: 'MERGED', successorOrgIds: [anotherOrgId] });
  const recording = (succession: Succession, ...facts: readonly NewFact[]) =>
    deciding(organisation)
      .given(...facts)
      .and(organisations, anotherOrgId, registered(anotherOrgId))
      .when('RecordSuccession', succession);

  test('renames it, and it is active as before', () => {
    const renamed = OrganisationSuccessionRecorded(aRename);
    recording(aRename, registered(orgId)).then(renamed);
    recording(of({ name: 'Ännu ett namn (påhittat)' }), registered(orgId), renamed).warned();
  });

  test('merges it into another, and it is active no more', () => {
    recording(aMerger, registered(orgId)).then(merged);
    recording(aMerger, registered(orgId), merged).refused('INVALID_TRANSITION');
  });

  test('is for an organisation that is active, and no sole trader', () => {
    refusedUnlessActive((...facts) => recording(aRename, ...facts));
    recording(of({ kind: 'MERGED', successorOrgIds: [thirdOrgId] })).refused('NOT_FOUND', { orgId });
  });

  test('names successors that are registered', () => {
    recording(of({ kind: 'SPLIT', successorOrgIds: [anotherOrgId, thirdOrgId] }), registered(orgId)).refused(
      'NOT_FOUND',
      { successorOrgId: thirdOrgId },
    );
  });

  test.each<[string, Partial<Succession>, string | undefined]>([
    ['a rename with its name', aRename, undefined],
    ['a rename without one', {}, 'name'],
    ['a rename with a successor', { ...aRename, successorOrgIds: [anotherOrgId] }, 'successorOrgIds'],
    ['a merger with one', aMerger, undefined],
    ['a merger with a name', { ...aMerger, name: 'N' }, 'name'],
    ['a merger with a short name', { ...aMerger, shortName: 'N' }, 'shortName'],
    ['a merger with none', { kind: 'MERGED' }, 'successorOrgIds'],
    ['a merger with two', { kind: 'MERGED', successorOrgIds: [anotherOrgId, thirdOrgId] }, 'successorOrgIds'],
    ['a merger with itself', { kind: 'MERGED', successorOrgIds: [orgId] }, 'successorOrgIds'],
    ['a split into two', { kind: 'SPLIT', successorOrgIds: [anotherOrgId, thirdOrgId] }, undefined],
    ['a split into one', { kind: 'SPLIT', successorOrgIds: [anotherOrgId] }, 'successorOrgIds'],
    ['a split into one twice', { kind: 'SPLIT', successorOrgIds: [anotherOrgId, anotherOrgId] }, 'successorOrgIds'],
  ])('is well formed or not: %s', (_, succession, path) => {
    expect(OrganisationCommands.RecordSuccession.malformed?.(of(succession))?.path).toBe(path);
  });
});

test('authorities are the contracting authorities, the government and the evaluators (domain 7.5)', () => {
  const kinds = Object.keys(organisationKinds.labels) as OrganisationKind[];
  const authorities = kinds.filter((kind) => isAuthority({ kind }));
  expect(authorities).toEqual(['CONTRACTING_AUTHORITY', 'GOVERNMENT', 'EVALUATOR']);
});
