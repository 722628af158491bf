import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from '@jest/globals';
import { contexts } from '#apps/api/contexts';
import { factList } from '#delivery/fact-list';
import { schemaText } from '#delivery/schema-text';

const committed = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('what is generated and committed', () => {
  test('the GraphQL schema is the one the code makes (npm run generate)', async () => {
    expect(committed('schema.graphql')).toBe(await schemaText(contexts));
  });

  test('the list of facts is the one the code makes (npm run generate)', () => {
    expect(committed('facts.md')).toBe(factList(contexts));
  });

  test('every type, field, argument and value of the schema is described', () => {
    const undescribed: string[] = [];
    const look = (what: string, described: { readonly description?: string | null | undefined }) => {
      if (!described.description) undescribed.push(what);
    };
    for (const type of Object.values(buildSchema(committed('schema.graphql')).getTypeMap())) {
      if (type.name.startsWith('__')) continue;
      if (!['Query', 'Mutation'].includes(type.name)) look(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
      if (isObjectType(type))
        for (const field of Object.values(type.getFields())) {
          look(`${type.name}.${field.name}`, field);
          for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
        }
    }
    expect(undescribed).toEqual([]);
  });
});
