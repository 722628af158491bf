/** ES modules end to end: TypeScript is stripped by swc, package `imports` resolve to the sources. */
export default {
  globalSetup: '<rootDir>/test/postgres/for-jest.mjs',
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['samverk-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  // The machine may be busy: no test is about time, so none is hurried.
  testTimeout: 60_000,
  // Modules that were loaded as ES modules are never given back: a worker that holds much is replaced between two files.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
