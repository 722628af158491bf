/** Who gets a copy of the decision: one for each unit where units are named, else one. */
export interface StatedCopy<Organisation extends string = string> {
  readonly row: number;
  readonly to: Organisation;
  readonly units?: readonly string[];
}

/** Rows 65 to 77 of the decision, under the heading Kopia till. */
export const copies = [
  { row: 65, to: 'STATSRADSBEREDNINGEN', units: ['SAM', 'INRÅD'] },
  { row: 66, to: 'UTRIKESDEPARTEMENTET', units: ['FH'] },
  { row: 67, to: 'FINANSDEPARTEMENTET', units: ['BA', 'OU'] },
  { row: 68, to: 'UTBILDNINGSDEPARTEMENTET', units: ['F'] },
  { row: 69, to: 'MILJO_OCH_ENERGIDEPARTEMENTET', units: ['MM', 'HIE'] },
  { row: 70, to: 'NARINGSDEPARTEMENTET', units: ['IFK', 'RTS', 'KSR', 'FF', 'AS'] },
  { row: 71, to: 'KAMMARKOLLEGIET' },
  { row: 72, to: 'TILLVAXTANALYS' },
  { row: 73, to: 'STATENS_ENERGIMYNDIGHET' },
  { row: 74, to: 'TILLVAXTVERKET' },
  { row: 75, to: 'VINNOVA' },
  { row: 76, to: 'RISE' },
  { row: 77, to: 'SKL' },
] as const satisfies readonly StatedCopy[];
