import { createUnionType, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { refusals, warnings } from '#kernel/codes';
import { type MadeClass, namedClass } from './graphql-types.ts';
import { jsonScalar } from './scalars.ts';

export const codesOf = <C extends string>(messages: Readonly<Record<C, string>>, name: string, description: string) => {
  const values = Object.fromEntries(Object.keys(messages).map((code) => [code, code]));
  const valuesMap = Object.fromEntries(
    Object.entries<string>(messages).map(([code, said]) => [code, { description: said }]),
  );
  registerEnumType(values, { name, description, valuesMap });
  return values;
};
export const refusalCodes = codesOf(refusals, 'RefusalCode', 'Why a command was refused: stable, to be switched on.');
export const warningCodes = codesOf(warnings, 'WarningCode', 'What to look at although the command was accepted.');

@ObjectType('Warning', { description: 'Something to look at; the command was accepted.' })
export class WarningType {
  @Field(() => warningCodes, { description: 'Which warning.' })
  code!: string;
  @Field(() => String, { description: 'What it means.' })
  message!: string;
  @Field(() => jsonScalar, { description: 'The figures behind it.' })
  details!: object;
}

@ObjectType('Accepted', { description: 'The command was accepted, and what it did is stored for good.' })
export class AcceptedType {
  @Field(() => ID, { description: 'The command.' })
  commandId!: string;
  @Field(() => String, { description: 'The version of the object now: give it back as `expected`. Opaque.' })
  version!: string;
  @Field(() => String, { description: 'Give it to a query as `notBefore` to read what was just written. Opaque.' })
  consistency!: string;
  @Field(() => [WarningType], { description: 'What to look at.' })
  warnings!: WarningType[];
}

@ObjectType('Refused', { description: 'A rule says no. Nothing was stored; the same command may be sent again.' })
export class RefusedType {
  @Field(() => refusalCodes, { description: 'Which rule.' })
  code!: string;
  @Field(() => String, { description: 'What happened and what to do next.' })
  message!: string;
  @Field(() => jsonScalar, { description: 'The figures and names behind it.' })
  details!: object;
}

export const outcomeType = createUnionType({
  name: 'Outcome',
  description: 'The answer to every command.',
  types: () => [AcceptedType, RefusedType] as const,
  resolveType: (answer: object) => ('commandId' in answer ? AcceptedType : RefusedType),
});

@ObjectType('Redaction', { description: 'A field that holds something which may not be shown.' })
export class RedactionType {
  @Field(() => String, { description: 'The field, or a JSON pointer into `data`.' })
  field!: string;
  @Field(() => String, { description: 'REDACTED: it is there, and withheld.' })
  state!: string;
}

@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more follows.' })
  hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'Whether the page was asked for after a cursor.' })
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first item.' })
  startCursor!: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last item.' })
  endCursor!: string | null;
}

/** A Relay connection of a node type. */
export function connectionOf(name: string, node: MadeClass): MadeClass {
  const edge = namedClass(`${name}Edge`);
  ObjectType(`${name}Edge`, { description: `A ${name} in a list.` })(edge);
  Field(() => String, { description: 'Where it stands: give it back as `after`. Opaque.' })(edge.prototype, 'cursor');
  Field(() => node, { description: `The ${name}.` })(edge.prototype, 'node');
  const connection = namedClass(`${name}Connection`);
  ObjectType(`${name}Connection`, { description: `A page of ${name}.` })(connection);
  Field(() => [edge], { description: 'The items of the page.' })(connection.prototype, 'edges');
  Field(() => PageInfoType, { description: 'Where the page lies.' })(connection.prototype, 'pageInfo');
  return connection;
}
