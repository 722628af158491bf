import fc from 'fast-check';
import type { StoredEvent } from '#kernel/envelope';
import type { NewFact } from '#kernel/facts';
import { kr } from '#kernel/money';
import {
  AmountBooked,
  BoxOpened,
  BoxRemoved,
  BoxRenamed,
  BoxSealed,
  LetterDisclosed,
  LetterSent,
  stored,
  YearReported,
} from './sample.contract.ts';

const boxId = fc.constantFrom('a', 'b', 'c');
const name = fc.constantFrom('One', 'Two', 'Tre');
const custodian = fc.constantFrom('authority', 'authority', 'other');
const shelf = fc.constantFrom({}, { shelfId: 's' }, { shelfId: 't' });

/** Any fact of the sample domain, in any order: no decider stands before it. */
export const boxFact: fc.Arbitrary<NewFact> = fc.oneof(
  fc.tuple(boxId, name, shelf).map(([boxId, name, on]) => BoxOpened({ boxId, name, kind: 'WOOD', ...on })),
  fc.tuple(boxId, name).map(([boxId, name]) => BoxRenamed({ boxId, name })),
  fc.tuple(boxId, fc.integer({ min: 0, max: 2 })).map(([boxId, size]) => BoxSealed({ boxId, size })),
  fc
    .tuple(boxId, fc.integer({ min: 0, max: 2 }), custodian, shelf)
    .map(([boxId, ore, custodian, on]) => AmountBooked({ boxId, year: 2020, amount: kr(ore), ...on }, { custodian })),
  fc.tuple(boxId, name).map(([boxId, text]) => LetterSent({ boxId, personId: `person ${text}`, text })),
  boxId.map((boxId) => BoxRemoved({ boxId })),
  boxId.map((boxId) => YearReported({ boxId, year: 2020 })),
  boxId.map((boxId) => LetterDisclosed({ boxId })),
);

export const boxFacts = fc.array(boxFact, { maxLength: 40 });
export const boxEvents: fc.Arbitrary<StoredEvent[]> = boxFacts.map((facts) =>
  facts.map((fact, i) => stored(i + 1, fact)),
);
