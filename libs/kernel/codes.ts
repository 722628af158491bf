/**
 * Every business "no" (domain 7.4): what happened and what to do next. A code is stable; front ends switch on it,
 * people read the message. `details` beside it holds the figures.
 */
export const refusals = {
  FORBIDDEN: 'Your roles do not allow this here. Ask a decision maker of the organisation for the role it needs.',
  COMMAND_ID_REUSED: 'This commandId was accepted before with other content. Choose a new commandId for a new command.',
  NOT_FOUND: 'There is no such object, or none that you may know of. Check the id.',
  CONFLICT_OF_INTEREST: 'You have a conflict of interest in this case until it is assessed. Let a colleague act.',
  NO_REPRESENTATION:
    'There is no representation in force that covers this. Register or renew the representation first.',
  CONCURRENCY_CONFLICT: 'The object changed since you read it. Read it again and decide anew.',
  OCCURRED_IN_FUTURE: 'A stated time lies ahead of the clock. State when it happened, at the latest now.',
  BACKDATING_NOT_JUSTIFIED:
    'It happened more than 30 days before it is recorded. Say why it is recorded late in meta.backdatingReason.',
  FORBIDDEN_CONTENT: 'This kind of content may not be stored here. Leave it out.',
  ALREADY_EXISTS: 'It is there already. Use the one that exists, or choose a new id.',
  INVALID_TRANSITION: 'The state of the object does not allow this. `details` names the object and its state.',
  DATES_CONTRADICT: 'The time contradicts one recorded before. `details` has the one that stands.',
  TWO_PERSONS_REQUIRED: 'One person may not do both halves of this. Let another authorised person do this one.',
  SEPARATION_OF_DUTIES: 'The person holds a role that excludes this one. Revoke that role first.',
  MISSING_DECISION_REFERENCE:
    'The mandate has no decision diary number yet. Record it (recordDecisionReference) first.',
  DECISION_REFERENCE_ALREADY_RECORDED: 'The mandate has its decision diary number; there is only one.',
  OBLIGATION_WITHOUT_EVIDENCE: 'No evidence is linked to the obligation. Link some (linkObligationEvidence) first.',
  EVIDENCE_NOT_ACCEPTED:
    'An event of this type is no evidence for this obligation. `details` lists the types that are.',
  COUNTERPART_MISMATCH: 'The event does not concern any counterpart that the obligation names.',
  YEAR_OUTSIDE_PERIOD: "The year lies outside the mandate's period.",
  CEILING_EXCEEDED: 'The sum would be above what the year allows. `details` has the limit and what is left of it.',
  FUNDS_ALREADY_PAID: 'The funds of the year have been paid; they are paid once.',
  NO_REQUISITION: 'The year has no requisition. Submit one (submitRequisition) before its payment.',
  PAYMENT_DIFFERS: "The payment is not the sum of the year's requisitions. `details` has the sum.",
  COST_OUTSIDE_PERIOD: "The cost is dated outside the mandate's period or outside the year it is booked on.",
  COST_BELOW_ZERO: 'The correction would make the cost negative. `details` has what the cost is now.',
  UNUSED_EXCEEDED: 'The amount is above what is outstanding. `details` has what is.',
  WRONG_REPAYMENT_ACCOUNT: "Repayments go to the mandate's own account only. `details` has it.",
  STATEMENT_DIFFERS: "The statement's figures are not the ledger's. `details` has the fields that differ.",
  NOT_A_FINAL_REPORT: 'Objectives are followed up in the final report only.',
  REPORT_INCOMPLETE: 'The report lacks something it must hold. `details.missing` lists it.',
  REPORT_NOT_SUBMITTED: 'The final report has not been submitted. Submit it before closing the mandate.',
  OBLIGATION_OPEN: 'Obligations are neither fulfilled nor explained. `details` lists them.',
  BOOKS_NOT_BALANCED: 'A year is not settled: all that was paid must be used or repaid. `details` has the years.',
  ORGANISATION_NUMBER_TAKEN: 'The number belongs to another organisation. Check it, or use that organisation.',
} as const;
export type RefusalCode = keyof typeof refusals;

export const warnings = {
  AFTER_SAFE_DEADLINE: 'Received after the last working day before the deadline, though not after the deadline itself.',
  AFTER_HARD_DEADLINE: 'Received after the deadline.',
} as const;
export type WarningCode = keyof typeof warnings;
