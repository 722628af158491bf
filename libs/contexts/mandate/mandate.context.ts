import type { Context } from '#kernel/context';
import { fundingYear } from './funding-year.ts';
import { mandate } from './mandate.ts';
import { deadlines } from './processes/deadlines.ts';
import { report } from './report.ts';
import { costs } from './views/cost.view.ts';
import { decisionCopies } from './views/decision-copy.view.ts';
import { deadlines as deadlineBoard } from './views/deadlines.query.ts';
import { fundingLedger } from './views/funding-ledger.view.ts';
import { mandateOverview } from './views/mandate-overview.query.ts';
import { mandates } from './views/mandate.view.ts';
import { objectives } from './views/objective.view.ts';
import { obligationCoverage } from './views/obligation-coverage.query.ts';
import { obligations } from './views/obligation.view.ts';
import { policyReferences } from './views/policy-reference.view.ts';
import { repayments } from './views/repayment.view.ts';
import { reportReadiness } from './views/report-readiness.query.ts';
import { reports } from './views/report.view.ts';
import { requisitions } from './views/requisition.view.ts';

/** The mandate, its money and its reports. */
export const mandateContext: Context = {
  name: 'mandate',
  sv: 'Uppdrag',
  deciders: [mandate, fundingYear, report],
  views: [
    mandates,
    objectives,
    obligations,
    decisionCopies,
    policyReferences,
    fundingLedger,
    requisitions,
    costs,
    repayments,
    reports,
  ],
  queries: [mandateOverview, deadlineBoard, obligationCoverage, reportReadiness],
  processes: [deadlines],
};
