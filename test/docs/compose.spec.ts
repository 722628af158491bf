import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readSettings, settingsHelp } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

interface Service {
  readonly image: string;
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks?: readonly string[] | Readonly<Record<string, object>>;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}
const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === 'samverk');
const serves = services.filter(([, { restart }]) => restart !== 'no');

/** The environment of a service as compose gives it, with what it asks for given. */
function environmentOf(name: string): Record<string, string> {
  const given = { OIDC_ISSUER: 'https://login.example.se', OIDC_AUDIENCE: 'samverk', ADMIN_SUBJECT: '8f14e45f' };
  const filled = (value: string) =>
    value.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, variable: string, kind: string, rest: string) =>
      variable in given ? given[variable as keyof typeof given] : kind === '-' ? rest : `missing ${variable}`,
    );
  const environment = Object.entries(compose.services[name]?.environment ?? {});
  return Object.fromEntries(environment.map(([key, value]) => [key, filled(String(value))]));
}

/** Where schema/compose-spec.json of github.com/compose-spec/compose-spec lies. */
const schema = process.env['COMPOSE_SCHEMA'];
const withSchema = schema === undefined ? test.skip : test;
const reason = schema === undefined ? ' (skipped: COMPOSE_SCHEMA does not name its compose-spec.json)' : '';

describe('docker-compose.yml', () => {
  withSchema(`is what the specification of compose allows${reason}`, () => {
    const { $schema: _, ...rules } = JSON.parse(readFileSync(schema ?? '', 'utf8')) as { $schema: string };
    const valid = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(rules);
    expect([valid(compose), valid.errors]).toEqual([true, null]);
    expect(valid({ services: { api: { imago: 'x' } } })).toBe(false);
  });

  test('starts the API and the worker with settings that can be used: servers, and workers apart', () => {
    for (const name of ['api', 'worker', 'samverk'])
      expect([name, readSettings(environmentOf(name), { mandatedOrgId: mandatedOrgIdOfDecision })]).toMatchObject([
        name,
        { mode: 'oidc', workers: 'apart', secretFile: '/secret/secret' },
      ]);
  });

  test('starts the embedded set-up with files alone', () => {
    expect(readSettings(environmentOf('embedded'), { mandatedOrgId: mandatedOrgIdOfDecision })).toMatchObject({
      eventStore: { kind: 'sqlite' },
      readStore: { kind: 'sqlite' },
    });
  });

  test('names no setting of ours that there is not', () => {
    const known = new Set(settingsHelp.map(({ name }) => name));
    for (const [name, { environment = {} }] of ours)
      expect([name, Object.keys(environment).filter((key) => !known.has(key))]).toEqual([name, []]);
  });

  test('asks for the issuer by name, and holds no password', () => {
    for (const name of ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'ADMIN_SUBJECT']) expect(text).toMatch(`\${${name}:?`);
    const told = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    expect(
      told
        .map(([key]) => key)
        .filter((key) => /password|secret/i.test(key))
        .toSorted(),
    ).toEqual(['POSTGRES_PASSWORD_FILE', ...Array<string>(3).fill('SECRET_FILE')]);
    expect(told.filter(([, value]) => /:\/\/[^/]*:[^/]*@/.test(String(value)))).toEqual([]);
  });

  test('pins each image, and watches the health of all that stays up', () => {
    for (const [name, { image, healthcheck, restart }] of serves)
      expect([name, image, healthcheck !== undefined, restart]).toEqual([
        name,
        expect.stringMatching(/^samverk$|:\d+(\.\d+)+$/),
        true,
        'unless-stopped',
      ]);
  });

  test('waits until what is needed is healthy, or has ended well', () => {
    for (const [name, { depends_on = {} }] of services)
      for (const [other, { condition }] of Object.entries(depends_on))
        expect([name, other, condition]).toEqual([
          name,
          other,
          compose.services[other]?.restart === 'no' ? 'service_completed_successfully' : 'service_healthy',
        ]);
    for (const name of ['api', 'worker'])
      expect(Object.keys(compose.services[name]?.depends_on ?? {})).toEqual(['keys', 'postgres', 'kurrentdb']);
  });

  test('shows nothing to other machines, and keeps the stores on a network without a way out', () => {
    expect(compose.networks['stores']).toEqual({ internal: true });
    for (const [name, { ports = [], networks, image }] of services) {
      expect([name, ports.filter((port) => !port.startsWith('127.0.0.1:'))]).toEqual([name, []]);
      if (image !== 'samverk')
        expect([name, Array.isArray(networks) ? networks : Object.keys(networks ?? {})]).toEqual([name, ['stores']]);
    }
  });

  test('declares each volume, and mounts each', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(new Set(mounted)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test('has one node of KurrentDB, and with the profile of a cluster three, none of which leads by itself', () => {
    const nodes = services.filter(([, { image }]) => image.includes('kurrentdb:'));
    expect(nodes.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['kurrentdb', undefined],
      ['kurrentdb-2', ['cluster']],
      ['kurrentdb-3', ['cluster']],
    ]);
    const size = (name: string) => compose.services[name]?.environment?.['KURRENTDB_CLUSTER_SIZE'];
    expect(['kurrentdb', 'kurrentdb-2', 'kurrentdb-3'].map(size)).toEqual([
      '${KURRENTDB_NODES:-1}',
      '${KURRENTDB_NODES:-0}',
      '${KURRENTDB_NODES:-0}',
    ]);
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  const ignored = read('.dockerignore').split('\n');

  test('is of the Node that Samverk runs on', () => {
    const [node] = new Set(Object.values(optionalDependencies));
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)).toEqual([
      `node:${node}-slim`,
      'base',
      'base',
      'base',
    ]);
  });

  test('holds packages of production alone, and runs as nobody in particular', () => {
    expect(dockerfile).toMatch(/^RUN npm ci --omit=dev --omit=optional /m);
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^COPY --from=packages \S+node_modules node_modules$/m);
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/^RUN npm/m);
  });

  test('is made of files that there are and that are not left out', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) => from.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const name of copied) {
      expect([name, globSync(name, { cwd: root }).length > 0]).toEqual([name, true]);
      expect(ignored).toContain(`!${name.split('/')[0]}`);
    }
  });

  test('has all that the program reads beside itself', () => {
    const beside = globSync('{apps,libs}/**/*.{csv,css,js}', { cwd: root }).filter(
      (name) => !name.endsWith('.spec.js'),
    );
    expect(beside.filter((name) => !/^libs\/delivery\/[^/]+\.(csv|css|js)$/.test(name))).toEqual([]);
    expect(existsSync(join(root, 'libs/delivery/visibility.csv'))).toBe(true);
  });

  test('starts programs that are built', () => {
    const started = [...`${dockerfile}${text}`.matchAll(/dist\/apps\/(\w+)\/main\.js/g)].map(([, app]) => app);
    expect(new Set(started)).toEqual(new Set(['api', 'worker', 'cli']));
    for (const app of started) expect(existsSync(join(root, 'apps', app ?? '', 'main.ts'))).toBe(true);
  });
});
