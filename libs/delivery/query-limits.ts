import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isObjectType,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValueNode,
} from 'graphql';
import { BadUserInput, QueryTooComplex } from './errors.ts';

/** What a query may ask for at the most. Each is checked before anything runs. */
export interface QueryLimits {
  /** Size of a document in bytes of UTF-8. */
  readonly documentBytes: number;
  /** Words and signs of a document. */
  readonly tokens: number;
  /** Fields within fields. Introspection has 20 of its own. */
  readonly depth: number;
  /** Fields and fragments, each as often as it is asked for: under every alias and at every spread. */
  readonly fields: number;
  /**
   * Values that the answer may hold: each field is one, and what is in a list counts once for each item that there may
   * be, which is `first` for a page (20 unless told) and 10 for any other list.
   */
  readonly cost: number;
}

/** Limits that nobody needs to set. Whether fragments can be merged costs the square of their number to tell. */
const fragments = 50;
const nesting = 100;
const rootFields = 20;
const directives = 100;
const introspectionDepth = 20;
const variableValues = 10_000;
const variableDepth = 20;
const itemsUnlessTold = 10;
const pageUnlessTold = 20;

const lessAtATime = 'Ask for less at a time.';

const opens = new Set<string>([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L]);
const closes = new Set<string>([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R]);

/**
 * Counts words, signs and brackets within brackets before a parser goes into them.
 * @throws QueryTooComplex naming the limit; GraphQLError for what is no word of GraphQL
 */
export function countTokens(source: string, limits: QueryLimits): void {
  const lexer = new Lexer(new Source(source));
  let [tokens, open] = [0, 0];
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    tokens++;
    if (opens.has(kind)) atMost('nesting', nesting, ++open);
    else if (closes.has(kind)) open--;
  }
  atMost('tokens', limits.tokens, tokens, `${lessAtATime} Put values into variables.`);
}

/** What a selection holds with everything below it; a fragment is counted at each of its spreads, and read once. */
interface Extent {
  readonly depth: number;
  readonly fields: number;
  /** Fields of the selection itself. */
  readonly width: number;
}

const isIntrospection = ({ name: { value } }: FieldNode) => value === '__schema' || value === '__type';

/** Fragments by name; and what counting them found. Cost: the document as written, whatever it spreads to. */
class Counting {
  readonly fragments = new Map<string, FragmentDefinitionNode>();
  directives = 0;
  readonly #known = new Map<string, Extent | 'being counted'>();

  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
  }

  of({ selectionSet, directives = [] }: Pick<FieldNode, 'selectionSet' | 'directives'>): Extent {
    this.directives += directives.length;
    let [depth, fields, width] = [0, 0, 0];
    for (const selection of selectionSet?.selections ?? []) {
      const inner = this.#ofSelection(selection);
      depth = Math.max(depth, inner.depth);
      fields += inner.fields;
      width += inner.width;
    }
    return { depth, fields, width };
  }

  #ofSelection(selection: SelectionNode): Extent {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      this.directives += selection.directives?.length ?? 0;
      const spread = this.ofFragment(selection.name.value);
      return { ...spread, fields: spread.fields + 1 };
    }
    const inner = this.of(selection);
    if (selection.kind === Kind.INLINE_FRAGMENT) return { ...inner, fields: inner.fields + 1 };
    if (selection.alias) usable(selection.alias.value);
    return { depth: isIntrospection(selection) ? 1 : inner.depth + 1, fields: inner.fields + 1, width: 1 };
  }

  ofFragment(name: string): Extent {
    const known = this.#known.get(name);
    if (known === 'being counted')
      throw new BadUserInput([
        { path: 'query', rule: 'document', expected: `a fragment ${name} that is not spread within itself` },
      ]);
    const fragment = this.fragments.get(name);
    if (known || !fragment) return known ?? { depth: 0, fields: 0, width: 0 };
    this.#known.set(name, 'being counted');
    const extent = this.of(fragment);
    this.#known.set(name, extent);
    return extent;
  }
}

/** A name that JSON and JavaScript do not agree on. */
function usable(name: string): void {
  if (name === '__proto__')
    throw new BadUserInput([{ path: 'query', rule: 'document', expected: `another name than ${name}` }]);
}

/** What a list of an operation costs for each item: `pages` names the variables that say how many there are. */
export type Terms = ReadonlyMap<string, number>;

/**
 * Counts a document that has been parsed and not yet validated, and gives what each of its operations costs.
 * @throws QueryTooComplex naming the limit; BadUserInput for fragments in a circle
 */
export function counted(
  schema: GraphQLSchema,
  document: DocumentNode,
  limits: QueryLimits,
): Map<OperationDefinitionNode, Terms> {
  const counting = new Counting(document);
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  atMost('fragments', fragments, counting.fragments.size);
  for (const name of counting.fragments.keys()) atMost('fields', limits.fields, counting.ofFragment(name).fields);
  for (const operation of operations) {
    const extent = counting.of(operation);
    for (const { variable, directives = [] } of operation.variableDefinitions ?? []) {
      usable(variable.name.value);
      counting.directives += directives.length;
    }
    atMost('depth', limits.depth, extent.depth);
    atMost('fields', limits.fields, extent.fields);
    atMost('root fields', rootFields, extent.width);
  }
  atMost('directives', directives, counting.directives);
  return new Map(operations.map((one) => [one, new Pricing(schema, counting.fragments).of(one)]));
}

export function atMost(limit: string, allowed: number, found: number, wayOut = lessAtATime): void {
  if (found > allowed) throw new QueryTooComplex(limit, allowed, Math.min(found, Number.MAX_SAFE_INTEGER), wayOut);
}

type Length = number | string;

/** Walks every spread anew: the number of fields is bounded by then. */
class Pricing {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #terms = new Map<string, number>();

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  of({ operation, selectionSet }: OperationDefinitionNode): Terms {
    this.#price(selectionSet, this.#schema.getRootType(operation) ?? undefined, 1, '', undefined);
    return this.#terms;
  }

  #price(set: SelectionSetNode, type: GraphQLNamedType | undefined, times: number, pages: string, page?: Length): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) this.#priceField(selection, type, times, pages, page);
      else {
        const of = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : selection;
        if (!of) continue;
        const on = of.typeCondition ? this.#schema.getType(of.typeCondition.name.value) : type;
        this.#price(of.selectionSet, on, times, pages, page);
      }
    }
  }

  #priceField(field: FieldNode, parent: GraphQLNamedType | undefined, times: number, pages: string, page?: Length) {
    this.#terms.set(pages, (this.#terms.get(pages) ?? 0) + times);
    if (!field.selectionSet) return;
    if (isIntrospection(field)) return checkIntrospection(field, this.#fragments);
    const definition = fieldOf(parent, field.name.value);
    const inList = definition !== undefined && isListType(getNullableType(definition.type));
    const items = inList ? (page ?? itemsUnlessTold) : 1;
    const own = definition?.args.some(({ name }) => name === 'first') ? lengthOf(field) : undefined;
    const type = definition && getNamedType(definition.type);
    if (typeof items === 'number') this.#price(field.selectionSet, type, times * items, pages, own);
    else this.#price(field.selectionSet, type, times, `${pages} ${items}`.trim(), own);
  }
}

const fieldOf = (type: GraphQLNamedType | undefined, name: string) =>
  isObjectType(type) ? (type as GraphQLObjectType).getFields()[name] : undefined;

function lengthOf({ arguments: given = [] }: FieldNode): Length {
  const first = given.find(({ name }) => name.value === 'first')?.value;
  return first?.kind === Kind.VARIABLE ? first.name.value : wholeOf(first);
}

const wholeOf = (value: ValueNode | undefined): number =>
  value?.kind === Kind.INT ? Math.max(1, Number(value.value)) : pageUnlessTold;

/** The cost of an operation with these variables. Cost of telling it: one product for each kind of page in it. */
export function costOf(
  terms: Terms,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  let cost = 0;
  for (const [pages, values] of terms) {
    let product = values;
    if (pages !== '')
      for (const name of pages.split(' ')) {
        const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
        const definition = variableDefinitions.find(({ variable }) => variable.name.value === name);
        product *= typeof given === 'number' ? Math.max(1, given) : wholeOf(definition?.defaultValue);
      }
    cost += product;
  }
  return cost;
}

/** GraphiQL's own question is let through; one that goes in a circle, or asks the same thing twice, is not. */
function checkIntrospection(root: FieldNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const walk = (set: SelectionSetNode | undefined, above: readonly string[]): void => {
    atMost('introspection depth', introspectionDepth, above.length);
    for (const selection of set?.selections ?? []) {
      if (selection.kind !== Kind.FIELD) {
        const of = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        walk(of?.selectionSet, above);
        continue;
      }
      const name = selection.name.value;
      const again = name !== 'ofType' && above.includes(name);
      if (again) atMost(`introspection of ${name} within itself`, 0, 1, 'Ask for the types by name, with __type.');
      if (selection.alias) atMost('introspection under an alias', 0, 1, 'Ask for the field by its own name.');
      walk(selection.selectionSet, [...above, name]);
    }
  };
  if (root.alias && root.name.value === '__schema')
    atMost('__schema under an alias', 0, 1, 'Ask for it by its own name.');
  walk(root.selectionSet, [root.name.value]);
}

/** Variables hold no more values, and no deeper, than any form or import of ours needs. Stops counting at the limit. */
export function checkVariables(variables: Readonly<Record<string, unknown>>): void {
  let found = 0;
  const count = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return;
    atMost('depth of variables', variableDepth, depth);
    for (const name in value) {
      atMost('values in variables', variableValues, ++found, 'Send fewer at a time.');
      count((value as Readonly<Record<string, unknown>>)[name], depth + 1);
    }
  };
  count(variables, 1);
}
