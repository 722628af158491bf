import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/** Whatever a fact or a decision may rest on is an argument: the same history gives the same answer for ever. */
const clock = 'Time is an argument: take `now` from what the decision is given, or the Clock port.';
const chance = 'Chance is an argument: ids come with the command, or are derived from it.';
const world = 'A pure file knows no process, network or file: take what you need as an argument.';
const waiting = 'A pure file waits for nothing: let a process manager or an adapter wait.';
const locale =
  "The machine's language must not change an answer: compare code points, or name the locale in a view's reader.";

const impureGlobals = {
  Date: clock,
  performance: clock,
  crypto: chance,
  process: world,
  fetch: world,
  WebSocket: world,
  setTimeout: waiting,
  setInterval: waiting,
  setImmediate: waiting,
  queueMicrotask: waiting,
};

const impureProperties = [
  { object: 'Math', property: 'random', message: chance },
  { object: 'Temporal', property: 'Now', message: clock },
  ...[
    'localeCompare',
    'toLocaleString',
    'toLocaleDateString',
    'toLocaleTimeString',
    'toLocaleUpperCase',
    'toLocaleLowerCase',
  ].map((property) => ({ property, message: locale })),
];

/** Reported at the head of the file, where a blanket directive further down cannot silence it. */
const reasonedDirectives = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { why: 'Line {{line}} turns a rule off: name the rule and, after `--`, say why.' },
  },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const { type, value, justification, node } of sourceCode.getDisableDirectives().directives) {
        if (type === 'enable' || (value && justification)) continue;
        report({ loc: { line: 1, column: 0 }, messageId: 'why', data: { line: node.loc.start.line } });
      }
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', 'data/']),
  {
    plugins: { samverk: { rules: { 'reasoned-directives': reasonedDirectives } } },
    extends: [js.configs.recommended],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'samverk/reasoned-directives': 'error',
      'array-callback-return': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'no-constructor-return': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-promise-executor-return': 'error',
      'no-self-compare': 'error',
      'no-unreachable-loop': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        {
          'ts-expect-error': 'allow-with-description',
          'ts-ignore': true,
          'ts-nocheck': true,
          minimumDescriptionLength: 10,
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `Instant | Day` says more than `string`, which both are.
      '@typescript-eslint/no-duplicate-type-constituents': 'off',
      // Arrow functions ended the need to save `this`; a walk along a chain may well begin with it.
      '@typescript-eslint/no-this-alias': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      '@typescript-eslint/parameter-properties': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      // A port's method is async so that what it throws is a rejection, whether or not this adapter waits for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['libs/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['libs/kernel/**/*.ts', 'libs/contexts/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          globals: Object.entries(impureGlobals).map(([name, message]) => ({ name, message })),
          checkGlobalObject: true,
        },
      ],
      'no-restricted-properties': ['error', ...impureProperties],
      // Definitions here are objects of pure functions, which may be taken apart; classes with a `this` live elsewhere.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // They take the definitions of the kernel and the contexts apart.
    files: ['libs/delivery/**/*.ts', 'libs/processes/**/*.ts', 'libs/read-store/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['**/*.{spec,contract}.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['test', 'it', 'describe'].map((object) => ({ object, property: 'only', message: 'Every test runs.' })),
      ],
    },
  },
);
