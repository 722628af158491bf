import { describe, expect, test } from '@jest/globals';
import type { InputOf, Who } from '#kernel/commands';
import { deciding, type Recorded } from '#kernel/given';
import type { Role } from '#kernel/roles';
import { OrganisationFacts, type OrganisationKind, organisations } from './organisation.events.ts';
import { PersonCommands } from './person.commands.ts';
import { PersonFacts } from './person.events.ts';
import { person } from './person.ts';

const { RoleProposed, RoleAssigned, RoleRevoked } = PersonFacts;
type Proposal = InputOf<typeof PersonCommands.ProposeRole>;

const mandatedOrgId = '10000000-0000-4000-8000-000000000001';
const orgId = '10000000-0000-4000-8000-000000000002';
const personRef = '20000000-0000-4000-8000-000000000001';
const [anna, bo, cia] = [2, 3, 4].map((n) => `20000000-0000-4000-8000-00000000000${n}`) as [string, string, string];

const admin = (person: string): Who => ({ person, org: mandatedOrgId, role: 'SYSTEM_ADMIN' });
const decisionMaker = (person: string, org = orgId): Who => ({ person, org, role: 'DECISION_MAKER' });
const applicant: Who = { person: personRef, org: orgId, role: 'APPLICANT' };

const proposal = (role: Role, changes: Partial<Proposal> = {}): Proposal => ({
  assignmentId: '30000000-0000-4000-8000-000000000001',
  personRef,
  orgId,
  role,
  scope: { type: role === 'SYSTEM_ADMIN' ? 'SYSTEM' : 'ORGANISATION' },
  from: '2017-01-02',
  ...changes,
});
const { assignmentId } = proposal('GROUP_MEMBER');
const approval = { personRef, assignmentId };
const revocation = { personRef, assignmentId, reason: 'Ny tjänst (påhittat)' };

const registered = (kind: OrganisationKind, id = orgId) =>
  OrganisationFacts.OrganisationRegistered({
    orgId: id,
    soleTrader: false,
    name: 'Exempelorganisationen (påhittad)',
    kind,
    level: 'LOCAL',
    contactPoints: [],
  });
const proposed = (by: Who, wanted: Proposal, custodian = orgId): Recorded => ({
  fact: RoleProposed(wanted, { addressee: [wanted.orgId], custodian }),
  by,
});
const assigned = (wanted: Proposal): Recorded => ({ fact: RoleAssigned(wanted, { custodian: orgId }) });

/** A second role, held already, beside which the first is asked for. */
const held = (role: Role, changes: Partial<Proposal> = {}): [Recorded, Recorded] => {
  const other = proposal(role, { assignmentId: '30000000-0000-4000-8000-000000000002', ...changes });
  return [proposed(admin(anna), other), assigned(other)];
};

const proposing = (by: Who, wanted: Proposal) =>
  deciding(person)
    .given()
    .and(organisations, orgId, registered('CONTRACTING_AUTHORITY'))
    .and(organisations, mandatedOrgId, registered('CONTRACTING_AUTHORITY', mandatedOrgId))
    .knowing({ personKnown: true })
    .mandated(mandatedOrgId)
    .as(by)
    .when('ProposeRole', wanted);

const approving = (by: Who, ...history: readonly Recorded[]) =>
  deciding(person)
    .given(...history)
    .mandated(mandatedOrgId)
    .as(by)
    .when('ApproveRole', approval);

describe('Proposing a role', () => {
  const wanted = proposal('GROUP_MEMBER');

  test('it is addressed to the organisation, and kept by it where it is an authority', () => {
    proposing(applicant, wanted).then(RoleProposed(wanted, { addressee: [orgId], custodian: orgId }));
  });

  test('it is kept by the mandated authority for an organisation that is none', () => {
    const wanted = proposal('SUPPLIER');
    deciding(person)
      .given()
      .and(organisations, orgId, registered('SUPPLIER'))
      .knowing({ personKnown: true })
      .mandated(mandatedOrgId)
      .as(applicant)
      .when('ProposeRole', wanted)
      .then(RoleProposed(wanted, { addressee: [orgId], custodian: mandatedOrgId }));
  });

  test('a person who is not in the directory is not found', () => {
    deciding(person).given().as(admin(anna)).when('ProposeRole', wanted).refused('NOT_FOUND', { personRef });
  });

  test('an organisation that is not registered is not found', () => {
    deciding(person)
      .given()
      .knowing({ personKnown: true })
      .as(admin(anna))
      .when('ProposeRole', wanted)
      .refused('NOT_FOUND', { orgId });
  });

  test('an assignment is proposed once', () => {
    deciding(person)
      .given(proposed(applicant, wanted))
      .and(organisations, orgId, registered('CONTRACTING_AUTHORITY'))
      .knowing({ personKnown: true })
      .as(admin(anna))
      .when('ProposeRole', wanted)
      .refused('ALREADY_EXISTS', { assignmentId });
  });

  const ofMandate: Role[] = ['MANDATE_OWNER', 'FACILITATOR', 'FINANCE', 'SYSTEM_ADMIN'];
  test.each(ofMandate)('%s is proposed by a decision maker of the mandated authority, and of no other', (role) => {
    const there = proposal(role, { orgId: mandatedOrgId });
    proposing(decisionMaker(anna), proposal(role)).refused('FORBIDDEN', { role });
    proposing(decisionMaker(anna, mandatedOrgId), there).then(
      RoleProposed(there, { addressee: [mandatedOrgId], custodian: mandatedOrgId }),
    );
  });

  const appliedFor: Role[] = [
    'PROGRAMME_EVALUATOR',
    'SUPERVISOR',
    'GOVERNMENT_RECIPIENT',
    'CONSULTEE',
    'COLLABORATOR',
    'INTEGRATION_PARTNER',
    'SUPPLIER',
    'TENDERER',
  ];
  test.each(appliedFor)('%s is applied for, and proposed by nobody else', (role) => {
    const wanted = proposal(role);
    proposing(admin(anna), wanted).refused('FORBIDDEN', { role });
    proposing(decisionMaker(anna), wanted).refused('FORBIDDEN', { role });
    proposing(applicant, wanted).then(RoleProposed(wanted, { addressee: [orgId], custodian: orgId }));
    proposing(decisionMaker(personRef), wanted).then(RoleProposed(wanted, { addressee: [orgId], custodian: orgId }));
  });
});

describe('A proposal is malformed', () => {
  const { ProposeRole } = PersonCommands;
  const problemOf = (role: Role, changes: Partial<Proposal>) => ProposeRole.malformed?.(proposal(role, changes))?.path;
  const id = '40000000-0000-4000-8000-000000000001';

  test('when it ends before it begins', () => {
    expect(problemOf('GROUP_MEMBER', { to: '2017-01-01' })).toBe('to');
    expect(problemOf('GROUP_MEMBER', { to: '2017-01-02' })).toBeUndefined();
  });

  test('when a supervisor is to hold it without an end', () => {
    const scope = { type: 'PROCUREMENT', id } as const;
    expect(problemOf('SUPERVISOR', { scope })).toBe('to');
    expect(problemOf('SUPERVISOR', { scope, to: '2017-06-30' })).toBeUndefined();
  });

  test.each<[Role, Proposal['scope'], string | undefined]>([
    ['SYSTEM_ADMIN', { type: 'SYSTEM' }, undefined],
    ['SYSTEM_ADMIN', { type: 'ORGANISATION' }, 'scope.type'],
    ['MANDATE_OWNER', { type: 'ORGANISATION' }, undefined],
    ['MANDATE_OWNER', { type: 'SYSTEM' }, 'scope.type'],
    ['TENDERER', { type: 'PROCUREMENT', id }, 'scope.type'],
    ['DECISION_MAKER', { type: 'ORGANISATION' }, undefined],
    ['DECISION_MAKER', { type: 'PROCUREMENT', id }, undefined],
    ['LEGAL', { type: 'GROUP', id }, 'scope.type'],
    ['PROCUREMENT_OFFICER', { type: 'ORGANISATION' }, 'scope.type'],
    ['PROCUREMENT_OFFICER', { type: 'DIALOGUE', id }, undefined],
    ['EVALUATOR_PANEL', { type: 'PROCUREMENT', id, lots: ['1'] }, undefined],
    ['EVALUATOR_PANEL', { type: 'CONTRACT', id, lots: ['1'] }, 'scope.lots'],
    ['CONSULTEE', { type: 'CONSULTATION', id }, undefined],
    ['CONSULTEE', { type: 'GROUP', id }, 'scope.type'],
    ['COLLABORATOR', { type: 'GROUP', id }, undefined],
    ['COLLABORATOR', { type: 'GROUP' }, 'scope.id'],
    ['GROUP_MEMBER', { type: 'ORGANISATION', id }, 'scope.id'],
  ])('unless its scope fits the role: %s, %j', (role, scope, problem) => {
    expect(problemOf(role, { scope })).toBe(problem);
  });
});

describe('Roles by two (domain 7.11 no. 26)', () => {
  const finance = proposal('FINANCE', { orgId: mandatedOrgId, to: '2018-12-31' });
  const byAdmin = proposed(admin(anna), finance, mandatedOrgId);

  test.each([
    ['the administrator who proposed it', admin(anna)],
    ['another administrator', admin(bo)],
    ['its holder, a decision maker', decisionMaker(personRef, mandatedOrgId)],
  ])('what an administrator proposed is not approved by %s', (_, by) => {
    approving(by, byAdmin).refused('TWO_PERSONS_REQUIRED');
  });

  test('another decision maker approves it, as proposed', () => {
    approving(decisionMaker(bo, mandatedOrgId), byAdmin).then(RoleAssigned(finance, { custodian: mandatedOrgId }));
  });

  test('the first decision maker applies, and the administrator approves', () => {
    const wanted = proposal('DECISION_MAKER');
    approving(admin(anna), proposed(applicant, wanted)).then(RoleAssigned(wanted, { custodian: orgId }));
  });

  test('what a decision maker proposed, another one or an administrator approves', () => {
    const wanted = proposal('GROUP_MEMBER');
    const byDecisionMaker = proposed(decisionMaker(anna), wanted);
    approving(decisionMaker(anna), byDecisionMaker).refused('TWO_PERSONS_REQUIRED');
    approving(decisionMaker(bo), byDecisionMaker).then(RoleAssigned(wanted, { custodian: orgId }));
    approving(admin(cia), byDecisionMaker).then(RoleAssigned(wanted, { custodian: orgId }));
  });

  test('a decision maker approves neither what is applied for nor, elsewhere, a role of the mandate', () => {
    approving(decisionMaker(anna), proposed(applicant, proposal('SUPPLIER'))).refused('FORBIDDEN');
    approving(decisionMaker(anna), proposed(applicant, proposal('FINANCE'))).refused('FORBIDDEN');
  });

  test('a proposal is approved once, and not after it was withdrawn', () => {
    const wanted = proposal('GROUP_MEMBER');
    const state = (is: string) => ({ object: 'Role', state: is });
    const [asked, given] = [proposed(applicant, wanted), assigned(wanted)];
    approving(admin(anna), asked, given).refused('INVALID_TRANSITION', state('ASSIGNED'));
    approving(admin(anna), asked, { fact: RoleRevoked(revocation) }).refused('INVALID_TRANSITION', state('REVOKED'));
    approving(admin(anna)).refused('NOT_FOUND', { assignmentId });
  });
});

describe('Roles that exclude each other', () => {
  const asked = (role: Role, changes: Partial<Proposal> = {}) => proposed(applicant, proposal(role, changes));
  const elsewhere = { orgId: '10000000-0000-4000-8000-000000000009' };

  test.each<[Role, Role]>([
    ['PROGRAMME_EVALUATOR', 'GROUP_MEMBER'],
    ['GROUP_MEMBER', 'PROGRAMME_EVALUATOR'],
    ['SYSTEM_ADMIN', 'REGISTRAR'],
    ['REGISTRAR', 'SYSTEM_ADMIN'],
    ['ARCHIVIST', 'DATA_PROTECTION_OFFICER'],
    ['DATA_PROTECTION_OFFICER', 'ARCHIVIST'],
  ])('%s is not given to a person who holds %s, in whatever organisation', (role, other) => {
    approving(admin(anna), ...held(other, elsewhere), asked(role)).refused('SEPARATION_OF_DUTIES', { roles: [other] });
  });

  test.each<[Role, Role]>([
    ['ARCHIVIST', 'REGISTRAR'],
    ['SYSTEM_ADMIN', 'SYSTEM_ADMIN'],
    ['GROUP_MEMBER', 'DECISION_MAKER'],
  ])('%s and %s are held together', (role, other) => {
    const given = RoleAssigned(proposal(role), { custodian: orgId });
    approving(admin(anna), ...held(other), asked(role)).then(given);
  });

  test('one may follow the other, on the day after', () => {
    const until = held('GROUP_MEMBER', { to: '2017-06-30' });
    approving(admin(anna), ...until, asked('PROGRAMME_EVALUATOR', { from: '2017-06-30' })).refused(
      'SEPARATION_OF_DUTIES',
    );
    const after = { from: '2017-07-01' };
    approving(admin(anna), ...until, asked('PROGRAMME_EVALUATOR', after)).then(
      RoleAssigned(proposal('PROGRAMME_EVALUATOR', after), { custodian: orgId }),
    );
  });
});

describe('Revoking a role', () => {
  const asked = proposed(applicant, proposal('GROUP_MEMBER'), mandatedOrgId);
  const revoking = (...history: readonly Recorded[]) =>
    deciding(person)
      .given(...history)
      .when('RevokeRole', revocation);
  const revoked = RoleRevoked(revocation, { custodian: mandatedOrgId });

  test('it is kept by whoever keeps the assignment, proposed or assigned', () => {
    revoking(asked).then(revoked);
    revoking(asked, assigned(proposal('GROUP_MEMBER'))).then(revoked);
  });

  test('it is revoked once', () => {
    revoking(asked, { fact: revoked }).refused('INVALID_TRANSITION', { object: 'Role', state: 'REVOKED' });
  });

  test('what was never proposed is not found', () => {
    revoking().refused('NOT_FOUND', { assignmentId });
  });
});
