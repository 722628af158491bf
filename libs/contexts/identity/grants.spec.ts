import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InputOf, Who } from '#kernel/commands';
import { isRefusal } from '#kernel/decider';
import { deciding, type Recorded } from '#kernel/given';
import type { Grant, Role } from '#kernel/roles';
import { type Day, plusDays } from '#kernel/time';
import { OrganisationFacts, organisations } from './organisation.events.ts';
import type { PersonCommands } from './person.commands.ts';
import { grantsOf, organisationsOf, PersonFacts, persons } from './person.events.ts';
import { person } from './person.ts';

const mandatedOrgId = '10000000-0000-4000-8000-000000000001';
const anotherOrgId = '10000000-0000-4000-8000-000000000002';
const personRef = '20000000-0000-4000-8000-000000000000';
const assignmentIds = [1, 2, 3, 4].map((n) => `30000000-0000-4000-8000-00000000000${n}`);
const firstDay: Day = '2017-01-02';
const days = Array.from({ length: 9 }, (_, n) => plusDays(firstDay, n));

const folded = (history: readonly Recorded[]) =>
  history.reduce(
    (state, { fact, by }, index) =>
      persons.fold(state, {
        type: fact.type,
        version: 1,
        data: fact.data,
        id: `50000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
        position: 1,
        occurredAt: '2017-01-02T08:00:00.000Z',
        recordedAt: '2017-01-02T08:00:00.000Z',
        actor: { person: by?.person ?? '', org: mandatedOrgId, role: by?.role ?? 'PERSON', onBehalfOf: null },
        custodian: mandatedOrgId,
      }),
    persons.initial,
  );

describe('The roles in force on a day', () => {
  const [assignmentId = ''] = assignmentIds;
  const procurementId = '40000000-0000-4000-8000-000000000001';
  const assignment = {
    assignmentId,
    personRef,
    orgId: anotherOrgId,
    role: 'PROCUREMENT_OFFICER',
    scope: { type: 'PROCUREMENT', id: procurementId },
    from: '2017-01-03',
    to: '2017-01-05',
  } as const;
  const { RoleProposed, RoleAssigned, RoleRevoked } = PersonFacts;
  const proposed = { fact: RoleProposed(assignment) };
  const assigned = { fact: RoleAssigned(assignment) };
  const revoked = { fact: RoleRevoked({ personRef, assignmentId, reason: 'Ny tjänst (påhittat)' }) };
  const grant: Grant = {
    role: 'PROCUREMENT_OFFICER',
    org: anotherOrgId,
    for: anotherOrgId,
    scopeId: procurementId,
  };

  test.each([
    ['2017-01-02', []],
    ['2017-01-03', [grant]],
    ['2017-01-05', [grant]],
    ['2017-01-06', []],
  ])('one holds from its first day to its last: on %s %j', (today, grants) => {
    expect(grantsOf(folded([proposed, assigned]), today)).toEqual(grants);
  });

  test('one without a last day holds on, and one for a whole organisation is limited to no object', () => {
    const { to: _to, ...open } = { ...assignment, role: 'REGISTRAR', scope: { type: 'ORGANISATION' } } as const;
    const person = folded([{ fact: RoleProposed(open) }, { fact: RoleAssigned(open) }]);
    expect(grantsOf(person, '2117-01-01')).toEqual([{ role: 'REGISTRAR', org: anotherOrgId, for: anotherOrgId }]);
  });

  test('one that is only proposed, or was revoked, gives nothing, yet its organisation is remembered', () => {
    for (const person of [folded([proposed]), folded([proposed, assigned, revoked])]) {
      expect(grantsOf(person, '2017-01-04')).toEqual([]);
      expect(organisationsOf(person)).toEqual([anotherOrgId]);
    }
  });
});

/** One of four people, the holder among them, and a role in which the delivery would let them act. */
const acting = (...roles: readonly Who['role'][]): fc.Arbitrary<Who> =>
  fc.record({ n: fc.nat(3), role: fc.constantFrom(...roles), here: fc.boolean() }).map(({ n, role, here }) => ({
    person: role === 'APPLICANT' ? personRef : `20000000-0000-4000-8000-00000000000${n}`,
    org: here ? mandatedOrgId : anotherOrgId,
    role,
  }));
const aRole = fc.constantFrom<Role>(
  'SYSTEM_ADMIN',
  'PROGRAMME_EVALUATOR',
  'ARCHIVIST',
  'DATA_PROTECTION_OFFICER',
  'REGISTRAR',
  'GROUP_MEMBER',
);
const anAssignment = { assignmentId: fc.constantFrom(...assignmentIds) };
const aProposal = fc.record({
  name: fc.constant('ProposeRole'),
  by: acting('SYSTEM_ADMIN', 'DECISION_MAKER', 'APPLICANT'),
  ...anAssignment,
  role: aRole,
  from: fc.nat(5).map((n) => plusDays(firstDay, n)),
  lasts: fc.option(fc.nat(3), { nil: undefined }),
});
const anAnswer = fc.record({
  name: fc.constantFrom('ApproveRole', 'ApproveRole', 'ApproveRole', 'RevokeRole'),
  by: acting('SYSTEM_ADMIN', 'DECISION_MAKER'),
  ...anAssignment,
});
const aStep = fc.oneof({ arbitrary: aProposal, weight: 1 }, { arbitrary: anAnswer, weight: 2 });
type Proposal = typeof aProposal extends fc.Arbitrary<infer P> ? P : never;
type Step = typeof aStep extends fc.Arbitrary<infer S> ? S : never;

/** The history that remains of the steps: what was refused left nothing. */
function history(steps: readonly Step[]): Recorded[] {
  const registered = OrganisationFacts.OrganisationRegistered({
    orgId: anotherOrgId,
    soleTrader: false,
    name: 'Exempelorganisationen (påhittad)',
    kind: 'CONTRACTING_AUTHORITY',
    level: 'LOCAL',
    contactPoints: [],
  });
  return steps.reduce<Recorded[]>((before, step) => {
    const { by, assignmentId } = step;
    const scene = deciding(person)
      .given(...before)
      .and(organisations, anotherOrgId, registered)
      .and(organisations, mandatedOrgId, registered)
      .knowing({ personKnown: true })
      .mandated(mandatedOrgId)
      .as(by);
    const { decision } =
      'role' in step
        ? scene.when('ProposeRole', wanted(step))
        : step.name === 'ApproveRole'
          ? scene.when('ApproveRole', { personRef, assignmentId })
          : scene.when('RevokeRole', { personRef, assignmentId, reason: 'Prövning (påhittat)' });
    return isRefusal(decision) ? before : [...before, ...decision.facts.map((fact) => ({ fact, by }))];
  }, []);
}

const wanted = ({ assignmentId, by, role, from, lasts }: Proposal): InputOf<typeof PersonCommands.ProposeRole> => ({
  assignmentId,
  personRef,
  orgId: by.org,
  role,
  scope: { type: role === 'SYSTEM_ADMIN' ? 'SYSTEM' : 'ORGANISATION' },
  from,
  ...(lasts === undefined ? {} : { to: plusDays(from, lasts) }),
});

/** Written out by hand, so that it does not rest on what it tests. */
const forbidden: readonly (readonly [Role, Role])[] = [
  ['SYSTEM_ADMIN', 'PROGRAMME_EVALUATOR'],
  ['SYSTEM_ADMIN', 'ARCHIVIST'],
  ['SYSTEM_ADMIN', 'DATA_PROTECTION_OFFICER'],
  ['SYSTEM_ADMIN', 'REGISTRAR'],
  ['SYSTEM_ADMIN', 'GROUP_MEMBER'],
  ['PROGRAMME_EVALUATOR', 'ARCHIVIST'],
  ['PROGRAMME_EVALUATOR', 'DATA_PROTECTION_OFFICER'],
  ['PROGRAMME_EVALUATOR', 'REGISTRAR'],
  ['PROGRAMME_EVALUATOR', 'GROUP_MEMBER'],
  ['ARCHIVIST', 'DATA_PROTECTION_OFFICER'],
];

describe('Whoever proposes, approves and revokes, in whatever order', () => {
  const anyHistory = fc.array(aStep, { minLength: 10, maxLength: 30 }).map(history);
  const of = (type: string, facts: readonly Recorded[]) => facts.filter(({ fact }) => fact.type === type);

  test('no person holds two roles at once that exclude each other, after any step, on any day', () => {
    fc.assert(
      fc.property(anyHistory, (facts) => {
        for (let length = 1; length <= facts.length; length++) {
          const person = folded(facts.slice(0, length));
          for (const day of days) {
            const held = new Set(grantsOf(person, day).map(({ role }) => role));
            expect(forbidden.filter(([a, b]) => held.has(a) && held.has(b))).toEqual([]);
          }
        }
      }),
    );
  });

  test('no role was approved by who proposed it or holds it, nor by one administrator after another', () => {
    fc.assert(
      fc.property(anyHistory, (facts) => {
        for (const approved of of('RoleAssigned', facts)) {
          const { assignmentId } = approved.fact.data;
          const proposal = of('RoleProposed', facts).find(({ fact }) => fact.data['assignmentId'] === assignmentId);
          expect(approved.by?.person).not.toBe(proposal?.by?.person);
          expect(approved.by?.person).not.toBe(personRef);
          expect([approved.by?.role, proposal?.by?.role]).not.toEqual(['SYSTEM_ADMIN', 'SYSTEM_ADMIN']);
        }
      }),
    );
  });

  test('and these histories have roles held side by side, so that the two above can fail', () => {
    const twoApproved = fc
      .sample(anyHistory, { numRuns: 100, seed: 2017 })
      .filter((facts) => of('RoleAssigned', facts).length > 1);
    expect(twoApproved.length).toBeGreaterThan(10);
  });
});
