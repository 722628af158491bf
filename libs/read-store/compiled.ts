import { type RawBuilder, sql } from 'kysely';

export type Parameter = string | number;

/** What is asked of the database: text and values. */
export interface Question {
  readonly sql: string;
  readonly parameters: Parameter[];
}

/** The values of a question by name. */
export type Values = Readonly<Record<string, Parameter>>;

/** In a query that is being compiled this stands for a value that each question gives anew. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
export const slot = <T extends Parameter = Parameter>(name: string): RawBuilder<T> => sql<T>`${new Slot(name)}`;

/** So many shapes are kept; what viewers may know differs in shape too, so there is no telling how many there are. */
const kept = 2_000;

/** Queries compiled once for each shape: after that a question costs a look-up and its values. */
export class CompiledQueries {
  readonly #known = new Map<string, { readonly sql: string; readonly slots: readonly string[] }>();

  /** `shape` tells apart whatever compiles to another text; `build` uses slots for all values. */
  ask(
    shape: string,
    values: Values,
    build: () => { compile(): { readonly sql: string; readonly parameters: readonly unknown[] } },
  ): Question {
    let compiled = this.#known.get(shape);
    if (!compiled) {
      const { sql, parameters } = build().compile();
      compiled = { sql, slots: parameters.map(nameOf) };
      if (this.#known.size >= kept) this.#known.clear();
      this.#known.set(shape, compiled);
    }
    return { sql: compiled.sql, parameters: compiled.slots.map((name) => valueOf(values, name)) };
  }
}

function nameOf(parameter: unknown): string {
  if (parameter instanceof Slot) return parameter.name;
  throw new TypeError(`${String(parameter)} is compiled into a query: it must be a slot`);
}

function valueOf(values: Values, name: string): Parameter {
  const value = values[name];
  if (value === undefined) throw new TypeError(`a query has no value for ${name}`);
  return value;
}
