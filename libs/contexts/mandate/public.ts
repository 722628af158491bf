/** What another context may know of the mandate: its streams, read by id, and its words. */
export { FundingYearFacts, fundingYears } from './funding-year.events.ts';
export { MandateFacts, mandates, type Obligation } from './mandate.events.ts';
export { ReportFacts, reports } from './report.events.ts';
export { counterpartClasses, fundingYearOf, interactionKinds, mandateOf, reportOf } from './words.ts';
