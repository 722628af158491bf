import { NestFactory } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { Context } from '#kernel/context';
import { described } from './api-description.ts';
import { checkContexts } from './checks.ts';
import { resolversOf } from './samverk-module.ts';

/** The whole GraphQL schema as text, that of demo mode included. */
export async function schemaText(contexts: readonly Context[]): Promise<string> {
  checkContexts(contexts);
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: ['error', 'warn'] });
  const factory = app.get(GraphQLSchemaFactory);
  const clock = { now: () => '2017-01-02T08:00:00.000Z' };
  const resolvers: Type[] = resolversOf(contexts, clock, { moveTo: () => Promise.resolve() });
  const schema = await factory.create(resolvers);
  await app.close();
  return `${printSchema(lexicographicSortSchema(described(schema)))}\n`;
}
