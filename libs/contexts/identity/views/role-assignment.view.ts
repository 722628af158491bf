import { code, codeList, type Data } from '#kernel/fields';
import { view } from '#kernel/view';
import { PersonFacts } from '../person.events.ts';

const states = codeList('AssignmentState', 'How far an assignment of a role has come.', {
  PROPOSED: 'Föreslagen',
  ASSIGNED: 'Tilldelad',
  REVOKED: 'Återkallad',
});

const row = { ...PersonFacts.RoleProposed.definition.data, state: code(states) };
type Assigned = Data<typeof row>;

/** Who was given which role: its proposal is addressed to the organisation, what follows is not (domain 7.5). */
export const roleAssignments = view(
  {
    name: 'role_assignment',
    version: 1,
    type: 'RoleAssignment',
    one: 'roleAssignment',
    many: 'roleAssignments',
    says: 'A role of a person: proposed, assigned or revoked.',
    of: PersonFacts,
    row,
  },
  {
    key: 'assignmentId',
    on: {
      RoleProposed: (_, data): Assigned => ({ ...data, state: 'PROPOSED' }),
      RoleAssigned: (row, data): Assigned | null => row && { ...row, ...data, state: 'ASSIGNED' },
      RoleRevoked: (row): Assigned | null => row && { ...row, state: 'REVOKED' },
    },
    seen: {
      class: 'ADMIN',
      subject: ({ personRef }) => personRef,
      addressee: ({ orgId, state }) => (state === 'PROPOSED' ? [orgId] : []),
    },
    refs: { organisation: ['orgId', 'Organisation'] },
    filters: ['personRef', 'orgId', 'role', 'state'],
    orders: ['from'],
  },
);
