import { accept, decider, type Refusal, read, refuse } from '#kernel/decider';
import { isPersonalIdentityShaped } from '#kernel/swedish-numbers';
import { lasts, OrganisationNumberFacts, organisationNumbers } from './organisation-number.events.ts';
import { OrganisationCommands } from './organisation.commands.ts';
import { type Organisation, OrganisationFacts, organisations } from './organisation.events.ts';

const { OrganisationRegistered, OrganisationContactChanged, OrganisationSuccessionRecorded } = OrganisationFacts;
const { OrganisationNumberReserved } = OrganisationNumberFacts;

/** Who takes part: #26, with the step #26b that makes its number its own, #27 and #28 of domain 7.5. */
export const organisation = decider(organisations, OrganisationCommands, {
  id: ({ orgId }) => orgId,
  organisation: ({ orgId }) => orgId,
  looksUp: { organisationNumber: (command) => ('orgNo' in command ? command.orgNo : undefined) },
  reads: {
    number: read(organisationNumbers, ({ known }) => known.organisationNumberKey),
    successor: read(organisations, ({ command }) =>
      'successorOrgIds' in command ? command.successorOrgIds : undefined,
    ),
  },
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

    ChangeOrganisationContact(command, organisation) {
      return notActive(command, organisation) ?? accept(OrganisationContactChanged(command));
    },

    RecordSuccession(command, organisation, { reads }) {
      const refused = notActive(command, organisation);
      const missing = command.successorOrgIds.find((orgId) => reads.successor(orgId).is === 'UNKNOWN');
      if (refused) return refused;
      if (missing !== undefined) return refuse('NOT_FOUND', { successorOrgId: missing });
      return accept(OrganisationSuccessionRecorded(command));
    },
  },
});

/** A sole trader's name and addresses are personal: they wait for encryption too. */
function notActive({ orgId }: { orgId: string }, { is, soleTrader }: Organisation): Refusal | undefined {
  if (is === 'UNKNOWN') return refuse('NOT_FOUND', { orgId });
  if (soleTrader) return refuse('FORBIDDEN_CONTENT');
  return is === 'ACTIVE' ? undefined : refuse('INVALID_TRANSITION', { object: 'Organisation', state: is });
}
