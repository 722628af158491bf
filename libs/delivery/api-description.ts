import type { GraphQLSchema } from 'graphql';

/** What whoever asks must know of the whole: the first page of the documentation in GraphiQL. */
const description = `
Samverk: public innovation procurement as facts.

Queries read what the facts add up to; mutations are commands, and answer \`Accepted\` or \`Refused\`. Send a token as
\`Authorization: Bearer …\`; without one you ask as the public. A query may come by GET or POST, a mutation by POST with
\`content-type: application/json\`. With \`accept: application/graphql-response+json\` the HTTP status tells whether
anything ran; with \`application/json\` a well-formed request is 200.

A query is counted before it runs, and refused with QUERY_TOO_COMPLEX (\`limit\`, \`allowed\`, \`found\`) above a limit.
Unless the operator set others: 16,384 bytes and 2,000 tokens in a document; 12 fields within fields; 500 fields and
fragments, each as often as it is asked for; 20 root fields; 50 fragments; 100 directives; brackets 100 deep; a cost of
10,000; 10,000 values in variables, 20 deep. Introspection may be 20 deep, with no alias, and no field within itself
but \`ofType\`. One request holds one operation to run: there are no batches.

Cost is the number of values that the answer may hold. Each field is one; what is in a list counts once for each item
that there may be: \`first\` for a page (20 unless told), 10 for any other list. A page of 100 rows with 6 fields costs
702: \`edges\` and the list itself, and for each row its \`node\` and 6 fields.

Other errors: BAD_USER_INPUT (\`fields\`), NOT_YET_VISIBLE (\`retryAfter\`), RATE_LIMITED (HTTP 429, \`retryAfter\`),
TIMED_OUT (not answered in time: a command may have been done, and may be sent again), INTERNAL (\`correlationId\`).
`.trim();

export function described(schema: GraphQLSchema): GraphQLSchema {
  schema.description = description;
  return schema;
}
