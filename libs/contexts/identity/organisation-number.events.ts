import { fact, facts } from '#kernel/facts';
import { builtId, id } from '#kernel/fields';
import { stream } from '#kernel/stream';
import { type Instant, plusMinutes } from '#kernel/time';

const orgNoKey = builtId(
  "The number, as a MAC under the installation's secret.",
  /^[0-9a-f]{64}$/,
  '64 hexadecimal digits in lower case',
);

export const OrganisationNumberFacts = facts({
  OrganisationNumberReserved: fact({
    says: 'An organisation number was reserved for one organisation.',
    sv: 'Organisationsnummer reserverat',
    class: 'ADMIN',
    data: {
      orgNoKey,
      orgId: id('The organisation that it belongs to.'),
    },
  }),
  OrganisationNumberReleased: fact({
    says: 'A reserved number is free again: its organisation was not registered within a day.',
    sv: 'Organisationsnummer frisläppt',
    class: 'ADMIN',
    data: { orgNoKey, orgId: id('The organisation for which it had been reserved.') },
  }),
});

/** A number as its facts add up: RESERVED (Reserverat), and for whom, or RELEASED (Frisläppt), as if never reserved. */
export interface OrganisationNumber {
  readonly reservation?: { readonly orgId: string; readonly at: Instant; readonly by: string };
}

/** One stream for each number: that no two organisations share one is a rule of this stream (domain 7.3). */
export const organisationNumbers = stream<OrganisationNumber, typeof OrganisationNumberFacts>({
  category: 'orgno',
  object: 'OrganisationNumber',
  facts: OrganisationNumberFacts,
  initial: {},
}).evolve({
  OrganisationNumberReserved: (_, { orgId }, { recordedAt: at, id: by }) => ({ reservation: { orgId, at, by } }),
  OrganisationNumberReleased: () => ({}),
});

/** A reservation stands so long without its organisation. */
const hours = 24;

/** When a reservation made at `at` is released, if its organisation is not there by then. */
export const releaseOf = (at: Instant): Instant => plusMinutes(at, hours * 60);

/** Whether a reservation lasts well beyond a decision that is taken now; else the decision reserves anew. */
export const lasts = ({ at }: { readonly at: Instant }, now: Instant): boolean =>
  now < plusMinutes(at, (hours - 1) * 60);
