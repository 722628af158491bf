import { flag, i18n, list, optional, text } from '#kernel/fields';
import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';
import { internal } from './released.ts';

const { ObligationRegistered, ObligationEvidenceLinked, ObligationFulfilled } = MandateFacts;

/** Each duty of the decision, how strongly it binds, its dates, and whether it is fulfilled. */
export const obligations = view(
  {
    name: 'obligation',
    version: 1,
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
      ObligationRegistered: (_, data) => ({ ...data, hasEvidence: false, evidence: [], notes: [], fulfilled: false }),
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
    },
    seen: { class: 'PUBLIC' },
    columns: { evidence: internal, notes: internal },
    refs: { mandate: ['mandateId', 'Mandate'] },
    filters: ['mandateId', 'modality', 'kind', 'fulfilled', 'hasEvidence'],
    orders: ['row', 'hardDeadline', 'safeDeadline'],
  },
);
