import { fact, facts } from '#kernel/facts';
import { code, codeList, day, flag, group, id, list, optional, text } from '#kernel/fields';
import { stream } from '#kernel/stream';

export const organisationKinds = codeList('OrganisationKind', 'What an organisation is in public procurement.', {
  CONTRACTING_AUTHORITY: 'Upphandlande myndighet',
  CONTRACTING_ENTITY: 'Upphandlande enhet',
  SUPPLIER: 'Leverantör',
  TRADE_BODY: 'Branschorganisation',
  RESEARCH: 'Forskningsorganisation',
  GOVERNMENT: 'Regeringskansliet eller statlig myndighet',
  EVALUATOR: 'Utvärderare',
  OTHER: 'Annan',
});
export const levels = codeList('BuyerLevel', 'The level of society at which an organisation works.', {
  NATIONAL: 'Nationell',
  REGIONAL: 'Regional',
  LOCAL: 'Lokal',
  NOT_PUBLIC: 'Ej offentlig',
});
const contactPointKinds = codeList('ContactPointKind', 'A way to reach an organisation.', {
  POSTAL: 'Postadress',
  VISIT: 'Besöksadress',
  PHONE: 'Telefon',
  FAX: 'Fax',
  WEB: 'Webbplats',
  EMAIL: 'E-post',
});
export type OrganisationKind = keyof typeof organisationKinds.labels;
const successionKinds = codeList('SuccessionKind', 'What became of an organisation.', {
  RENAMED: 'Namnändrad',
  MERGED: 'Sammanslagen',
  SPLIT: 'Delad',
});

const orgId = id('The organisation.');
const name = text('Its name.', { max: 200 });
const shortName = optional(text('Its name in short.', { max: 50 }));
const contactPoints = list(
  group('ContactPoint', 'How to reach the organisation, never a person in it.', {
    kind: code(contactPointKinds),
    value: text('The address, number or link.', { max: 500 }),
  }),
  'How to reach it.',
  50,
);

export const OrganisationFacts = facts({
  OrganisationRegistered: fact({
    says: 'An organisation was registered.',
    sv: 'Organisation registrerad',
    class: 'PUBLIC',
    data: {
      orgId,
      orgNo: optional(
        text('Its organisation number.', { pattern: /^\d{6}-\d{4}$/, expected: '6 digits, -, 4 digits', max: 11 }),
      ),
      soleTrader: flag(
        'Whether it is one natural person in business (enskild firma), whose number and name are personal.',
      ),
      name,
      shortName,
      kind: code(organisationKinds),
      level: code(levels),
      contactPoints,
    },
  }),
  OrganisationContactChanged: fact({
    says: 'An organisation is reached in other ways than before.',
    sv: 'Kontaktuppgift ändrad',
    class: 'PUBLIC',
    data: { orgId, contactPoints },
  }),
  OrganisationSuccessionRecorded: fact({
    says: 'An organisation got another name, or others took its place. What happened under the old name keeps it.',
    sv: 'Organisation efterträdd',
    class: 'PUBLIC',
    data: {
      orgId,
      kind: code(successionKinds),
      name: optional(text('Its new name, where it is renamed.', { max: 200 })),
      shortName: optional(text('The new name in short; none where it has none.', { max: 50 })),
      successorOrgIds: list(id('An organisation.'), 'Those that take its place: none where it is only renamed.', 100),
      from: day('The first day of it.'),
    },
  }),
});

/** An organisation as its facts add up: ACTIVE (Aktiv) → SUCCEEDED (Efterträdd). One that is renamed stays ACTIVE. */
export interface Organisation {
  readonly is: 'UNKNOWN' | 'ACTIVE' | 'SUCCEEDED';
  readonly kind: OrganisationKind;
  readonly soleTrader: boolean;
}

export const organisations = stream<Organisation, typeof OrganisationFacts>({
  category: 'org',
  object: 'Organisation',
  facts: OrganisationFacts,
  initial: { is: 'UNKNOWN', kind: 'OTHER', soleTrader: false },
}).evolve({
  OrganisationRegistered: (_, { kind, soleTrader }) => ({ is: 'ACTIVE', kind, soleTrader }),
  OrganisationContactChanged: (state) => state,
  OrganisationSuccessionRecorded: (state, { kind }) => (kind === 'RENAMED' ? state : { ...state, is: 'SUCCEEDED' }),
});

/** Whether an organisation is an authority that keeps its own records (domain 7.5). */
export const isAuthority = ({ kind }: Pick<Organisation, 'kind'>): boolean =>
  kind === 'CONTRACTING_AUTHORITY' || kind === 'GOVERNMENT' || kind === 'EVALUATOR';
