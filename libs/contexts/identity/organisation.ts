import { accept, decider, read, refuse } from '#kernel/decider';
import { isPersonalIdentityShaped } from '#kernel/swedish-numbers';
import { lasts, OrganisationNumberFacts, organisationNumbers } from './organisation-number.events.ts';
import { OrganisationCommands } from './organisation.commands.ts';
import { OrganisationFacts, organisations } from './organisation.events.ts';

const { OrganisationRegistered } = OrganisationFacts;
const { OrganisationNumberReserved } = OrganisationNumberFacts;

/** Who takes part: #26, with the step #26b that makes its number its own, of domain 7.5. */
export const organisation = decider(organisations, OrganisationCommands, {
  id: ({ orgId }) => orgId,
  looksUp: { organisationNumber: ({ orgNo }) => orgNo },
  reads: { number: read(organisationNumbers, ({ known }) => known.organisationNumberKey) },
  decide: {
    RegisterOrganisation(command, organisation, { reads, known, now }) {
      const { orgId, orgNo, soleTrader } = command;
      const orgNoKey = known.organisationNumberKey;
      // A sole trader's number and name are personal: they wait for encryption (domain 7.5), whatever `soleTrader` says.
      if (soleTrader || (orgNo !== undefined && isPersonalIdentityShaped(orgNo))) return refuse('FORBIDDEN_CONTENT');
      if (organisation.is !== 'UNKNOWN') return refuse('ALREADY_EXISTS', { orgId });
      const registered = accept(OrganisationRegistered(command));
      if (orgNoKey === undefined) return registered;
      const { reservation: held } = reads.number(orgNoKey);
      if (held && held.orgId !== orgId) return refuse('ORGANISATION_NUMBER_TAKEN');
      if (held && lasts(held, now)) return registered;
      const reservation = {
        process: 'organisation-numbers',
        stream: organisationNumbers,
        id: orgNoKey,
        fact: OrganisationNumberReserved({ orgNoKey, orgId }),
      };
      return { ...registered, reservation };
    },
  },
});
