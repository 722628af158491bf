import { type MeasureId, measureIds, promises, type Promised } from './promises.ts';

/** What was measured at one size, in the unit of its promise. */
export interface Figure {
  readonly value: number;
  /** What the machine does at most. */
  readonly limit?: number;
  /** Milliseconds within which 99 of 100 were answered. */
  readonly p99?: number;
}

/** What one measure found, by the figures that it gives. */
export type Found = Partial<Record<MeasureId, Figure>>;

/** By measure and size: how many events are stored, or in the stream. */
export type Figures = ReadonlyMap<MeasureId, ReadonlyMap<number, Figure>>;

/** For people: a table for what grows with one thing, a line for each measure, and below what stands behind it. */
export function tableOf(figures: Figures, all: Partial<Record<MeasureId, Promised>> = promises): string {
  const tables = (['events stored', 'events in the stream'] as const).flatMap((by) => {
    const measured = measureIds.flatMap((id) => {
      const sizes = figures.get(id);
      const promised = all[id];
      return sizes && promised?.by === by ? [{ id, sizes, promised }] : [];
    });
    return measured.length === 0 ? [] : [tableBy(by, measured)];
  });
  return tables.join('\n\n');
}

interface Measured {
  readonly id: MeasureId;
  readonly sizes: ReadonlyMap<number, Figure>;
  readonly promised: Promised;
}

/** Raw limit and ratio are those at the largest size. */
function tableBy(by: string, measured: readonly Measured[]): string {
  const sizes = [...new Set(measured.flatMap((one) => [...one.sizes.keys()]))].sort((a, b) => a - b);
  const head = [`by ${by}`, 'unit', ...sizes.map(rounded), 'promised', 'raw limit', 'ratio', ''];
  const rows = measured.map(({ id, sizes: at, promised }) => {
    const { value = 0, limit } = [...at.values()].at(-1) ?? {};
    return [
      `${id} ${promised.says}`,
      promised.unit,
      ...sizes.map((size) => rounded(at.get(size)?.value)),
      inWords(promised),
      rounded(limit),
      limit === undefined ? '' : (value / limit).toFixed(2),
      verdictOn([...at.values()], promised),
    ];
  });
  const notes = measured.flatMap(({ id, sizes: at, promised: { limit, peers } }) => {
    const p99 = [...at].flatMap(([size, { p99 }]) =>
      p99 === undefined ? [] : [`${p99.toFixed(1)} at ${rounded(size)}`],
    );
    return [
      ...(limit === undefined ? [] : [`${id} raw limit: ${limit}.`]),
      ...(peers === undefined ? [] : [`${id} peers on such a machine: ${peers}.`]),
      ...(p99.length === 0 ? [] : [`${id} p99 in ms: ${p99.join(', ')}.`]),
    ];
  });
  return [...aligned([head, ...rows]), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

const inWords = ({ bound: { atLeast, atMost, ofLimit, within } }: Promised): string =>
  atLeast !== undefined
    ? `≥ ${rounded(atLeast)}`
    : atMost !== undefined
      ? `≤ ${rounded(atMost)}`
      : ofLimit !== undefined
        ? `${ofLimit} of limit`
        : within !== undefined
          ? `flat within ${within}×`
          : '';

/** Whether the promise is kept at every size; if not, by how much it is missed at the worst. */
function verdictOn(at: readonly Figure[], { bound, p99: p99AtMost = Infinity }: Promised): string {
  const values = at.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const ratio = Math.min(...at.map(({ value, limit = value }) => value / limit));
  const p99 = Math.max(0, ...at.map(({ p99 = 0 }) => p99));
  const { atLeast = -Infinity, atMost = Infinity, ofLimit = -Infinity, within = Infinity } = bound;
  const missed = [
    ...(least < atLeast ? [`${percent(1 - least / atLeast)} below`] : []),
    ...(most > atMost ? [`${percent(most / atMost - 1)} above`] : []),
    ...(ratio < ofLimit ? [`${ratio.toFixed(2)} of limit`] : []),
    ...(most > least * within ? [`${(most / least).toFixed(1)}×`] : []),
    ...(p99 > p99AtMost ? [`p99 ${p99.toFixed(1)} ms, promised ${p99AtMost}`] : []),
  ];
  if (missed.length > 0) return missed.join('; ');
  return Object.keys(bound).length === 0 ? '' : 'reached';
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

/** Three figures count. */
const rounded = (figure: number | undefined): string =>
  figure === undefined
    ? ''
    : figure >= 100
      ? Math.round(figure).toLocaleString('en')
      : Number(figure.toPrecision(3)).toLocaleString('en');

/** Text stands to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const last = (rows[0]?.length ?? 0) - 1;
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number) =>
    column < 2 || column === last ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd());
}

/** For programs: `{ "P1": { "unit": "1/s", "at": { "10000": { "value": …, "limit": …, "p99": … } } }, … }`. */
export const jsonOf = (figures: Figures): string =>
  `${JSON.stringify(Object.fromEntries([...figures].map(entryOf)), null, 2)}\n`;

const entryOf = ([id, sizes]: [MeasureId, ReadonlyMap<number, Figure>]) => [
  id,
  { unit: promises[id].unit, at: Object.fromEntries([...sizes].map(([size, figure]) => [size, thousandths(figure)])) },
];
const thousandths = (figure: Figure) =>
  Object.fromEntries(Object.entries(figure).map(([name, value]) => [name, Math.round(Number(value) * 1_000) / 1_000]));
