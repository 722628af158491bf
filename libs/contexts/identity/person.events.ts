import { fact, facts } from '#kernel/facts';
import { code, codeList, day, group, id, list, optional, text } from '#kernel/fields';
import { type Grant, type Role, roles } from '#kernel/roles';
import { stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import type { Day } from '#kernel/time';

const roleNames = codeList(
  'Role',
  'The role (domain 7.8).',
  Object.fromEntries(Object.entries(roles).map(([role, { sv }]) => [role, sv])) as Record<Role, string>,
);
const scopeTypes = codeList('ScopeType', 'What a role is limited to.', {
  SYSTEM: 'Hela systemet',
  ORGANISATION: 'Organisationen',
  GROUP: 'Beställargrupp',
  CONSULTATION: 'Samråd',
  ACTIVITY: 'Aktivitet',
  DIALOGUE: 'Marknadsdialog',
  POC: 'Konceptprövning',
  PCP: 'Förkommersiell upphandling',
  PROCUREMENT: 'Upphandling',
  CONTRACT: 'Avtal',
  PARTNERSHIP: 'Innovationspartnerskap',
});
export type ScopeType = keyof typeof scopeTypes.labels;

const personRef = id('The person, by reference.');
const assignmentId = id('The assignment of the role.');
const assignment = {
  assignmentId,
  personRef,
  orgId: id('The organisation for which the role is held.'),
  role: code(roleNames),
  scope: group('Scope', 'What the role is limited to.', {
    type: code(scopeTypes),
    id: optional(id('The object; absent for SYSTEM and ORGANISATION.')),
    lots: optional(list(text('A lot.', { max: 100 }), 'The lots of the procurement, where not all.')),
  }),
  from: day('First day.'),
  to: optional(day('Last day; absent where it holds until revoked.')),
};

export const PersonFacts = facts({
  RoleProposed: fact({
    says: 'A role was proposed for a person.',
    sv: 'Roll föreslagen',
    class: 'ADMIN',
    subject: 'personRef',
    data: assignment,
  }),
  RoleAssigned: fact({
    says: 'A proposed role was approved, and holds in its period.',
    sv: 'Roll tilldelad',
    class: 'ADMIN',
    subject: 'personRef',
    data: assignment,
  }),
  RoleRevoked: fact({
    says: 'A role, or the proposal of one, was withdrawn.',
    sv: 'Roll återkallad',
    class: 'ADMIN',
    subject: 'personRef',
    data: { personRef, assignmentId, reason: text('Why.') },
  }),
});

/** One role of a person: PROPOSED (Föreslagen) → ASSIGNED (Tilldelad) → REVOKED (Återkallad; also from PROPOSED). */
export interface Assignment {
  readonly is: 'PROPOSED' | 'ASSIGNED' | 'REVOKED';
  readonly orgId: string;
  readonly role: Role;
  readonly scope: { readonly type: ScopeType; readonly id?: string; readonly lots?: readonly string[] };
  readonly from: Day;
  readonly to?: Day;
  /** Who proposed it, and in which role. */
  readonly proposedBy: string;
  readonly proposedAs: string;
  /** The authority that keeps it. */
  readonly custodian: string;
}

/** A person, by reference only: every role ever proposed, by assignment. */
export interface Person {
  readonly assignments: Table<Assignment>;
}

export const persons = stream<Person, typeof PersonFacts>({
  category: 'person',
  object: 'Person',
  facts: PersonFacts,
  initial: { assignments: Table.of() },
}).evolve({
  RoleProposed: ({ assignments }, { assignmentId, personRef: _, ...role }, { actor, custodian }) => ({
    assignments: assignments.with(assignmentId, {
      ...role,
      is: 'PROPOSED',
      proposedBy: 'person' in actor ? actor.person : actor.system,
      proposedAs: actor.role,
      custodian,
    }),
  }),
  RoleAssigned: (state, { assignmentId }) => nowIs('ASSIGNED', state, assignmentId),
  RoleRevoked: (state, { assignmentId }) => nowIs('REVOKED', state, assignmentId),
});

function nowIs(is: Assignment['is'], state: Person, assignmentId: string): Person {
  const before = state.assignments.get(assignmentId);
  return before ? { assignments: state.assignments.with(assignmentId, { ...before, is }) } : state;
}

/** The roles that a person holds on a day: assigned, not revoked, and within their period, both ends included. */
export const grantsOf = (person: Person, today: Day): Grant[] =>
  person.assignments
    .values()
    .filter(({ is, from, to = today }) => is === 'ASSIGNED' && from <= today && today <= to)
    .map(({ role, orgId, scope }) => ({
      role,
      org: orgId,
      for: orgId,
      ...(scope.id === undefined ? {} : { scopeId: scope.id }),
    }));

/** Every organisation for which the person was ever proposed a role, whatever came of it. */
export const organisationsOf = (person: Person): string[] => [
  ...new Set(person.assignments.values().map(({ orgId }) => orgId)),
];
