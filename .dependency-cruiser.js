/**
 * Who may import whom. Rings by folder: the kernel; contexts and ports; adapters and delivery; apps. An import that only
 * names a type counts as one. `test/boundaries.spec.ts` plants a violation of each rule and sees it caught.
 */

const kernel = '^libs/kernel/';
const contexts = '^libs/contexts/';
const port = '^libs/(?:event-store|read-store)/[^/]+$';
const processes = '^libs/processes/[^/]+$';
const adapter = '^libs/(event-store|read-store|processes|directory)/([^/]+)/';
const spec = '\\.spec\\.ts$';
const testCode = '\\.(?:spec|contract)\\.ts$|^test/';
const testTools = '(?:^|/)node_modules/(?:@jest/globals|fast-check)/';
const installed = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** A package by name, whether or not it is installed. */
const packages = (...names) => `(?:^|(?:^|/)node_modules/)(?:${names.join('|')})(?:/|$)`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A driver belongs to one adapter; apps and tests may use any. */
const driver = (name, home) =>
  rule(
    `driver-${name.replace(/.*[:/]/, '')}`,
    `${name} is known only where it is wrapped.`,
    { path: '^libs/', pathNot: home },
    { path: packages(name) },
  );

/** No file of this name, whether it imports, is imported, or stands alone. */
const noFileNamed = (name, comment, path) => [
  rule(name, comment, { path }, {}),
  rule(name, comment, {}, { path, pathNot: 'node_modules/' }),
  rule(name, comment, { orphan: true, path }, {}),
];

export default {
  forbidden: [
    rule(
      'kernel-imports-nothing',
      'The kernel is pure TypeScript on its own.',
      { path: kernel, pathNot: spec },
      { pathNot: kernel },
    ),
    rule(
      'contexts-import-kernel-and-contexts',
      'A context is pure: no package, no module of Node, no store. Take what it needs as an argument.',
      { path: contexts, pathNot: spec },
      { pathNot: [kernel, contexts] },
    ),
    rule(
      'specs-of-pure-code-are-pure',
      'A spec of the kernel or a context needs jest and fast-check, and nothing that does I/O.',
      { path: `^libs/(?:kernel|contexts)/.*${spec}` },
      { pathNot: [kernel, contexts, testTools] },
    ),
    rule(
      'contexts-meet-in-public',
      'Another context is known by its public.ts alone.',
      { path: `${contexts}([^/]+)/` },
      { path: contexts, pathNot: [`${contexts}$1/`, `${contexts}[^/]+/public\\.ts$`] },
    ),
    rule(
      'only-apps-know-contexts',
      'Libraries serve every context and name none.',
      { path: '^libs/', pathNot: contexts },
      { path: contexts },
    ),
    rule(
      'event-store-port-imports-kernel',
      'A port is a promise in the words of the kernel.',
      { path: '^libs/event-store/[^/]+$', pathNot: testCode },
      { pathNot: [kernel, '^libs/event-store/[^/]+$'] },
    ),
    rule(
      'read-store-port-imports-kernel-and-event-store-port',
      'A port is a promise in the words of the kernel. The projection runner reads events by their port; the queries that every SQL adapter asks are built once, with Kysely.',
      { path: '^libs/read-store/[^/]+$', pathNot: testCode },
      { pathNot: [kernel, port, packages('kysely'), '^(?:node:)?(?:timers/promises|crypto)$'] },
    ),
    rule(
      'processes-import-kernel-and-event-store-port',
      'The runner of processes reads and writes events by their port; its own port is a promise in the words of the kernel.',
      { path: processes, pathNot: testCode },
      { pathNot: [kernel, processes, '^libs/event-store/[^/]+$', '^(?:node:)?timers/promises$'] },
    ),
    rule(
      'adapters-import-port-and-kernel',
      'An adapter keeps the promises of its own port and knows no other library but that of its server.',
      { path: adapter },
      { path: '^libs/', pathNot: [kernel, '^libs/$1/[^/]+$', '^libs/$2/', adapter] },
    ),
    rule(
      'adapters-never-meet',
      'Adapters share no code.',
      { path: adapter },
      { path: adapter, pathNot: '^libs/$1/$2/' },
    ),
    rule(
      'postgres-serves-its-adapters',
      'What all adapters to PostgreSQL need lies in one library, which only they know.',
      { path: '^libs/', pathNot: ['^libs/postgres/', '^libs/[^/]+/postgres/', testCode] },
      { path: '^libs/postgres/' },
    ),
    rule(
      'postgres-imports-nothing',
      'It knows connections, transactions and turns, and nothing of what is kept.',
      { path: '^libs/postgres/', pathNot: testCode },
      { path: '^libs/', pathNot: '^libs/postgres/' },
    ),
    rule(
      'adapters-install-only-drivers',
      'Beside its driver an adapter needs Node and nothing else.',
      { path: adapter, pathNot: testCode },
      { dependencyTypes: installed, pathNot: packages('kysely', '@eventstore/db-client') },
    ),
    driver('node:sqlite', ['^libs/(?:event-store|read-store|processes|directory)/sqlite/', spec]),
    driver('kysely', '^libs/read-store/'),
    driver('pg', '^libs/postgres/'),
    driver('@eventstore/db-client', '^libs/event-store/kurrent/'),
    rule(
      'only-apps-choose-adapters',
      'A library takes a store by its port; its specs take a real one.',
      { path: '^libs/', pathNot: [adapter, spec] },
      { path: adapter },
    ),
    rule(
      'nest-stays-in-delivery',
      'Nest, GraphQL, HTTP, validation and tokens are known to delivery and the apps.',
      { path: '^libs/', pathNot: '^libs/delivery/' },
      {
        path: packages(
          '@nestjs/[^/]+',
          'graphql',
          'graphql-jit',
          'dataloader',
          'mercurius',
          'fastify',
          '@fastify/[^/]+',
          'class-validator',
          'class-transformer',
          'jose',
          'rxjs',
          'reflect-metadata',
        ),
      },
    ),
    rule(
      'delivery-imports-kernel-ports-and-directory',
      'Delivery turns any context over any store into an API.',
      { path: '^libs/delivery/', pathNot: testCode },
      { path: '^libs/', pathNot: [kernel, port, processes, '^libs/(?:delivery|directory)/'] },
    ),
    rule(
      'side-libraries-import-kernel-and-ports',
      'Directory, audit and feed stand beside each other.',
      { path: '^libs/(directory|audit|feed)/', pathNot: adapter },
      { path: '^libs/', pathNot: [kernel, port, '^libs/$1/'] },
    ),
    rule(
      'libraries-know-no-app',
      'Apps are made of libraries, never the other way.',
      { path: '^libs/' },
      { path: '^(?:apps|test)/' },
    ),
    rule(
      'no-test-code-in-production',
      'Specs, contract suites and test/ are not in the build.',
      { path: '^(?:apps|libs)/', pathNot: testCode },
      { path: testCode },
    ),
    rule(
      'no-development-package-in-production',
      'A package that production imports is listed under dependencies.',
      { path: '^(?:apps|libs)/', pathNot: testCode },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
    ),
    rule(
      'declared-packages-only',
      'A package that is imported is listed in package.json.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule('imports-resolve', 'What is imported exists.', {}, { couldNotResolve: true }),
    rule('no-cycles', 'Two files that need each other are one file, or three.', {}, { circular: true }),
    ...noFileNamed('no-barrels', 'Import from the file that says it.', '(?:^|/)index\\.[cm]?[jt]s$'),
    ...noFileNamed(
      'no-drawers',
      'Name a file for what it holds.',
      '(?:^|/)(?:utils?|common|helpers?|misc)(?:/|\\.[cm]?[jt]s$)',
    ),
    ...noFileNamed('no-src', 'A library is its folder.', '^libs/.*/src/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules/' },
    exclude: { path: '^(?:dist|data)/' },
    moduleSystems: ['es6'],
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      conditionNames: ['samverk-source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
