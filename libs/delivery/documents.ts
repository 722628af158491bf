import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { QueryTooComplex } from './errors.ts';
import { atMost, checkVariables, costOf, counted, countTokens, type QueryLimits, type Terms } from './query-limits.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Not run: what is wrong with the document, its operation or its variables. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.errors = errors;
  }
}

/** An operation of a document that keeps all rules and limits. */
export interface Operation {
  readonly node: OperationDefinitionNode;
  readonly document: DocumentNode;
  readonly terms: Terms;
  /** Runs so far, and the program that was made of it when it was asked for again. */
  runs: number;
  compiled: CompiledQuery | undefined;
}

type Operations = readonly Operation[];

/** Documents kept, in characters: what is made of one takes some hundred times as much memory. */
const keptCharacters = 400_000;
const mostErrors = 10;

/**
 * Documents as they were read, checked and compiled, so that one that is asked again and again costs nothing of that.
 * Those least in use are forgotten first. One whose operation is named is compiled for that operation alone.
 */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #limits: QueryLimits;
  #young = new Map<string, Operations>();
  #old = new Map<string, Operations>();
  #characters = 0;

  constructor(schema: GraphQLSchema, limits: QueryLimits) {
    this.#schema = schema;
    this.#limits = limits;
  }

  /**
   * The operation of that name, or the only one.
   * @throws NotRun; QueryTooComplex for a document above a limit
   */
  find(source: string, operationName: string | undefined): Operation {
    const operations = this.#kept(source) ?? this.#read(source);
    const asked =
      operationName === undefined ? operations : operations.filter(({ node }) => node.name?.value === operationName);
    const [operation] = asked;
    if (operation === undefined || asked.length > 1)
      throw new NotRun([new GraphQLError('operationName must name one of the operations of the document')]);
    return operation;
  }

  /** Whether it need not be read anew. */
  has(source: string): boolean {
    return this.#young.has(source) || this.#old.has(source);
  }

  #kept(source: string): Operations | undefined {
    if (source.length > this.#limits.documentBytes) return undefined;
    const young = this.#young.get(source);
    if (young) return young;
    const old = this.#old.get(source);
    if (old) this.#keep(source, old);
    return old;
  }

  #keep(source: string, operations: Operations): void {
    if (this.#characters + source.length > keptCharacters / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#young.set(source, operations);
    this.#characters += source.length;
  }

  #read(source: string): Operations {
    const inVariables = 'Put values into variables.';
    const { documentBytes } = this.#limits;
    atMost('document bytes', documentBytes, source.length, inVariables);
    atMost('document bytes', documentBytes, Buffer.byteLength(source), inVariables);
    const document = parsed(source, this.#limits);
    const terms = counted(this.#schema, document, this.#limits);
    const errors = [
      ...validate(this.#schema, document, undefined, { maxErrors: mostErrors }),
      ...[...terms.keys()].flatMap(({ operation }) =>
        this.#schema.getRootType(operation) ? [] : [new GraphQLError(`There is no ${operation} here`)],
      ),
    ];
    if (errors.length > 0) throw new NotRun(errors);
    const operations = [...terms].map(([node, terms]) => ({ node, document, terms, runs: 0, compiled: undefined }));
    this.#keep(source, operations);
    return operations;
  }

  /** What an operation costs with these variables. @throws QueryTooComplex above a limit */
  price({ node, terms }: Operation, variables: Variables): number {
    checkVariables(variables);
    const cost = costOf(terms, node, variables);
    atMost('cost', this.#limits.cost, cost);
    return cost;
  }

  /** Runs it; from the second time on as a program of its own. @throws NotRun for variables that it does not take */
  run(operation: Operation, variables: Variables, context: object): ExecutionResult | Promise<ExecutionResult> {
    const result = this.#result(operation, variables, context);
    return result instanceof Promise
      ? result.then((settled) => this.#judged(settled, operation, variables))
      : this.#judged(result, operation, variables);
  }

  #result(operation: Operation, variables: Variables, context: object): ExecutionResult | Promise<ExecutionResult> {
    const { node, document } = operation;
    if (operation.runs++ === 1) {
      const compiled = compileQuery(this.#schema, document, node.name?.value);
      if (isCompiledQuery(compiled)) operation.compiled = compiled;
    }
    if (operation.compiled) return operation.compiled.query({}, context, variables);
    return execute({
      schema: this.#schema,
      document,
      operationName: node.name?.value,
      rootValue: {},
      contextValue: context,
      variableValues: variables,
    });
  }

  /** A compiled program names the last field of a variable without its path: GraphQL itself judges it again. */
  #judged(result: ExecutionResult, { node }: Operation, variables: Variables): ExecutionResult {
    if (result.data !== undefined) return result;
    const { errors } = getVariableValues(this.#schema, node.variableDefinitions ?? [], variables, {
      maxErrors: mostErrors,
    });
    throw new NotRun(errors ?? result.errors ?? []);
  }
}

/** @throws NotRun for what is no GraphQL; QueryTooComplex for too much of it, found before it is parsed */
function parsed(source: string, limits: QueryLimits): DocumentNode {
  try {
    countTokens(source, limits);
    return parse(source);
  } catch (error) {
    if (error instanceof GraphQLError && !(error instanceof QueryTooComplex)) throw new NotRun([error]);
    throw error;
  }
}
