import { code, codeList, type Data, list, optional } from '#kernel/fields';
import { view } from '#kernel/view';
import { MandateFacts } from '../mandate.events.ts';

const states = codeList('MandateState', 'State of a mandate.', { OPEN: 'Öppet', CLOSED: 'Avslutat' });
const { closedOn, balance } = MandateFacts.MandateClosed.definition.data;
const { decisionDoc: amendment } = MandateFacts.MandateAmended.definition.data;

const row = {
  ...MandateFacts.MandateRegistered.definition.data,
  state: code(states),
  amendments: list(amendment, 'The decisions that changed it, in order.'),
  closedOn: optional(closedOn),
  balance: optional(balance),
};
type Mandate = Data<typeof row>;

/** The mandate itself; its objectives and obligations have views of their own. */
export const mandates = view(
  {
    name: 'mandate',
    version: 2,
    type: 'Mandate',
    one: 'mandate',
    many: 'mandates',
    says: 'A mandate that the government gave an authority (regeringsuppdrag).',
    of: MandateFacts,
    row,
  },
  {
    key: 'mandateId',
    on: {
      MandateRegistered: (_, data): Mandate => ({ ...data, state: 'OPEN', amendments: [] }),
      DecisionReferenceRecorded: (row, reference) => row && { ...row, ...reference },
      MandateAmended: (row, { changes, decisionDoc }) =>
        row && { ...row, ...changes, amendments: [...row.amendments, decisionDoc] },
      MandateClosed: (row, { closedOn, balance }): Mandate | null =>
        row && { ...row, state: 'CLOSED', closedOn, balance },
    },
    seen: { class: 'PUBLIC' },
    refs: {
      principal: ['principalOrgId', 'Organisation'],
      mandated: ['mandatedOrgId', 'Organisation'],
      payer: ['payerOrgId', 'Organisation'],
    },
    filters: ['state', 'mandatedOrgId'],
    orders: ['periodFrom'],
  },
);
