import { text } from '#kernel/fields';
import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';
import { copyOf } from '../words.ts';

const { DecisionCopySent } = MandateFacts;

interface Copy {
  readonly mandateId: string;
  readonly recipientOrgId: string;
  readonly unit?: string;
}
const copyId = (copy: Copy): string => `${copy.mandateId}-${copyOf(copy)}`;

/** The distribution list of the decision (sändlista): who got a copy of it. */
export const decisionCopies = view(
  {
    name: 'decision_copy',
    version: 1,
    type: 'DecisionCopy',
    one: 'decisionCopy',
    many: 'decisionCopies',
    says: 'A copy of the decision that was sent to an organisation, or a unit of it.',
    of: MandateFacts,
    row: {
      copyId: text('The mandate, the recipient and the unit where there is one, joined.'),
      ...DecisionCopySent.definition.data,
    },
  },
  {
    key: 'copyId',
    keys: ({ data }) => [copyId(data as unknown as Copy)],
    on: { DecisionCopySent: (_, data) => ({ copyId: copyId(data), ...data }) },
    seen: { class: 'PUBLIC' },
    filters: ['mandateId', 'recipientOrgId'],
    orders: ['sentOn'],
  },
);
