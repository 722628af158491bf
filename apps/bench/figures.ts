import { type MeasureId, measureIds, promises, type Promised } from './promises.ts';

/** What was measured, in the unit of its promise. */
export interface Figure {
  readonly value: number;
  /** What the machine does at most. */
  readonly limit: number;
  /** Milliseconds within which 99 of 100 were answered. */
  readonly p99?: number;
  /** What else was seen, in sentences. */
  readonly notes?: readonly string[];
}

export type Figures = Partial<Record<MeasureId, Figure>>;

/** The ratio is that of the value to the raw limit. */
const head = ['measure', 'value', 'unit', 'promised', 'raw limit', 'ratio', ''];

/** For people: a line for each figure, and below what stands behind it. */
export function tableOf(figures: Figures): string {
  const measured = measureIds.flatMap((id) => {
    const figure = figures[id];
    return figure ? [{ id, figure, promised: promises[id] }] : [];
  });
  const rows = measured.map(({ id, figure, promised: { says, unit, atLeast }, promised }) => [
    `${id} ${says}`,
    rounded(figure.value),
    unit,
    rounded(atLeast),
    rounded(figure.limit),
    (figure.value / figure.limit).toFixed(2),
    verdictOn(figure, promised),
  ]);
  const notes = measured.flatMap(({ id, figure: { p99, notes = [] }, promised: { limit, peers } }) => [
    `${id} raw limit: ${limit}.`,
    ...(peers === undefined ? [] : [`${id} peers on such a machine: ${peers}.`]),
    ...(p99 === undefined ? [] : [`${id} p99: ${p99.toFixed(1)} ms.`]),
    ...notes.map((note) => `${id} ${note}`),
  ]);
  return [...aligned([head, ...rows]), '', ...notes].join('\n');
}

/** Whether the promise is kept; if not, by how much it is missed. */
function verdictOn({ value, p99 = 0 }: Figure, { atLeast, p99: atMost = Infinity }: Promised): string {
  const missed = [
    ...(value < atLeast ? [`${((1 - value / atLeast) * 100).toFixed(1)} % below`] : []),
    ...(p99 > atMost ? [`p99 ${p99.toFixed(1)} ms, promised ${atMost}`] : []),
  ];
  return missed.length === 0 ? 'reached' : missed.join('; ');
}

const rounded = (figure: number): string => Math.round(figure).toLocaleString('en');

/** Text stands to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number) =>
    column === 0 || column === 2 || column === head.length - 1
      ? text.padEnd(widths[column] ?? 0)
      : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
}

/** For programs: `{ "P1": { "value": …, "unit": "1/s", "limit": … }, … }`, with `p99` in milliseconds where there is one. */
export const jsonOf = (figures: Figures): string =>
  `${JSON.stringify(Object.fromEntries(Object.entries(figures).map(entryOf)), null, 2)}\n`;

const entryOf = ([id, { value, limit, p99 }]: [string, Figure]) => [
  id,
  {
    value: tenths(value),
    unit: promises[id as MeasureId].unit,
    limit: tenths(limit),
    ...(p99 === undefined ? {} : { p99: tenths(p99) }),
  },
];
const tenths = (figure: number): number => Math.round(figure * 10) / 10;
