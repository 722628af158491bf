import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import mercurius from 'mercurius';

/**
 * The least that a GraphQL server in Node does: the raw limits of P3, a mutation and a query that say hello, and of P4, a
 * page of the rows in the file that VIEWS names, for anyone, as they are.
 */
const db = new DatabaseSync(process.env['VIEWS'] ?? '', { readOnly: true });
const page = db.prepare('SELECT _body FROM cost ORDER BY _key LIMIT ?', { returnArrays: true });

type Cost = Readonly<Record<string, unknown>> & { readonly costId: string };

function costs(first: number) {
  const rows = (page.all(first + 1) as unknown as [string][]).map(([body]) => JSON.parse(body) as Cost);
  const edges = rows.slice(0, first).map((node) => ({ cursor: node.costId, node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor } };
}

const app = fastify({ logger: false });
await app.register(mercurius, {
  schema: `
    type Greeting { id: ID! name: String! }
    type Money { amountMinor: Float! currency: String! }
    type Cost { costId: ID fundingYearId: ID mandateId: ID costDate: String category: String amount: Money }
    type Edge { cursor: String! node: Cost! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Costs { edges: [Edge!]! pageInfo: PageInfo! }
    type Query { hello(id: ID!): Greeting! costs(first: Int!): Costs! }
    type Mutation { greet(id: ID!, name: String!): Greeting! }
  `,
  resolvers: {
    Query: {
      hello: async (_, { id }: { id: string }) => ({ id, name: 'world' }),
      costs: async (_, { first }: { first: number }) => costs(first),
    },
    Mutation: { greet: async (_, { id, name }: { id: string; name: string }) => ({ id, name }) },
  },
  jit: 1,
});
const address = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`${address}/graphql`);
