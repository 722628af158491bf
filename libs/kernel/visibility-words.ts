import type { VisibilityClass } from './envelope.ts';
import type { Answer, Relation } from './visibility.ts';

interface Words {
  /** Svensk etikett. */
  readonly sv: string;
  readonly says: string;
}

/** The visibility classes in words (domain 3.2). Who sees one is not said here: the table of the delivery decides that. */
export const classWords: Readonly<Record<VisibilityClass, Words>> = {
  PUBLIC: { sv: 'Offentlig', says: 'Anyone may see it, without a token.' },
  ORG_INTERNAL: {
    sv: 'Arbetsmaterial',
    says: 'Kept at the authority: drafts and notes, and what came in before its matter is published.',
  },
  GROUP: {
    sv: 'Gruppintern',
    says: 'For the members of a buyer group, its facilitator and the parties invited to the object.',
  },
  MARKET_EQUAL: {
    sv: 'Marknadslika',
    says: 'Must reach all interested suppliers at the same instant; before it, only the people appointed.',
  },
  BILATERAL: {
    sv: 'Leverantörskonfidentiell',
    says: "One party's contribution to a dialogue: for that party and the people appointed by the buyer.",
  },
  SEALED: {
    sv: 'Förseglad',
    says: 'Tenders and requests before the opening: nobody learns what they say, or that they exist.',
  },
  BID_ABSOLUTE: {
    sv: 'Absolut anbudssekretess',
    says: 'What concerns tenders after the opening: for the people appointed, and each tenderer its own.',
  },
  COMMERCIAL: {
    sv: 'Affärssekretess',
    says: 'That it exists is public; its value is withheld until its secrecy is assessed.',
  },
  ANON_JURY: {
    sv: 'Anonym jury',
    says: 'Whose an entry to a design contest is: hidden from everyone, the jury and the buyer too.',
  },
  EVAL: {
    sv: 'Utvärderingsunderlag',
    says: 'Material for the evaluator: for the evaluator, the authority that keeps it, and each concerned its own.',
  },
  FINANCE: {
    sv: 'Ekonomi',
    says: "The mandate's money: for its finance roles, and the addressee of a requisition.",
  },
  ADMIN: {
    sv: 'Behörighet och drift',
    says: 'Who may act and how the system runs: roles, conflicts, keys, subscriptions.',
  },
};

/** How a viewer may stand to an event or a row, in words (domain 3.2). */
export const relationWords: Readonly<Record<Relation, Words>> = {
  ANYONE: { sv: 'Vem som helst', says: 'In no special relation.' },
  CUSTODIAN: { sv: 'Arkivansvarig myndighet', says: 'At the authority that keeps it.' },
  AUTHOR: { sv: 'Upphov', says: 'For the organisation whose contribution it is.' },
  ADDRESSEE: { sv: 'Mottagare', says: 'For the organisation that it is handed over to.' },
  MEMBER: { sv: 'Medlem', says: 'For a member of the buyer group that it belongs to.' },
  INVITED: { sv: 'Inbjuden', says: 'Invited to the consultation or activity that it belongs to.' },
  APPOINTED: { sv: 'Utsedd', says: 'Appointed to the object that it belongs to.' },
  SUBJECT: { sv: 'Den registrerade', says: 'The person whom it is about.' },
};

/** What a viewer gets to see, in words. */
export const answerWords: Readonly<Record<Answer, string>> = {
  no: 'nothing: it does not exist',
  metadata: 'that it exists, not what it says',
  own: 'their own part of it',
  yes: 'all of it',
};
