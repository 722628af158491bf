import { type Expression, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { VisibilityClass } from '#kernel/envelope';
import { type Parameter, slot } from './compiled.ts';
import type { MayKnow } from './may-know.ts';

/** Whether a text contains a part, upper and lower case apart, as one database says it. */
export type Contains = (text: Expression<unknown>, part: Expression<unknown>) => RawBuilder<SqlBool>;

/** The columns that guard what is asked for. */
export interface Guarded {
  /** All rows have this class, or each has its own in the column of this name. */
  readonly class: { readonly always: VisibilityClass } | { readonly column: string };
  readonly parties: string;
  /** Absent where nothing is ever released. */
  readonly release?: { readonly key: string; readonly at: string };
}

export interface Known {
  /** Tells apart whatever gives another condition, the values left out. */
  readonly shape: string;
  readonly values: Readonly<Record<string, Parameter>>;
  /** `undefined` when everything is known. */
  condition(contains: Contains): RawBuilder<SqlBool> | undefined;
}

/**
 * `MayKnow` as SQL: an alternative fits, or the last change was released since (then it is PUBLIC, known to all).
 * `mark` begins the names of its values.
 */
export function known(mayKnow: MayKnow, guarded: Guarded, mark = 'mark'): Known {
  const { class: of } = guarded;
  const alternatives = 'always' in of ? mayKnow.filter(({ classes }) => classes.includes(of.always)) : mayKnow;
  const anyway = 'always' in of && alternatives.some(({ marks }) => marks.length === 0);
  if (anyway) return { shape: 'all', values: {}, condition: () => undefined };

  const shape = alternatives.map(({ classes, marks }) => `${'always' in of ? '' : classes.join('.')}${marks.length}`);
  const values: Record<string, Parameter> = {};
  for (const [i, { marks }] of alternatives.entries())
    for (const [j, part] of marks.entries()) values[`${mark}.${i}.${j}`] = part;

  const condition = (contains: Contains) => {
    const parties = sql.ref(guarded.parties);
    const ways = alternatives.map(({ classes, marks }, i) => {
      const fits = marks.map((_, j) => contains(parties, slot(`${mark}.${i}.${j}`)));
      if ('column' in of) fits.unshift(sql`${sql.ref(of.column)} in (${sql.join(classes.map((one) => sql.lit(one)))})`);
      return sql<SqlBool>`(${sql.join(fits, sql` and `)})`;
    });
    if (guarded.release) ways.push(released(guarded.release));
    return ways.length > 0 ? sql<SqlBool>`(${sql.join(ways, sql` or `)})` : sql<SqlBool>`1 = 0`;
  };
  return { shape: shape.join('+'), values, condition };
}

/**
 * Which rows of a view a viewer sees whole, as SQL: the row and every column, by the parties of the row. A column that
 * has parties of its own names them between bars.
 */
export function seenWhole(whole: MayKnow, classes: ReadonlySet<VisibilityClass>): Known {
  const ways = new Map<string, VisibilityClass>(); // of classes that are seen alike one is asked about
  for (const of of classes) ways.set(whole.map((one) => one.classes.includes(of)).join(), of);
  const each = [...ways.values()].map((of, i) =>
    known(whole, { class: { always: of }, parties: '_parties' }, `whole.${i}`),
  );
  return {
    shape: each.map(({ shape }) => shape).join('&'),
    values: Object.fromEntries(each.flatMap(({ values }) => Object.entries(values))),
    condition(contains) {
      const alike = sql<SqlBool>`not (${contains(sql.ref('_columns'), sql.lit('|'))})`;
      const seen = each.map(({ condition }) => condition(contains)).filter((one) => one !== undefined);
      return sql<SqlBool>`${sql.join([...seen, alike], sql` and `)}`;
    },
  };
}

const released = ({ key, at }: { readonly key: string; readonly at: string }) =>
  sql<SqlBool>`(${sql.ref(key)} is not null and exists (select 1 from ${sql.table('_release')} as r where r.key = ${sql.ref(key)} and r.position > ${sql.ref(at)}))`;
