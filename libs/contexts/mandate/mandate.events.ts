import { fact, facts } from '#kernel/facts';
import { code, day, eventId, group, i18n, id, int, list, money, optional, text, type ValueOf } from '#kernel/fields';
import { stream } from '#kernel/stream';
import { Table } from '#kernel/table';
import { type Day, yearOf } from '#kernel/time';
import { DecisionFacts } from './decision.events.ts';
import {
  type appropriation,
  type bankAccount,
  copyOf,
  deadlineBases,
  counterpartClasses,
  interactionKinds,
  mandateId,
  modalities,
  obligationKinds,
  reportKinds,
} from './words.ts';

const obligationId = id('The obligation of the mandate.');
const source = group('Source', 'Where in the decision it stands.', { paragraph: text('Paragraph of the decision.') });
const evidence = group('Evidence', 'An event that shows it.', {
  eventId: eventId('The event.'),
  type: text('Its type.', { max: 100 }),
});

/** What the mandate is to reach and must do, and what became of it. */
const DutyFacts = facts({
  MandateObjectiveDefined: fact({
    says: 'An objective of the mandate was defined.',
    sv: 'Mål definierat',
    class: 'PUBLIC',
    data: {
      mandateId,
      objectiveId: id('The objective.'),
      code: text('Short code of the objective.', { max: 20 }),
      text: i18n('What is to be reached.'),
      source,
    },
  }),
  ObligationRegistered: fact({
    says: 'A duty that the decision states was registered.',
    sv: 'Åtagande registrerat',
    class: 'PUBLIC',
    data: {
      mandateId,
      obligationId,
      row: optional(int('Its row in the analysis of the decision.', 1, 1_000)),
      modality: code(modalities),
      kind: code(obligationKinds),
      reportKind: optional(code(reportKinds)),
      text: i18n('What the decision says.'),
      source,
      counterpartOrgIds: list(id('An organisation.'), 'Organisations that the decision names as counterparts.'),
      counterpartClass: optional(code(counterpartClasses)),
      interactionKind: optional(code(interactionKinds)),
      hardDeadline: optional(day('The date that the decision states; never moved.')),
      safeDeadline: optional(day('The last working day on or before it, in statutory Swedish time.')),
      evidenceTypes: list(
        text('Type of an event.', { pattern: /^[A-Z][A-Za-z]+$/, expected: 'an event type in PascalCase', max: 100 }),
        'Types of event that are evidence for it.',
        50,
      ),
    },
  }),
  ObligationEvidenceLinked: fact({
    says: 'Events were linked to an obligation as evidence.',
    sv: 'Underlag kopplat',
    class: 'PUBLIC',
    fields: { '/evidence': 'ORG_INTERNAL', '/note': 'ORG_INTERNAL' },
    data: {
      mandateId,
      obligationId,
      evidence: list(evidence, 'The events.', 100),
      note: optional(text('Why they show it.')),
    },
  }),
  ObligationFulfilled: fact({
    says: 'An obligation was assessed as fulfilled.',
    sv: 'Åtagande uppfyllt',
    class: 'PUBLIC',
    data: {
      mandateId,
      obligationId,
      assessedOn: day('The day of the assessment.'),
      reasoning: i18n('Why it is fulfilled.'),
    },
  }),
  MandateClosed: fact({
    says: 'The mandate was closed, with its books balanced.',
    sv: 'Uppdrag avslutat',
    class: 'PUBLIC',
    data: {
      mandateId,
      closedOn: day('The day of closing.'),
      explanations: list(
        group('Explanation', 'Why an obligation is left unfulfilled.', { obligationId, reasoning: i18n('Why.') }),
        'One for every binding obligation that is not fulfilled.',
      ),
      balance: group('Balance', 'The money of all years.', {
        paid: money('What was paid.', 'notNegative'),
        used: money('What was used.', 'notNegative'),
        repaid: money('What was paid back.', 'notNegative'),
      }),
    },
  }),
  ReminderRaised: fact({
    says: 'An obligation that is not met comes near its safe deadline.',
    sv: 'Påminnelse',
    class: 'ORG_INTERNAL',
    data: {
      mandateId,
      obligationId,
      daysBefore: int('So many days before the safe deadline.', 1, 30),
      safeDeadline: day('The safe deadline.'),
    },
  }),
  DeadlineMissed: fact({
    says: 'The hard deadline of a binding obligation passed, and nothing showed that it was met.',
    sv: 'Tidsfrist passerad',
    class: 'ORG_INTERNAL',
    data: { mandateId, obligationId, hardDeadline: day('The day that passed.'), basis: code(deadlineBases) },
  }),
  DeadlineMissRetracted: fact({
    says: 'A fact recorded later shows that the obligation was met in time; both stay in history.',
    sv: 'Passerad tidsfrist återtagen',
    class: 'ORG_INTERNAL',
    data: {
      mandateId,
      obligationId,
      hardDeadline: day('The day that had passed.'),
      factEventId: eventId('The event that shows it.'),
      happenedOn: day('The day on which it was met.'),
    },
  }),
});

/** Something that came about on a day, and the event that says so. */
export interface Happened {
  readonly on: Day;
  readonly by: string;
}

export interface Obligation {
  readonly modality: string;
  readonly kind: string;
  readonly reportKind?: string;
  readonly counterpartOrgIds: readonly string[];
  readonly hardDeadline?: Day;
  readonly safeDeadline?: Day;
  readonly evidenceTypes: readonly string[];
  readonly evidence: readonly string[];
  readonly fulfilled: boolean;
  /** Its assessment as fulfilled. */
  readonly assessed?: Happened;
}

/** A mandate as its facts add up: OPEN (Öppet) → CLOSED (Avslutat). */
export interface Mandate {
  readonly is: 'UNKNOWN' | 'OPEN' | 'CLOSED';
  readonly payerOrgId: string;
  readonly decisionDiaryNumber?: string;
  readonly periodFrom: Day;
  readonly periodTo: Day;
  /** Every calendar year that was ever in the period, in order: a year with funds is not forgotten when it is amended. */
  readonly years: readonly number[];
  readonly repaymentAccount: ValueOf<typeof bankAccount>;
  readonly appropriation: ValueOf<typeof appropriation>;
  /** Code of each objective, by id. */
  readonly objectives: Table<string>;
  readonly obligations: Table<Obligation>;
  /** Whom the decision was sent to, as `copyOf` names them. */
  readonly copies: Table<true>;
  readonly policyReferences: Table<true>;
  /** Obligations whose deadline was missed, and the miss not retracted. */
  readonly missed: readonly string[];
}

const initial: Mandate = {
  is: 'UNKNOWN',
  payerOrgId: '',
  periodFrom: '',
  periodTo: '',
  years: [],
  repaymentAccount: { type: 'BANKGIRO', number: '' },
  appropriation: { expenditureArea: '', appropriation: '', item: '', label: '' },
  objectives: Table.of(),
  obligations: Table.of(),
  copies: Table.of(),
  policyReferences: Table.of(),
  missed: [],
};

export const MandateFacts = { ...DecisionFacts, ...DutyFacts };

export const mandates = stream({
  category: 'mandate',
  object: 'Mandate',
  facts: MandateFacts,
  initial,
}).evolve({
  MandateRegistered: (state, data) => ({
    ...state,
    is: 'OPEN',
    payerOrgId: data.payerOrgId,
    ...(data.decisionDiaryNumber === undefined ? {} : { decisionDiaryNumber: data.decisionDiaryNumber }),
    ...within(state, data),
    repaymentAccount: data.repaymentAccount,
    appropriation: data.appropriation,
  }),
  DecisionReferenceRecorded: (state, { decisionDiaryNumber }) => ({ ...state, decisionDiaryNumber }),
  MandateAmended: (state, { changes: { title: _, ...changes } }) => ({
    ...state,
    ...changes,
    ...within(state, { ...state, ...changes }),
  }),
  MandateObjectiveDefined: (state, { objectiveId, code }) => ({
    ...state,
    objectives: state.objectives.with(objectiveId, code),
  }),
  ObligationRegistered: (state, { obligationId, ...data }) => ({
    ...state,
    obligations: state.obligations.with(obligationId, { ...data, evidence: [], fulfilled: false }),
  }),
  ObligationEvidenceLinked: (state, { obligationId, evidence }) =>
    changed(state, obligationId, (obligation) => ({
      evidence: [...obligation.evidence, ...evidence.map(({ eventId }) => eventId)],
    })),
  ObligationFulfilled: (state, { obligationId, assessedOn: on }, { id: by }) =>
    changed(state, obligationId, () => ({ fulfilled: true, assessed: { on, by } })),
  DecisionCopySent: (state, copy) => ({ ...state, copies: state.copies.with(copyOf(copy), true) }),
  PolicyReferenceRegistered: (state, { policyReferenceId }) => ({
    ...state,
    policyReferences: state.policyReferences.with(policyReferenceId, true),
  }),
  MandateClosed: (state) => ({ ...state, is: 'CLOSED' }),
  ReminderRaised: (state) => state,
  DeadlineMissed: (state, { obligationId }) => ({ ...state, missed: [...state.missed, obligationId] }),
  DeadlineMissRetracted: (state, { obligationId }) => ({
    ...state,
    missed: state.missed.filter((missed) => missed !== obligationId),
  }),
});

function changed(state: Mandate, obligationId: string, change: (before: Obligation) => Partial<Obligation>): Mandate {
  const before = state.obligations.get(obligationId);
  return before
    ? { ...state, obligations: state.obligations.with(obligationId, { ...before, ...change(before) }) }
    : state;
}

function within({ years }: Mandate, { periodFrom, periodTo }: Pick<Mandate, 'periodFrom' | 'periodTo'>) {
  const all = new Set([...years, ...yearsOf({ is: 'OPEN', periodFrom, periodTo })]);
  return { periodFrom, periodTo, years: [...all].sort((a, b) => a - b) };
}

/** The calendar years of a mandate's period; none where there is no mandate. */
export function yearsOf({ is, periodFrom, periodTo }: Pick<Mandate, 'is' | 'periodFrom' | 'periodTo'>): number[] {
  if (is === 'UNKNOWN') return [];
  const first = yearOf(periodFrom);
  return Array.from({ length: yearOf(periodTo) - first + 1 }, (_, index) => first + index);
}
