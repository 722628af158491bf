import fastify from 'fastify';
import mercurius from 'mercurius';

/** The least that a GraphQL server in Node does for a mutation and a query: the raw limit of P3. */
const app = fastify({ logger: false });
await app.register(mercurius, {
  schema: `
    type Greeting { id: ID! name: String! }
    type Query { hello(id: ID!): Greeting! }
    type Mutation { greet(id: ID!, name: String!): Greeting! }
  `,
  resolvers: {
    Query: { hello: async (_, { id }: { id: string }) => ({ id, name: 'world' }) },
    Mutation: { greet: async (_, { id, name }: { id: string; name: string }) => ({ id, name }) },
  },
  jit: 1,
});
const address = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`${address}/graphql`);
