import { accept, decider, type Refusal, read, refuse } from '#kernel/decider';
import { isZero, sum } from '#kernel/money';
import { safeDeadline } from '#kernel/calendar';
import { carriedOutOf, fundingYears, outstandingOf } from './funding-year.events.ts';
import { MandateCommands } from './mandate.commands.ts';
import { type Mandate, MandateFacts, mandates } from './mandate.events.ts';
import { closed } from './mandate.rules.ts';
import { reports } from './report.events.ts';
import { copyOf, fundingYearOf, reportOf } from './words.ts';

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

/** The mandate with its objectives, obligations, copies and policy references: #1 to #8 and #25 of domain 7.5. */
export const mandate = decider(mandates, MandateCommands, {
  id: ({ mandateId }) => mandateId,
  looksUp: {
    events: (command) => ('evidence' in command ? command.evidence.map(({ eventId }) => eventId) : []),
  },
  reads: {
    report: read(
      reports,
      ({ command }) => [reportOf(command.mandateId, 'INTERIM'), reportOf(command.mandateId, 'FINAL')],
      ['CloseMandate'],
    ),
    fundingYear: read(
      fundingYears,
      ({ command, state }) => state.years.map((year) => fundingYearOf(command.mandateId, year)),
      ['CloseMandate'],
    ),
  },
  decide: {
    RegisterMandate(command, mandate) {
      if (mandate.is !== 'UNKNOWN') return refuse('ALREADY_EXISTS', { mandateId: command.mandateId });
      return accept(MandateRegistered(command));
    },

    RecordDecisionReference(command, mandate) {
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (mandate.decisionDiaryNumber !== undefined)
        return refuse('DECISION_REFERENCE_ALREADY_RECORDED', { decisionDiaryNumber: mandate.decisionDiaryNumber });
      return accept(DecisionReferenceRecorded(command));
    },

    AmendMandate(command, mandate) {
      const { periodFrom, periodTo } = { ...mandate, ...command.changes };
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (periodFrom > periodTo) return refuse('DATES_CONTRADICT', { periodFrom, periodTo });
      return accept(MandateAmended(command));
    },

    DefineObjective(command, mandate) {
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (mandate.objectives.has(command.objectiveId))
        return refuse('ALREADY_EXISTS', { objectiveId: command.objectiveId });
      if (mandate.objectives.values().includes(command.code)) return refuse('ALREADY_EXISTS', { code: command.code });
      return accept(MandateObjectiveDefined(command));
    },

    RegisterObligation(command, mandate) {
      const { hardDeadline } = command;
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (mandate.obligations.has(command.obligationId))
        return refuse('ALREADY_EXISTS', { obligationId: command.obligationId });
      const dates = hardDeadline === undefined ? {} : { safeDeadline: safeDeadline(hardDeadline) };
      return accept(ObligationRegistered({ ...dates, ...command }));
    },

    LinkObligationEvidence(command, mandate, { known }) {
      const { obligationId, evidence } = command;
      const obligation = mandate.obligations.get(obligationId);
      const found = evidence.map(({ eventId, type }) => ({ eventId, type, event: known.events.get(eventId) }));
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (!obligation) return refuse('NOT_FOUND', { obligationId });
      const { evidenceTypes, kind, counterpartOrgIds } = obligation;

      const unknown = found.find(({ type, event }) => event?.type !== type);
      if (unknown) return refuse('NOT_FOUND', { eventId: unknown.eventId });
      const foreign = found.find(({ type }) => !evidenceTypes.includes(type));
      if (foreign) return refuse('EVIDENCE_NOT_ACCEPTED', { type: foreign.type, evidenceTypes });
      const needsCounterpart = kind === 'INTERACTION' && counterpartOrgIds.length > 0;
      const elsewhere = found.find(({ event }) => !counterpartOrgIds.some((id) => event?.concerns.includes(id)));
      if (needsCounterpart && elsewhere)
        return refuse('COUNTERPART_MISMATCH', { eventId: elsewhere.eventId, counterpartOrgIds });
      const linked = found.find(({ eventId }) => obligation.evidence.includes(eventId));
      if (linked) return refuse('ALREADY_EXISTS', { eventId: linked.eventId });
      return accept(ObligationEvidenceLinked(command));
    },

    AssessObligation(command, mandate) {
      const { obligationId } = command;
      const obligation = mandate.obligations.get(obligationId);
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (!obligation) return refuse('NOT_FOUND', { obligationId });
      if (obligation.fulfilled) return refuse('INVALID_TRANSITION', { object: 'Obligation', state: 'FULFILLED' });
      if (obligation.evidence.length === 0)
        return refuse('OBLIGATION_WITHOUT_EVIDENCE', { evidenceTypes: obligation.evidenceTypes });
      return accept(ObligationFulfilled(command));
    },

    SendDecisionCopy(command, mandate) {
      const { recipientOrgId, unit } = command;
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (mandate.copies.has(copyOf(command)))
        return refuse('ALREADY_EXISTS', { recipientOrgId, ...(unit !== undefined && { unit }) });
      return accept(DecisionCopySent(command, { addressee: [recipientOrgId] }));
    },

    RegisterPolicyReference(command, mandate) {
      const { policyReferenceId } = command;
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      if (mandate.policyReferences.has(policyReferenceId)) return refuse('ALREADY_EXISTS', { policyReferenceId });
      return accept(PolicyReferenceRegistered(command));
    },

    CloseMandate(command, mandate, { reads }) {
      if (mandate.is !== 'OPEN') return notOpen(command, mandate);
      const explained = new Set(command.explanations.map(({ obligationId }) => obligationId));
      const openIds = mandate.obligations
        .entries()
        .filter(([id, { modality, fulfilled }]) => modality === 'SHALL' && !fulfilled && !explained.has(id))
        .map(([id]) => id);
      if (openIds.length > 0) return refuse('OBLIGATION_OPEN', { obligationIds: openIds });

      const { is: report } = reads.report(reportOf(command.mandateId, 'FINAL'));
      if (report !== 'SUBMITTED' && report !== 'RECEIVED') return refuse('REPORT_NOT_SUBMITTED');

      const years = mandate.years
        .map((year) => ({ year, ...reads.fundingYear(fundingYearOf(command.mandateId, year)) }))
        .filter(({ is }) => is !== 'UNKNOWN');
      const unsettled = years
        .map((year) => ({ year: year.year, outstanding: outstandingOf(year, carriedOutOf(year, years)) }))
        .filter(({ outstanding }) => !isZero(outstanding));
      if (unsettled.length > 0) return refuse('BOOKS_NOT_BALANCED', { years: unsettled });

      const inAll = (which: 'paid' | 'used' | 'repaid') => sum(years.map((year) => year[which]));
      const balance = { paid: inAll('paid'), used: inAll('used'), repaid: inAll('repaid') };
      return accept(MandateClosed({ ...command, balance }));
    },
  },
});

const notOpen = ({ mandateId }: { mandateId: string }, mandate: Mandate): Refusal =>
  mandate.is === 'UNKNOWN' ? refuse('NOT_FOUND', { mandateId }) : closed(mandate);
