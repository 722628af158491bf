import { fact, facts } from '#kernel/facts';
import { code, codeList, flag, group, id, list, optional, text } from '#kernel/fields';
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

export const OrganisationFacts = facts({
  OrganisationRegistered: fact({
    says: 'An organisation was registered.',
    sv: 'Organisation registrerad',
    class: 'PUBLIC',
    data: {
      orgId: id('The organisation.'),
      orgNo: optional(
        text('Its organisation number.', { pattern: /^\d{6}-\d{4}$/, expected: '6 digits, -, 4 digits', max: 11 }),
      ),
      soleTrader: flag(
        'Whether it is one natural person in business (enskild firma), whose number and name are personal.',
      ),
      name: text('Its name.', { max: 200 }),
      shortName: optional(text('Its name in short.', { max: 50 })),
      kind: code(organisationKinds),
      level: code(levels),
      contactPoints: list(
        group('ContactPoint', 'How to reach the organisation, never a person in it.', {
          kind: code(contactPointKinds),
          value: text('The address, number or link.', { max: 500 }),
        }),
        'How to reach it.',
        50,
      ),
    },
  }),
});

/** An organisation as its facts add up: ACTIVE (Aktiv). */
export interface Organisation {
  readonly is: 'UNKNOWN' | 'ACTIVE';
  readonly kind: OrganisationKind;
}

export const organisations = stream<Organisation, typeof OrganisationFacts>({
  category: 'org',
  object: 'Organisation',
  facts: OrganisationFacts,
  initial: { is: 'UNKNOWN', kind: 'OTHER' },
}).evolve({
  OrganisationRegistered: (_, { kind }) => ({ is: 'ACTIVE', kind }),
});

/** Whether an organisation is an authority that keeps its own records (domain 7.5). */
export const isAuthority = ({ kind }: Pick<Organisation, 'kind'>): boolean =>
  kind === 'CONTRACTING_AUTHORITY' || kind === 'GOVERNMENT' || kind === 'EVALUATOR';
