import { type Day, yearOf } from '#kernel/time';

/** What a report must hold and does not. */
export type Missing =
  | { readonly what: 'STATEMENT'; readonly fiscalYear: number }
  | { readonly what: 'FOLLOW_UP'; readonly objectiveId: string; readonly code: string };

/**
 * What a report lacks (domain 7.3): the interim one a statement for the year before that of its deadline; the final one
 * a statement for each year of the mandate's period, and a follow-up of each objective.
 */
export function missingIn(
  report: {
    readonly kind: 'INTERIM' | 'FINAL';
    readonly fiscalYears: readonly number[];
    readonly objectiveIds: readonly string[];
  },
  mandate: {
    readonly years: readonly number[];
    /** Id and code of each objective. */
    readonly objectives: readonly (readonly [string, string])[];
    /** Of the obligation that the report answers. */
    readonly hardDeadline: Day | undefined;
  },
): Missing[] {
  const isFinal = report.kind === 'FINAL';
  const yearBefore = mandate.hardDeadline === undefined ? [] : [yearOf(mandate.hardDeadline) - 1];
  const statements = (isFinal ? mandate.years : yearBefore)
    .filter((year) => !report.fiscalYears.includes(year))
    .map((fiscalYear): Missing => ({ what: 'STATEMENT', fiscalYear }));
  const followUps = (isFinal ? mandate.objectives : [])
    .filter(([objectiveId]) => !report.objectiveIds.includes(objectiveId))
    .map(([objectiveId, code]): Missing => ({ what: 'FOLLOW_UP', objectiveId, code }));
  return [...statements, ...followUps];
}
