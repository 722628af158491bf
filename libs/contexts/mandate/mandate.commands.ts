import { command, commands, mandated, type Problem } from '#kernel/commands';
import { MandateFacts } from './mandate.events.ts';

const {
  MandateRegistered,
  DecisionReferenceRecorded,
  MandateAmended,
  MandateObjectiveDefined,
  ObligationRegistered,
  ObligationEvidenceLinked,
  ObligationFulfilled,
  DecisionCopySent,
  PolicyReferenceRegistered,
  MandateClosed,
} = MandateFacts;

export const MandateCommands = commands({
  RegisterMandate: command({
    says: 'Register a mandate that the government gave.',
    by: [mandated('MANDATE_OWNER')],
    makes: MandateRegistered,
    malformed: ({ periodFrom, periodTo }) => wrongPeriod(periodFrom, periodTo, 'periodTo'),
  }),
  RecordDecisionReference: command({
    says: 'Record the diary number of the decision, once it is known.',
    by: [mandated('MANDATE_OWNER'), mandated('REGISTRAR')],
    makes: DecisionReferenceRecorded,
  }),
  AmendMandate: command({
    says: 'Change the mandate as a later decision says.',
    by: [mandated('MANDATE_OWNER')],
    makes: MandateAmended,
    malformed: ({ changes }) =>
      Object.keys(changes).length === 0
        ? { path: 'changes', rule: 'some', expected: 'at least one change' }
        : wrongPeriod(changes.periodFrom, changes.periodTo, 'changes.periodTo'),
  }),
  DefineObjective: command({
    says: 'Define an objective, which the final report follows up.',
    by: [mandated('MANDATE_OWNER')],
    makes: MandateObjectiveDefined,
  }),
  RegisterObligation: command({
    says: 'Register a duty that the decision states, with its deadline where it has one.',
    by: [mandated('MANDATE_OWNER')],
    makes: ObligationRegistered,
    malformed({ kind, reportKind, hardDeadline, safeDeadline }): Problem | undefined {
      if ((kind === 'REPORT') !== (reportKind !== undefined))
        return { path: 'reportKind', rule: 'together', expected: 'one where the kind is REPORT, else none' };
      if (safeDeadline === undefined) return undefined;
      if (hardDeadline === undefined)
        return { path: 'safeDeadline', rule: 'together', expected: 'none where there is no hardDeadline' };
      if (safeDeadline > hardDeadline)
        return { path: 'safeDeadline', rule: 'order', expected: `not after hardDeadline, ${hardDeadline}` };
      return undefined;
    },
  }),
  LinkObligationEvidence: command({
    says: 'Link events to an obligation as evidence.',
    by: [mandated('MANDATE_OWNER'), mandated('FACILITATOR')],
    makes: ObligationEvidenceLinked,
    malformed({ evidence }): Problem | undefined {
      const ids = new Set(evidence.map(({ eventId }) => eventId));
      return ids.size === 0 || ids.size < evidence.length
        ? { path: 'evidence', rule: 'each', expected: 'at least one event, and each once' }
        : undefined;
    },
  }),
  AssessObligation: command({
    says: 'Assess an obligation as fulfilled, on the evidence linked to it.',
    by: [mandated('MANDATE_OWNER')],
    makes: ObligationFulfilled,
  }),
  SendDecisionCopy: command({
    says: 'Record that a copy of the decision was sent: to each recipient and unit once.',
    by: [mandated('REGISTRAR')],
    makes: DecisionCopySent,
  }),
  RegisterPolicyReference: command({
    says: 'Register a policy document that the decision rests on.',
    by: [mandated('MANDATE_OWNER')],
    makes: PolicyReferenceRegistered,
  }),
  CloseMandate: command({
    says: 'Close the mandate: duties fulfilled or explained, the final report submitted, the books balanced.',
    by: [mandated('MANDATE_OWNER')],
    makes: MandateClosed,
    filled: ['balance'],
  }),
});

const wrongPeriod = (from: string | undefined, to: string | undefined, path: string): Problem | undefined =>
  from !== undefined && to !== undefined && from > to
    ? { path, rule: 'order', expected: `not before periodFrom, ${from}` }
    : undefined;
