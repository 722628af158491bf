import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';

/** The policy documents that the decision rests on. */
export const policyReferences = view(
  {
    name: 'policy_reference',
    version: 1,
    type: 'PolicyReference',
    one: 'policyReference',
    many: 'policyReferences',
    says: 'A policy document that a decision rests on (styrdokument).',
    of: MandateFacts,
    row: MandateFacts.PolicyReferenceRegistered.definition.data,
  },
  {
    key: 'policyReferenceId',
    on: { PolicyReferenceRegistered: (_, data) => data },
    seen: { class: 'PUBLIC' },
    filters: ['mandateId'],
    orders: ['date'],
  },
);
