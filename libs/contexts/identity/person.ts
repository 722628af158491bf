import type { InputOf, Who } from '#kernel/commands';
import { accept, decider, read, refuse } from '#kernel/decider';
import type { Role } from '#kernel/roles';
import { isAuthority, organisations } from './organisation.events.ts';
import { PersonCommands } from './person.commands.ts';
import { type Assignment, type Person, PersonFacts, persons } from './person.events.ts';

const { RoleProposed, RoleAssigned, RoleRevoked } = PersonFacts;

/** Who may do what: #30, #30b and #31 of domain 7.5. A role is proposed by one person and approved by another. */
export const person = decider(persons, PersonCommands, {
  id: ({ personRef }) => personRef,
  organisation: (command, person) =>
    'orgId' in command ? command.orgId : person.assignments.get(command.assignmentId)?.orgId,
  person: ({ personRef }) => personRef,
  part: (command) => ('orgId' in command ? undefined : command.assignmentId),
  looksUp: { person: (command) => ('orgId' in command ? command.personRef : undefined) },
  reads: {
    organisation: read(organisations, ({ command }) => ('orgId' in command ? command.orgId : undefined), [
      'ProposeRole',
    ]),
  },
  decide: {
    ProposeRole(command, person, { reads, known, who, mandatedOrgId }) {
      const { assignmentId, personRef, orgId, role } = command;
      const organisation = reads.organisation(orgId);
      if (!mayPropose(command, who, mandatedOrgId)) return refuse('FORBIDDEN', { role });
      if (!known.personKnown) return refuse('NOT_FOUND', { personRef });
      if (organisation.is === 'UNKNOWN') return refuse('NOT_FOUND', { orgId });
      if (person.assignments.has(assignmentId)) return refuse('ALREADY_EXISTS', { assignmentId });
      const custodian = isAuthority(organisation) ? orgId : mandatedOrgId;
      return accept(RoleProposed(command, { addressee: [orgId], custodian }));
    },

    ApproveRole({ personRef, assignmentId }, person, { who, mandatedOrgId }) {
      const proposal = person.assignments.get(assignmentId);
      if (!proposal) return refuse('NOT_FOUND', { assignmentId });
      if (!mayApprove(proposal, who, mandatedOrgId)) return refuse('FORBIDDEN', { role: proposal.role });
      if (proposal.is !== 'PROPOSED') return refuse('INVALID_TRANSITION', { object: 'Role', state: proposal.is });
      if (!areTwo(proposal, who, personRef)) return refuse('TWO_PERSONS_REQUIRED');
      const excluding = rolesExcluding(proposal, person);
      if (excluding.length > 0) return refuse('SEPARATION_OF_DUTIES', { roles: excluding });
      const { is: _is, proposedBy: _by, proposedAs: _as, custodian, ...assigned } = proposal;
      return accept(RoleAssigned({ personRef, assignmentId, ...assigned }, { custodian }));
    },

    RevokeRole(command, person) {
      const { assignmentId } = command;
      const assignment = person.assignments.get(assignmentId);
      if (!assignment) return refuse('NOT_FOUND', { assignmentId });
      if (assignment.is === 'REVOKED') return refuse('INVALID_TRANSITION', { object: 'Role', state: assignment.is });
      return accept(RoleRevoked(command, { custodian: assignment.custodian }));
    },
  },
});

/** Roles that a decision maker gives at the mandated authority only. */
const ofMandate: ReadonlySet<Role> = new Set(['MANDATE_OWNER', 'FACILITATOR', 'FINANCE', 'SYSTEM_ADMIN']);

/** Roles that nobody is given unasked: their holder applies, and a system administrator approves. */
const appliedFor: ReadonlySet<Role> = new Set([
  'PROGRAMME_EVALUATOR',
  'SUPERVISOR',
  'GOVERNMENT_RECIPIENT',
  'CONSULTEE',
  'COLLABORATOR',
  'INTEGRATION_PARTNER',
  'SUPPLIER',
  'TENDERER',
]);

/** Whoever asks for a role of their own is its applicant, also where they hold a role that lets them propose others. */
function mayPropose(
  { personRef, orgId, role }: InputOf<typeof PersonCommands.ProposeRole>,
  who: Who,
  mandatedOrgId: string,
): boolean {
  if (appliedFor.has(role)) return who.person === personRef;
  return who.role !== 'DECISION_MAKER' || !ofMandate.has(role) || orgId === mandatedOrgId;
}

function mayApprove({ orgId, role }: Assignment, who: Who, mandatedOrgId: string): boolean {
  if (who.role === 'SYSTEM_ADMIN') return true;
  return !appliedFor.has(role) && (!ofMandate.has(role) || orgId === mandatedOrgId);
}

/** Nobody approves what they proposed or will hold, and no system administrator what another one proposed. */
const areTwo = ({ proposedBy, proposedAs }: Assignment, who: Who, personRef: string): boolean =>
  who.person !== proposedBy &&
  who.person !== personRef &&
  !(who.role === 'SYSTEM_ADMIN' && proposedAs === 'SYSTEM_ADMIN');

/** The roles that a person holds, in whatever organisation, at some time of the proposed one's, and that exclude it. */
const rolesExcluding = (proposal: Assignment, person: Person): Role[] =>
  person.assignments
    .values()
    .filter((held) => held.is === 'ASSIGNED' && exclude(held.role, proposal.role) && overlap(held, proposal))
    .map(({ role }) => role);

function exclude(a: Role, b: Role): boolean {
  if (a === b) return false;
  const pair = [a, b];
  return (
    pair.includes('SYSTEM_ADMIN') ||
    pair.includes('PROGRAMME_EVALUATOR') ||
    (pair.includes('ARCHIVIST') && pair.includes('DATA_PROTECTION_OFFICER'))
  );
}

/** Both ends of a period belong to it; one without a last day has no end. */
const overlap = (a: Assignment, b: Assignment): boolean =>
  (b.to === undefined || a.from <= b.to) && (a.to === undefined || b.from <= a.to);
