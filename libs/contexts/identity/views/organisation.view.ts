import { code, codeList, type Data, day, group, list, optional, pick, without } from '#kernel/fields';
import { view } from '#kernel/view';
import { OrganisationFacts } from '../organisation.events.ts';

const { OrganisationRegistered, OrganisationSuccessionRecorded } = OrganisationFacts;
const states = codeList('OrganisationState', 'Whether others took the place of an organisation.', {
  ACTIVE: 'Aktiv',
  SUCCEEDED: 'Efterträdd',
});

/** No sole trader is registered before there is encryption, so that every column is public. */
const registered = without(OrganisationRegistered.definition.data, 'soleTrader');
const { name, shortName } = registered;
const { successorOrgIds } = OrganisationSuccessionRecorded.definition.data;

const row = {
  ...registered,
  state: code(states),
  formerNames: list(
    group('FormerName', 'A name that an organisation had.', {
      name,
      shortName,
      until: day('The first day on which it had another.'),
    }),
    'The names it had before, in order.',
  ),
  successorOrgIds,
  succeededOn: optional(day('The first day on which others were in its place.')),
};
type Organisation = Data<typeof row>;

/** The organisations that take part, by the names they have now. */
export const organisationView = view(
  {
    name: 'organisation',
    version: 2,
    type: 'Organisation',
    one: 'organisation',
    many: 'organisations',
    says: 'An organisation that takes part.',
    of: OrganisationFacts,
    row,
  },
  {
    key: 'orgId',
    on: {
      OrganisationRegistered: (_, data): Organisation => ({
        ...pick(registered, data),
        state: 'ACTIVE',
        formerNames: [],
        successorOrgIds: [],
      }),
      OrganisationContactChanged: (row, { contactPoints }) => row && { ...row, contactPoints },
      OrganisationSuccessionRecorded: (row, { name, shortName, successorOrgIds, from }): Organisation | null =>
        row &&
        (name === undefined
          ? { ...row, state: 'SUCCEEDED', successorOrgIds, succeededOn: from }
          : renamed(row, { name, ...(shortName !== undefined && { shortName }) }, from)),
    },
    seen: { class: 'PUBLIC' },
    filters: ['kind', 'level', 'state'],
    orders: ['name'],
  },
);

type Names = Pick<Organisation, 'name' | 'shortName'>;

function renamed({ name, shortName, ...row }: Organisation, now: Names, until: string): Organisation {
  const former = { name, ...(shortName !== undefined && { shortName }), until };
  return { ...row, ...now, formerNames: [...row.formerNames, former] };
}
