import { pick, without } from '#kernel/fields';
import { view } from '#kernel/view';
import { OrganisationFacts } from '../organisation.events.ts';

/** No sole trader is registered before there is encryption, so that every column is public. */
const row = without(OrganisationFacts.OrganisationRegistered.definition.data, 'soleTrader');

/** The organisations that take part. */
export const organisationView = view(
  {
    name: 'organisation',
    version: 1,
    type: 'Organisation',
    one: 'organisation',
    many: 'organisations',
    says: 'An organisation that takes part.',
    of: OrganisationFacts,
    row,
  },
  {
    key: 'orgId',
    on: { OrganisationRegistered: (_, data) => pick(row, data) },
    seen: { class: 'PUBLIC' },
    filters: ['kind', 'level'],
    orders: ['name'],
  },
);
