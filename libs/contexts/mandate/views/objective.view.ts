import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';

/** What the mandate is to reach; the final report follows up each. */
export const objectives = view(
  {
    name: 'objective',
    version: 1,
    type: 'Objective',
    one: 'objective',
    many: 'objectives',
    says: 'An objective of a mandate.',
    of: MandateFacts,
    row: MandateFacts.MandateObjectiveDefined.definition.data,
  },
  {
    key: 'objectiveId',
    on: { MandateObjectiveDefined: (_, data) => data },
    seen: { class: 'PUBLIC' },
    refs: { mandate: ['mandateId', 'Mandate'] },
    filters: ['mandateId'],
    orders: ['code'],
  },
);
