import { code, codeList, group, id, int, list, money, optional } from '#kernel/fields';
import { isMore, type Money, sum, zeroKr } from '#kernel/money';
import { query, type Shown, type Today } from '#kernel/query';
import { yearOf } from '#kernel/time';
import { board, deadlineRows, deadlineShape } from './deadlines.query.ts';
import { fundingLedger } from './funding-ledger.view.ts';
import { mandates } from './mandate.view.ts';

const { requisitioned, paid, used, unused, repaid, outstanding, year, ceiling } = fundingLedger.row;
const columns = { requisitioned, paid, used, unused, repaid, outstanding };
type Column = keyof typeof columns;
const names = Object.keys(columns) as Column[];

/** Amounts, each absent where the viewer may not see it. */
const sums = {
  ceiling: money(ceiling.says, 'notNegative'),
  requisitioned: optional(requisitioned),
  paid: optional(paid),
  used: optional(used),
  unused: optional(unused),
  repaid: optional(repaid),
  outstanding: optional(outstanding),
};
const tasks = codeList('YearTask', 'What is left to do about the money of a year.', {
  REPAY: 'Återbetala det som inte har använts',
});
const yearMoney = group('YearMoney', 'The money of one year.', {
  year,
  ...sums,
  openTask: optional(code(tasks, 'What is left to do, once the year has ended.')),
});
const totalMoney = group('TotalMoney', 'The money of all years; a sum is absent where that of any year is.', sums);

/** A mandate at a glance. */
export const mandateOverview = query({
  name: 'mandateOverview',
  says: 'A mandate at a glance: what is due next and how urgent it is, the money, and how far the obligations have come.',
  args: { id: id('The mandate.') },
  gives: {
    type: 'MandateOverview',
    says: 'A mandate at a glance.',
    shape: {
      mandateId: mandates.row.mandateId,
      title: mandates.row.title,
      state: mandates.row.state,
      decisionDiaryNumber: mandates.row.decisionDiaryNumber,
      next: optional(group('NextDeadline', 'The next deadline that is not known to be met.', deadlineShape)),
      years: list(yearMoney, 'The money of each year.'),
      total: totalMoney,
      obligationsOpen: int('Obligations that are not assessed as fulfilled.', 0, 1_000),
      obligationsFulfilled: int('Obligations that are.', 0, 1_000),
    },
  },
  reads: deadlineRows(({ id }: { readonly id: string }) => id),
  list: false,
  answer: (rows, _, today) =>
    rows.mandates.flatMap(({ mandateId, title, state, decisionDiaryNumber }) => {
      if (!mandateId || !title || !state) return [];
      const next = board(rows, today).find(({ status, hardDeadline }) =>
        status ? !status.startsWith('MET') : hardDeadline >= today.today,
      );
      const fulfilled = rows.obligations.filter((obligation) => obligation.fulfilled).length;
      return [
        {
          mandateId,
          title,
          state,
          ...(decisionDiaryNumber === undefined ? {} : { decisionDiaryNumber }),
          ...(next && { next }),
          years: rows.years.flatMap(({ year, ...row }) =>
            year === undefined ? [] : [{ year, ...sumsOf([row]), ...taskOf(year, row, today) }],
          ),
          total: sumsOf(rows.years),
          obligationsOpen: rows.obligations.length - fulfilled,
          obligationsFulfilled: fulfilled,
        },
      ];
    }),
});

/** A year that was paid and has ended leaves a task: to repay what is outstanding (domain 7.6). */
function taskOf(year: number, { outstanding }: Shown<typeof fundingLedger>, { today }: Today) {
  const toRepay = year < yearOf(today) && outstanding !== undefined && isMore(outstanding, zeroKr);
  return toRepay ? { openTask: 'REPAY' as const } : {};
}

type Sums = { readonly ceiling: Money } & { readonly [C in Column]?: Money };

/** Sums of rows, as far as every row shows the amount. */
function sumsOf(rows: readonly Shown<typeof fundingLedger>[]): Sums {
  const all = (column: Column | 'ceiling') => rows.flatMap((row) => row[column] ?? []);
  const shown = names.filter((column) => rows.length > 0 && all(column).length === rows.length);
  return { ceiling: sum(all('ceiling')), ...Object.fromEntries(shown.map((column) => [column, sum(all(column))])) };
}
