import { mutationOf } from './harness.ts';

/** What is said of something hostile: HTTP status, code, and for what is above a limit the limit. */
export interface Refusal {
  readonly status: number;
  readonly code: 'BAD_USER_INPUT' | 'QUERY_TOO_COMPLEX';
  readonly limit?: string;
}
export type Hostile = readonly [what: string, body: string | Uint8Array<ArrayBuffer>, refusal: Refusal];

const times = (count: number, make: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ');
const nested = (open: string, inner: string, close: string, levels: number): string =>
  open.repeat(levels) + inner + close.repeat(levels);

const tooComplex = (limit: string): Refusal => ({ status: 400, code: 'QUERY_TOO_COMPLEX', limit });
const malformed: Refusal = { status: 400, code: 'BAD_USER_INPUT' };

const asked = (query: string, variables?: unknown): string => JSON.stringify({ query, variables });
const rows = (inner: string): string => `{ obligations { edges { node { ${inner} } } } }`;
const typeOfTypes = '{ __schema { types { fields { type { fields { name } } } } } }';

const above: readonly (readonly [what: string, document: string, limit: string])[] = [
  ['deep', `{ about ${nested('{ a ', '', '}', 13)} }`, 'depth'],
  ['deep in fragments', `{ ...A } fragment A on Query ${nested('{ a ', '', '}', 13)}`, 'depth'],
  ['deep in inline fragments', nested('{ ... ', '{ about { now } }', '}', 600), 'nesting'],
  ['wide', rows(times(600, () => 'row')), 'fields'],
  ['aliased', rows(times(600, (n) => `a${n}: row`)), 'fields'],
  ['a page under many names', `{ ${times(21, (n) => `a${n}: obligations { edges { cursor } }`)} }`, 'root fields'],
  [
    'a command under many names',
    `mutation { ${times(21, (n) => `a${n}: moveDemoClock(to: "2017-01-02T08:00:00.000Z") { now }`)} }`,
    'root fields',
  ],
  [
    'a long page of wide rows',
    `{ obligations(first: 100) { edges { node { ${times(110, (n) => `a${n}: row`)} } } } }`,
    'cost',
  ],
  ['a page of any length', '{ obligations(first: 2000000000) { edges { node { row } } } }', 'cost'],
  [
    'a bomb of fragments',
    `{ ...F0 } ${times(40, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F40 on Query { about { now } }`,
    'fields',
  ],
  [
    'a bomb that nobody spreads',
    `{ about { now } } ${times(40, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F40 on Query { about { now } }`,
    'fields',
  ],
  [
    'many fragments',
    `{ ${times(60, (n) => `...F${n}`)} } ${times(60, (n) => `fragment F${n} on Query { about { now } }`)}`,
    'fragments',
  ],
  ['a flood of directives', rows(`row ${'@include(if: true) '.repeat(101)}`), 'directives'],
  ['a flood of unknown directives', rows(`row ${'@a '.repeat(101)}`), 'directives'],
  [
    'a flood of directives on fragments',
    `{ ${'... @skip(if: false) { about { now } } '.repeat(15)} ...A ${'@a '.repeat(90)} } fragment A on Query { about { now } }`,
    'directives',
  ],
  ['many tokens', `{ about { now } } # ${'\n'.repeat(3)} ${'query A { about { now } } '.repeat(300)}`, 'tokens'],
  ['many variables', `query (${times(600, (n) => `$v${n}: Int`)}) { about { now } }`, 'tokens'],
  ['a list nested in lists', `{ organisation(id: ${'['.repeat(5_000)}) { name } }`, 'nesting'],
  ['an object nested in objects', `{ organisation(id: ${'{a:'.repeat(101)}) { name } }`, 'nesting'],
  ['a huge text', `{ organisation(id: "${'x'.repeat(20_000)}") { name } }`, 'document bytes'],
  ['a huge text in a block', `{ organisation(id: """${'\n x'.repeat(10_000)}""") { name } }`, 'document bytes'],
  ['a huge comment', `{ about { now } } #${'x'.repeat(500_000)}`, 'document bytes'],
  ['many bytes in few characters', `{ about { now } } #${'𝔸'.repeat(5_000)}`, 'document bytes'],
  ['introspection in a circle', typeOfTypes, 'introspection of fields within itself'],
  [
    'introspection in a circle of fragments',
    '{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { name } }',
    'introspection of fields within itself',
  ],
  [
    'introspection that is deep',
    `{ __type(name: "Cost") ${nested('{ ofType ', '{ name }', '}', 20)} }`,
    'introspection depth',
  ],
  [
    'introspection under many names',
    `{ __schema { ${times(50, (n) => `a${n}: types { name }`)} } }`,
    'introspection under an alias',
  ],
];

const unreadable: readonly (readonly [what: string, document: string])[] = [
  ['fragments in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
  ['a fragment within itself', '{ ...A } fragment A on Query { about { now } ...A }'],
  [
    'a bomb of fragments in a circle',
    `{ ...F0 } ${times(40, (n) => `fragment F${n} on Query { ...F${(n + 1) % 40} ...F${(n + 1) % 40} }`)}`,
  ],
  ['fields named like a prototype', '{ __proto__ { constructor } }'],
  ['a field of every object', '{ constructor { prototype } }'],
  ['an alias named like a prototype', '{ __proto__: about { now } }'],
  ['a variable named like a prototype', 'query ($__proto__: ID!) { organisation(id: $__proto__) { name } }'],
  ['a block that never ends', '{ organisation(id: """'],
  ['a text that never ends', '{ organisation(id: "x'],
  ['a selection that never ends', '{ obligations { edges {'],
  ['a null byte', '{ about { now\u0000 } }'],
  ['half a character', '{ about { now } } \uD800 {'],
  ['an escape that is none', '{ organisation(id: "\\uD800") { name } }'],
  ['nothing but spaces', ' '.repeat(10_000)],
  ['nothing but commas', ','.repeat(10_000)],
  ['a schema', 'type Query { a: Int }'],
  ['a schema beside a query', '{ about { now } } extend type Query { a: Int }'],
  ['a subscription', 'subscription { about { now } }'],
  ['many unknown fields', rows(times(400, (n) => `colour${n}`))],
];

const nestedJson = (levels: number): string => nested('{"a":', '1', '}', levels);
const command = mutationOf('RegisterOrganisation');

const bodies: readonly Hostile[] = [
  ['a batch', JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ about { now } }' }))), malformed],
  ['an empty batch', '[]', malformed],
  [
    'a long list in variables',
    asked(command, { input: { contactPoints: Array(50_000).fill({}) } }),
    tooComplex('values in variables'),
  ],
  [
    'a deep object in variables',
    `{"query":"{ about { now } }","variables":${nestedJson(5_000)}}`,
    tooComplex('depth of variables'),
  ],
  [
    'a page of any length in variables',
    asked('query ($n: Int) { obligations(first: $n) { edges { node { row } } } }', { n: 1e9 }),
    tooComplex('cost'),
  ],
  ['a body as deep as it is long', nestedJson(100_000), malformed],
  ['a list as deep as it is long', nested('[', '', ']', 200_000), malformed],
  ['a prototype in the body', '{"query":"{ about { now } }","__proto__":{"query":"{ me { personRef } }"}}', malformed],
  ['a prototype in variables', '{"query":"{ about { now } }","variables":{"__proto__":{"a":1}}}', malformed],
  [
    'a constructor in variables',
    '{"query":"{ about { now } }","variables":{"constructor":{"prototype":{"a":1}}}}',
    malformed,
  ],
  [
    'bytes that are no UTF-8',
    Buffer.concat([Buffer.from('{"query":"{ about { now } } #'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]),
    malformed,
  ],
  ['UTF-16', Buffer.from(asked('{ about { now } }'), 'utf16le'), malformed],
  ['null bytes', Buffer.alloc(1_000), malformed],
  ['a body that is cut', asked('{ about { now } }').slice(0, -3), malformed],
  [
    'a body above its limit',
    asked(`{ about { now } } #${'x'.repeat(1_100_000)}`),
    { status: 413, code: 'BAD_USER_INPUT' },
  ],
  [
    'a name of an operation as long as a book',
    JSON.stringify({ query: '{ about { now } }', operationName: 'x'.repeat(100_000) }),
    malformed,
  ],
];

/** Documents and bodies that somebody sends to hurt. */
export const hostile: readonly Hostile[] = [
  ...above.map(([what, document, limit]): Hostile => [what, asked(document), tooComplex(limit)]),
  ...unreadable.map(([what, document]): Hostile => [what, asked(document), malformed]),
  ...bodies,
];
