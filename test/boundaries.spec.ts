import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { ESLint } from 'eslint';

const root = dirname(import.meta.dirname);
const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: object };
const rules = await extractOptions(join(root, '.dependency-cruiser.js'));

/** Who breaks which rule: the rule, a file, and the one thing it imports. */
const forbidden: [rule: string, file: string, imports: string][] = [
  ['kernel-imports-nothing', 'libs/kernel/reads-a-file.ts', 'node:fs'],
  ['kernel-imports-nothing', 'libs/kernel/reads-a-file-in-the-old-way.ts', 'fs'],
  ['kernel-imports-nothing', 'libs/kernel/wants-a-package.ts', 'uuid'],
  ['kernel-imports-nothing', 'libs/kernel/knows-a-store.ts', '#event-store/event-store'],
  ['kernel-imports-nothing', 'libs/kernel/time.contract.ts', '@jest/globals'],
  ['contexts-import-kernel-and-contexts', 'libs/contexts/needs/reads-a-file.ts', 'node:fs'],
  ['contexts-import-kernel-and-contexts', 'libs/contexts/needs/wants-a-package.ts', 'uuid'],
  ['contexts-import-kernel-and-contexts', 'libs/contexts/needs/views/knows-a-store.ts', '#read-store/read-store'],
  ['contexts-import-kernel-and-contexts', 'libs/contexts/needs/knows-delivery.ts', '#delivery/mutations'],
  ['specs-of-pure-code-are-pure', 'libs/kernel/reads-a-file.spec.ts', 'node:fs'],
  ['specs-of-pure-code-are-pure', 'libs/contexts/needs/asks-a-store.spec.ts', '#event-store/sqlite/sqlite'],
  ['contexts-meet-in-public', 'libs/contexts/needs/pries.ts', '#contexts/groups/group'],
  ['contexts-meet-in-public', 'libs/contexts/needs/pries.spec.ts', '../groups/group.ts'],
  ['only-apps-know-contexts', 'libs/delivery/knows-a-context.ts', '#contexts/groups/public'],
  ['only-apps-know-contexts', 'libs/feed/knows-a-context.ts', '#contexts/groups/public'],
  ['event-store-port-imports-kernel', 'libs/event-store/reads-a-file.ts', 'node:fs'],
  ['event-store-port-imports-kernel', 'libs/event-store/knows-views.ts', '#read-store/read-store'],
  ['read-store-port-imports-kernel-and-event-store-port', 'libs/read-store/wants-a-package.ts', 'uuid'],
  ['read-store-port-imports-kernel-and-event-store-port', 'libs/read-store/knows-people.ts', '#directory/directory'],
  ['processes-import-kernel-and-event-store-port', 'libs/processes/wants-a-package.ts', 'uuid'],
  ['processes-import-kernel-and-event-store-port', 'libs/processes/knows-views.ts', '#read-store/read-store'],
  ['adapters-import-port-and-kernel', 'libs/event-store/sqlite/knows-views.ts', '#read-store/read-store'],
  ['adapters-import-port-and-kernel', 'libs/processes/sqlite/knows-views.ts', '#read-store/read-store'],
  ['adapters-import-port-and-kernel', 'libs/read-store/postgres/knows-people.ts', '#directory/directory'],
  ['adapters-import-port-and-kernel', 'libs/directory/sqlite/opens-a-server.ts', '#postgres/database'],
  ['adapters-never-meet', 'libs/event-store/kurrent/borrows.ts', '../sqlite/sqlite.ts'],
  ['adapters-never-meet', 'libs/read-store/sqlite/borrows.ts', '#event-store/sqlite/sqlite'],
  ['postgres-serves-its-adapters', 'libs/read-store/opens-a-server.ts', '#postgres/database'],
  ['postgres-serves-its-adapters', 'libs/delivery/takes-a-turn.ts', '#postgres/database'],
  ['postgres-imports-nothing', 'libs/postgres/knows-views.ts', '#read-store/read-store'],
  ['adapters-install-only-drivers', 'libs/event-store/kurrent/wants-a-package.ts', 'uuid'],
  ['driver-sqlite', 'libs/feed/opens-a-database.ts', 'node:sqlite'],
  ['driver-sqlite', 'libs/read-store/postgres/opens-a-file.ts', 'node:sqlite'],
  ['driver-sqlite', 'libs/directory/opens-a-file.ts', 'node:sqlite'],
  ['driver-kysely', 'libs/event-store/sqlite/builds-queries.ts', 'kysely'],
  ['driver-pg', 'libs/read-store/sqlite/opens-a-server.ts', 'pg'],
  ['driver-pg', 'libs/read-store/postgres/opens-a-server.ts', 'pg'],
  ['driver-db-client', 'libs/event-store/sqlite/opens-a-server.ts', '@eventstore/db-client'],
  ['only-apps-choose-adapters', 'libs/delivery/chooses.ts', '#event-store/sqlite/sqlite'],
  ['only-apps-choose-adapters', 'libs/event-store/chooses.ts', './sqlite/sqlite.ts'],
  ['nest-stays-in-delivery', 'libs/feed/is-a-controller.ts', '@nestjs/common'],
  ['nest-stays-in-delivery', 'libs/feed/answers-requests.ts', 'fastify'],
  ['nest-stays-in-delivery', 'libs/directory/reads-tokens.ts', 'jose'],
  ['nest-stays-in-delivery', 'libs/audit/speaks-graphql.ts', 'graphql'],
  ['nest-stays-in-delivery', 'libs/audit/resolves.ts', 'mercurius'],
  ['nest-stays-in-delivery', 'libs/audit/validates.ts', 'class-validator'],
  ['nest-stays-in-delivery', 'libs/audit/transforms.ts', 'class-transformer'],
  ['delivery-imports-kernel-ports-and-directory', 'libs/delivery/knows-feeds.ts', '../feed/feed.ts'],
  ['side-libraries-import-kernel-and-ports', 'libs/directory/knows-delivery.ts', '#delivery/mutations'],
  ['side-libraries-import-kernel-and-ports', 'libs/feed/knows-people.ts', '#directory/directory'],
  ['libraries-know-no-app', 'libs/delivery/knows-an-app.ts', '#apps/api/main'],
  ['no-test-code-in-production', 'apps/api/uses-a-spec.ts', '#kernel/time.spec'],
  ['no-test-code-in-production', 'apps/cli/uses-a-test.ts', '../../test/e2e/app.ts'],
  ['no-development-package-in-production', 'apps/api/wants-jest.ts', '@jest/globals'],
  ['declared-packages-only', 'apps/api/wants-a-stray.ts', 'stray'],
  ['imports-resolve', 'apps/api/wants-nothing.ts', './nothing.ts'],
  ['imports-resolve', 'apps/api/wants-nothing-by-name.ts', '#kernel/nothing'],
  ['no-cycles', 'libs/kernel/egg.ts', './hen.ts'],
  ['no-cycles', 'libs/kernel/hen.ts', '#kernel/egg'],
  ['no-barrels', 'libs/contexts/groups/index.ts', './group.ts'],
  ['no-barrels', 'apps/api/opens-a-barrel.ts', './views/index.ts'],
  ['no-drawers', 'libs/delivery/utils/time.ts', '#kernel/time'],
  ['no-drawers', 'apps/api/helpers.ts', '#kernel/time'],
  ['no-drawers', 'apps/api/opens-a-drawer.ts', './common/drawer.ts'],
  ['no-src', 'libs/feed/src/feed.ts', '#kernel/time'],
];

/** What looks like a violation and is none. */
const allowed: [file: string, imports: string][] = [
  ['libs/kernel/time.spec.ts', '@jest/globals'],
  ['libs/contexts/needs/need.spec.ts', 'fast-check'],
  ['libs/contexts/needs/need.ts', '#kernel/time'],
  ['libs/contexts/needs/processes/hears.ts', '#contexts/groups/public'],
  ['libs/event-store/event-store.contract.ts', '@jest/globals'],
  ['libs/event-store/sqlite/journal.ts', 'node:sqlite'],
  ['libs/event-store/sqlite/rows.ts', '../event-store.ts'],
  ['libs/event-store/sqlite/sqlite.spec.ts', '#event-store/event-store.contract'],
  ['libs/event-store/kurrent/client.ts', '@eventstore/db-client'],
  ['libs/read-store/runner.ts', '#event-store/event-store'],
  ['libs/postgres/pool.ts', 'pg'],
  ['libs/read-store/postgres/tables.ts', '#postgres/database'],
  ['libs/read-store/postgres/dialect.ts', 'kysely'],
  ['libs/directory/postgres/people.ts', '#postgres/database'],
  ['libs/read-store/sqlite/dialect.ts', 'kysely'],
  ['libs/processes/hears.ts', '#event-store/event-store'],
  ['libs/processes/sqlite/timers.ts', 'node:sqlite'],
  ['libs/directory/sqlite/people.ts', 'node:sqlite'],
  ['libs/delivery/tokens.ts', 'jose'],
  ['libs/delivery/who.ts', '#directory/directory'],
  ['libs/delivery/queries.ts', '#read-store/read-store'],
  ['libs/delivery/starts-processes.ts', '#processes/runner'],
  ['apps/api/stores.ts', '#event-store/sqlite/sqlite'],
  ['apps/api/contexts.ts', '#contexts/groups/group'],
  ['test/e2e/app.ts', '#apps/api/main'],
];

/** Nothing imports these and they import nothing. */
const alone: [rule: string, file: string][] = [
  ['no-barrels', 'apps/cli/index.ts'],
  ['no-drawers', 'apps/cli/misc/words.ts'],
  ['no-src', 'libs/audit/src/log.ts'],
];

/** What the lines above import. */
const imported = [
  'apps/api/common/drawer.ts',
  'apps/api/main.ts',
  'apps/api/views/index.ts',
  'libs/contexts/groups/group.ts',
  'libs/contexts/groups/public.ts',
  'libs/delivery/mutations.ts',
  'libs/directory/directory.ts',
  'libs/event-store/event-store.ts',
  'libs/event-store/sqlite/sqlite.ts',
  'libs/feed/feed.ts',
  'libs/kernel/time.ts',
  'libs/postgres/database.ts',
  'libs/processes/runner.ts',
  'libs/read-store/read-store.ts',
];
const packages = {
  dependencies: [
    ...['@eventstore/db-client', '@nestjs/common', 'class-transformer', 'class-validator', 'fastify', 'graphql'],
    ...['jose', 'kysely', 'mercurius', 'pg', 'uuid'],
  ],
  devDependencies: ['@jest/globals', 'fast-check'],
};

async function violationsIn(baseDir: string): Promise<{ rule: string; files: string[] }[]> {
  const { output } = await cruise(['apps', 'libs', 'test'], { ...rules, baseDir, validate: true, outputType: 'json' });
  const { summary } = JSON.parse(output as string) as ICruiseResult;
  return summary.violations.map(({ rule, from, cycle }) => ({
    rule: rule.name,
    files: cycle ? cycle.map(({ name }) => name) : [from],
  }));
}

describe('the import rules', () => {
  let tree: string;
  let caught: Awaited<ReturnType<typeof violationsIn>>;

  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  };
  const rulesBrokenBy = (file: string) => caught.filter(({ files }) => files.includes(file)).map(({ rule }) => rule);

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'samverk-boundaries-'));
    for (const file of imported) plant(file, 'export const value = 1;\n');
    for (const [, file] of alone) plant(file, 'export const value = 1;\n');
    // Types alone are imported: that counts as much.
    for (const [file, from] of allowed) plant(file, `import type * as imported from '${from}';\n`);
    for (const [, file, from] of forbidden) plant(file, `import type * as imported from '${from}';\n`);
    const listed = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
    for (const name of [...packages.dependencies, ...packages.devDependencies, 'stray']) {
      plant(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: './main.js' }));
      plant(`node_modules/${name}/main.js`, '');
    }
    const [dependencies, devDependencies] = [listed(packages.dependencies), listed(packages.devDependencies)];
    plant('package.json', JSON.stringify({ type: 'module', imports, dependencies, devDependencies }));
    caught = await violationsIn(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true }));

  test.each(forbidden)('%s: %s may not import %s', (rule, file) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.each(alone)('%s: %s may not be there', (rule, file) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.each(allowed)('%s may import %s', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  test('every rule has a violation planted', () => {
    const planted = new Set([...forbidden, ...alone].map(([rule]) => rule));
    const written = rules.ruleSet?.forbidden?.map(({ name }: IForbiddenRuleType) => name);
    expect(new Set(written)).toEqual(planted);
  });
});

test('the project keeps its own import rules', async () => {
  expect(await violationsIn(root)).toEqual([]);
});

describe('what a pure file may not touch', () => {
  const lint = new ESLint({
    cwd: root,
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  });
  const complaints = async (code: string, filePath: string) => {
    const [result] = await lint.lintText(code, { filePath: join(root, filePath) });
    return result?.messages.map(({ message }) => message);
  };

  test.each([
    ['the clock', 'export const planted = new Date();'],
    ['the clock by a longer way', 'export const planted = globalThis.Date.now();'],
    ['the new clock', 'export const planted = Temporal.Now.instant();'],
    ['the stopwatch', 'export const planted = performance.now();'],
    ['chance', 'export const planted = Math.random();'],
    ['chance with secrets', 'export const planted = crypto.randomUUID();'],
    ['the process', 'export const planted = process.env;'],
    ['the network', "export const planted = fetch('/');"],
    ['a timer', 'setTimeout(() => {}, 1);'],
    ['a timer that repeats', 'setInterval(() => {}, 1);'],
    ['the next turn', 'setImmediate(() => {});'],
    ['the microtask queue', 'queueMicrotask(() => {});'],
    ["the machine's language", "export const planted = 'å'.localeCompare('ä');"],
  ])('%s', async (_, code) => {
    expect(await complaints(code, 'libs/kernel/planted.ts')).toHaveLength(1);
    expect(await complaints(code, 'libs/contexts/needs/views/planted.ts')).toHaveLength(1);
    expect(await complaints(code, 'libs/kernel/planted.spec.ts')).toEqual([]);
    expect(await complaints(code, 'libs/delivery/planted.ts')).toEqual([]);
  });
});
