import { fact, facts } from '#kernel/facts';
import { builtId, id } from '#kernel/fields';
import { stream } from '#kernel/stream';

export const OrganisationNumberFacts = facts({
  OrganisationNumberReserved: fact({
    says: 'An organisation number was reserved for one organisation.',
    sv: 'Organisationsnummer reserverat',
    class: 'ADMIN',
    data: {
      orgNoKey: builtId(
        "The number, as a MAC under the installation's secret.",
        /^[0-9a-f]{64}$/,
        '64 hexadecimal digits in lower case',
      ),
      orgId: id('The organisation that it belongs to.'),
    },
  }),
});

/** A number as its facts add up: whose it is, if anyone's. */
export interface OrganisationNumber {
  readonly orgId?: string;
}

/** One stream for each number: that no two organisations share one is a rule of this stream (domain 7.3). */
export const organisationNumbers = stream<OrganisationNumber, typeof OrganisationNumberFacts>({
  category: 'orgno',
  object: 'OrganisationNumber',
  facts: OrganisationNumberFacts,
  initial: {},
}).evolve({
  OrganisationNumberReserved: (_, { orgId }) => ({ orgId }),
});
