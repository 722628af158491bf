import { randomUUID } from 'node:crypto';
import { type Actor, type NewEvent, objectOf, type StoredEvent } from '#kernel/envelope';
import { concernsOf, fact, type Facts, facts, type NewFact, visibilityOf } from '#kernel/facts';
import { code, codeList, flag, id, int, money, optional, text } from '#kernel/fields';
import { kr, plus } from '#kernel/money';
import { type View, view } from '#kernel/view';

/** A small domain to try read stores with: boxes of money, and letters about them. */
const kinds = codeList('Kind', 'Kind of box.', { TIN: 'Burk', WOOD: 'Låda' });
const boxId = id('The box.');
const year = int('A year.', 1900, 2200);
const partOfShelf = {
  partOf: ({ shelfId }: { readonly shelfId?: string }) => (shelfId === undefined ? [] : [shelfId]),
};

export const BoxFacts = facts({
  BoxOpened: fact({
    says: 'A box was opened.',
    sv: 'Öppnad',
    class: 'PUBLIC',
    data: { boxId, name: text('Its name.'), kind: code(kinds), shelfId: optional(id('Its shelf.')) },
    upcasts: [(old) => ({ ...old, kind: 'TIN' })],
    ...partOfShelf,
  }),
  BoxRenamed: fact({ says: 'It got a name.', sv: 'Namn', class: 'PUBLIC', data: { boxId, name: text('Its name.') } }),
  BoxSealed: fact({
    says: 'It was sealed.',
    sv: 'Förseglad',
    class: 'ORG_INTERNAL',
    data: { boxId, size: int('Size.', 0, 99) },
  }),
  BoxRemoved: fact({ says: 'It is no more.', sv: 'Borta', class: 'PUBLIC', data: { boxId } }),
  AmountBooked: fact({
    says: 'Money was booked.',
    sv: 'Bokfört',
    class: 'FINANCE',
    data: { boxId, year, amount: money('How much.'), shelfId: optional(id('Its shelf.')) },
    release: (data) => `year:${data.year}`,
    ...partOfShelf,
  }),
  YearReported: fact({
    says: 'The money of a year was reported.',
    sv: 'Redovisat',
    class: 'PUBLIC',
    data: { boxId, year },
    releases: (data) => [`year:${data.year}`],
  }),
  LetterSent: fact({
    says: 'A letter was sent.',
    sv: 'Brev',
    class: 'FINANCE',
    data: { boxId, personId: id('Whom it is about.'), text: text('What it says.') },
    release: (data) => `letter:${data.boxId}`,
    subject: 'personId',
  }),
  LetterDisclosed: fact({
    says: 'A letter was disclosed.',
    sv: 'Utlämnat',
    class: 'PUBLIC',
    data: { boxId },
    releases: (data) => [`letter:${data.boxId}`],
  }),
});
export const { BoxOpened, BoxRenamed, BoxSealed, BoxRemoved, AmountBooked, YearReported, LetterSent, LetterDisclosed } =
  BoxFacts;

const boxRow = {
  boxId,
  name: text('Its name.'),
  kind: code(kinds),
  sealed: flag('Whether it is sealed.'),
  size: optional(int('Size.', 0, 99)),
  booked: optional(money('All that was booked.')),
};

/** Seen by anyone, but for the money: that is FINANCE until the year 2020 is reported. */
export const boxes = view(
  {
    name: 'boxes',
    version: 1,
    type: 'Box',
    one: 'box',
    many: 'boxes',
    says: 'Boxes.',
    of: BoxFacts,
    row: boxRow,
  },
  {
    key: 'boxId',
    on: {
      BoxOpened: (_, { boxId, name, kind }) => ({ boxId, name, kind, sealed: false }),
      BoxRenamed: (row, { name }) => row && { ...row, name },
      BoxSealed: (row, { size }) => row && { ...row, sealed: true, size },
      BoxRemoved: () => null,
      AmountBooked: (row, { amount }) => row && { ...row, booked: plus(row.booked ?? kr(0), amount) },
    },
    seen: { class: 'PUBLIC' },
    columns: { booked: { class: 'FINANCE', release: () => 'year:2020' } },
    filters: ['kind', 'sealed', 'size', 'boxId'],
    orders: ['name', 'size', 'boxId'],
  },
);

const letterRow = {
  boxId,
  personId: id('Whom it is about.'),
  text: text('What it says.'),
  letters: int('How many.', 0, 99),
};

/** FINANCE until disclosed: the last letter about each box. */
export const letters = view(
  {
    name: 'letters',
    version: 1,
    type: 'Letter',
    one: 'letter',
    many: 'letters',
    says: 'Letters.',
    of: BoxFacts,
    row: letterRow,
  },
  {
    key: 'boxId',
    on: { LetterSent: (row, data) => ({ ...data, letters: (row?.letters ?? 0) + 1 }) },
    seen: {
      class: 'FINANCE',
      release: (row) => `letter:${row.boxId}`,
      addressee: () => ['addressed'],
      subject: (row) => row.personId,
    },
    filters: [],
    orders: ['letters'],
  },
);

export const sampleViews: readonly View[] = [boxes, letters];
export const sampleFacts: Facts = BoxFacts;

const actor: Actor = { org: 'authority', role: 'FINANCE', person: 'someone', onBehalfOf: null };

/** An event about a box, as a decision would have it recorded. */
export function boxEvent(boxId: string, { type, data, about }: NewFact): NewEvent {
  const fact = sampleFacts[type];
  if (!fact) throw new TypeError(`no fact ${type}`);
  return {
    id: randomUUID(),
    type,
    version: fact.version,
    occurredAt: '2020-02-02T12:00:00.000Z',
    actor,
    custodian: about.custodian ?? 'authority',
    case: null,
    regime: null,
    command: null,
    correlation: 'correlation',
    causation: null,
    concerns: concernsOf(fact, data, about, boxId),
    basedOn: {},
    visibility: visibilityOf(fact),
    subjects: [],
    backdating: null,
    data,
  };
}

export const streamOf = (boxId: string): string => `box-${boxId}`;

/** The same, as stored at a position. */
export const stored = (position: number, fact: NewFact): StoredEvent => {
  const stream = streamOf(String(fact.data['boxId']));
  return {
    ...boxEvent(objectOf(stream), fact),
    stream,
    revision: position,
    position,
    recordedAt: '2020-02-02T12:00:00.000Z',
  };
};
