import { command, commands, mandated, type Problem } from '#kernel/commands';
import { isOrganisationNumber } from '#kernel/swedish-numbers';
import { OrganisationFacts } from './organisation.events.ts';

const { OrganisationRegistered } = OrganisationFacts;

export const OrganisationCommands = commands({
  RegisterOrganisation: command({
    says: 'Register an organisation.',
    by: [mandated('SYSTEM_ADMIN'), mandated('FACILITATOR')],
    begins: true,
    makes: OrganisationRegistered,
    malformed({ orgNo, kind, level }): Problem | undefined {
      if (orgNo !== undefined && !isOrganisationNumber(orgNo))
        return { path: 'orgNo', rule: 'checkDigit', expected: 'an organisation number with its right check digit' };
      if (kind === 'CONTRACTING_AUTHORITY' && level === 'NOT_PUBLIC')
        return { path: 'level', rule: 'public', expected: 'NATIONAL, REGIONAL or LOCAL for a contracting authority' };
      return undefined;
    },
  }),
});
