import { day, flag, group, i18n, list, optional, text } from '#kernel/fields';
import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';
import { internal } from './released.ts';

const { ObligationRegistered, ObligationEvidenceLinked, ObligationFulfilled, ReminderRaised, DeadlineMissed } =
  MandateFacts;
const { daysBefore, safeDeadline } = ReminderRaised.definition.data;
const { hardDeadline, basis } = DeadlineMissed.definition.data;

/** Each duty of the decision, how strongly it binds, its dates, what became of them, and whether it is fulfilled. */
export const obligations = view(
  {
    name: 'obligation',
    version: 2,
    type: 'Obligation',
    one: 'obligation',
    many: 'obligations',
    says: 'A duty that a decision states.',
    of: MandateFacts,
    row: {
      ...ObligationRegistered.definition.data,
      hasEvidence: flag('Whether any event is linked to it as evidence.'),
      evidence: ObligationEvidenceLinked.definition.data.evidence,
      notes: list(text('A note.'), 'Why the evidence shows it.'),
      fulfilled: flag('Whether it was assessed as fulfilled.'),
      fulfilledOn: optional(ObligationFulfilled.definition.data.assessedOn),
      reasoning: optional(ObligationFulfilled.definition.data.reasoning),
      reminders: list(
        group('Reminder', 'A reminder of the safe deadline.', { daysBefore, safeDeadline }),
        'The reminders that were raised.',
      ),
      miss: optional(
        group('DeadlineMiss', 'A hard deadline that passed with nothing to show that it was met.', {
          hardDeadline,
          basis,
          metOn: optional(day('The day on which it was met after all, in time: the miss is retracted.')),
        }),
      ),
      explanation: optional(i18n('Why it was left unfulfilled when the mandate was closed.')),
    },
  },
  {
    key: 'obligationId',
    keys({ data }) {
      const { obligationId, explanations = [] } = data as {
        readonly obligationId?: string;
        readonly explanations?: readonly { readonly obligationId: string }[];
      };
      return obligationId === undefined ? explanations.map((explained) => explained.obligationId) : [obligationId];
    },
    on: {
      ObligationRegistered: (_, data) => ({
        ...data,
        hasEvidence: false,
        evidence: [],
        notes: [],
        reminders: [],
        fulfilled: false,
      }),
      ObligationEvidenceLinked: (row, { evidence, note }) =>
        row && {
          ...row,
          hasEvidence: true,
          evidence: [...row.evidence, ...evidence],
          notes: note === undefined ? row.notes : [...row.notes, note],
        },
      ObligationFulfilled: (row, { assessedOn, reasoning }) =>
        row && { ...row, fulfilled: true, fulfilledOn: assessedOn, reasoning },
      MandateClosed: (row, { explanations }) => {
        const explained = explanations.find(({ obligationId }) => obligationId === row?.obligationId);
        return row && explained ? { ...row, explanation: explained.reasoning } : row;
      },
      ReminderRaised: (row, { daysBefore, safeDeadline }) =>
        row && { ...row, reminders: [...row.reminders, { daysBefore, safeDeadline }] },
      DeadlineMissed: (row, { hardDeadline, basis }) => row && { ...row, miss: { hardDeadline, basis } },
      DeadlineMissRetracted: (row, { happenedOn }) =>
        row?.miss ? { ...row, miss: { ...row.miss, metOn: happenedOn } } : row,
    },
    seen: { class: 'PUBLIC' },
    columns: { evidence: internal, notes: internal, reminders: internal, miss: internal },
    refs: { mandate: ['mandateId', 'Mandate'] },
    filters: ['mandateId', 'modality', 'kind', 'fulfilled', 'hasEvidence'],
    orders: ['row', 'hardDeadline', 'safeDeadline'],
  },
);
