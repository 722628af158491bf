import { objectOf } from '#kernel/envelope';
import { process, reading } from '#kernel/process';
import { OrganisationNumberFacts, organisationNumbers, releaseOf } from '../organisation-number.events.ts';
import { organisations } from '../organisation.events.ts';

/** Lets go of a number that was reserved for an organisation which nobody registered: #26c of domain 7.5. */
export const organisationNumberRelease = process(organisationNumbers, {
  name: 'organisation-numbers',
  version: 1,
  says: 'Releases an organisation number that was reserved for 24 hours without its organisation being registered.',
  of: OrganisationNumberFacts,
  makes: ['OrganisationNumberReleased'],
  id: ({ stream }) => objectOf(stream),
  reads: { organisation: reading(organisations, ({ event: { data } }) => [String(data['orgId'])]) },
  timers: {
    OrganisationNumberReserved: ({ orgId }, { id, recordedAt }) => [
      { trigger: id, due: releaseOf(recordedAt), about: { orgId } },
    ],
  },
  due({ trigger, about: { orgId } }, { reservation }, { organisation }, { stream }) {
    if (reservation?.by !== trigger || organisation(orgId).is !== 'UNKNOWN') return undefined;
    const fact = OrganisationNumberFacts.OrganisationNumberReleased({ orgNoKey: objectOf(stream), orgId });
    return { fact, unlessMoved: true };
  },
});
