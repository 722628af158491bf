import { applicant, command, commands, mandated, own, type Problem } from '#kernel/commands';
import type { Data } from '#kernel/fields';
import type { Role } from '#kernel/roles';
import { PersonFacts, type ScopeType } from './person.events.ts';

const { RoleProposed, RoleAssigned, RoleRevoked } = PersonFacts;

const cases: readonly ScopeType[] = ['DIALOGUE', 'POC', 'PCP', 'PROCUREMENT', 'CONTRACT', 'PARTNERSHIP'];
const whole: readonly ScopeType[] = ['SYSTEM', 'ORGANISATION'];

/** What a role may be limited to where that is not its organisation (domain 7.8). */
const scopesOf: { readonly [R in Role]?: readonly ScopeType[] } = {
  SYSTEM_ADMIN: ['SYSTEM'],
  DECISION_MAKER: ['ORGANISATION', ...cases],
  LEGAL: ['ORGANISATION', ...cases],
  LEAD_BUYER: cases,
  PROCUREMENT_OFFICER: cases,
  OPENING_OFFICER: cases,
  EVALUATOR_PANEL: cases,
  SUPERVISOR: cases,
  CONSULTEE: ['CONSULTATION', 'ACTIVITY'],
  COLLABORATOR: ['CONSULTATION', 'ACTIVITY', 'GROUP'],
};

export const PersonCommands = commands({
  ProposeRole: command({
    says: 'Propose a role for a person, or apply for one.',
    by: [mandated('SYSTEM_ADMIN'), own('DECISION_MAKER'), applicant],
    begins: true,
    makes: RoleProposed,
    malformed: ({ role, scope, from, to }) => wrongPeriod(role, from, to) ?? wrongScope(role, scope),
  }),
  ApproveRole: command({
    says: 'Approve a proposed role.',
    by: [own('DECISION_MAKER'), mandated('SYSTEM_ADMIN')],
    makes: RoleAssigned,
    filled: ['orgId', 'role', 'scope', 'from', 'to'],
  }),
  RevokeRole: command({
    says: 'Withdraw a role, or the proposal of one.',
    by: [mandated('SYSTEM_ADMIN'), own('DECISION_MAKER')],
    makes: RoleRevoked,
  }),
});

type Proposed = Data<typeof RoleProposed.definition.data>;

function wrongPeriod(role: Role, from: string, to: string | undefined): Problem | undefined {
  if (to !== undefined && to < from) return { path: 'to', rule: 'order', expected: 'a day that is not before from' };
  if (to === undefined && role === 'SUPERVISOR')
    return { path: 'to', rule: 'required', expected: 'a last day: a SUPERVISOR holds the role for a time' };
  return undefined;
}

function wrongScope(role: Role, { type, id, lots }: Proposed['scope']): Problem | undefined {
  const allowed = scopesOf[role] ?? ['ORGANISATION'];
  if (!allowed.includes(type))
    return { path: 'scope.type', rule: 'fitsRole', expected: `${allowed.join(', ')} for ${role}` };
  if (whole.includes(type) !== (id === undefined))
    return { path: 'scope.id', rule: 'fitsType', expected: 'the id of the object; none for SYSTEM and ORGANISATION' };
  if (lots !== undefined && type !== 'PROCUREMENT')
    return { path: 'scope.lots', rule: 'fitsType', expected: 'lots only for PROCUREMENT' };
  return undefined;
}
