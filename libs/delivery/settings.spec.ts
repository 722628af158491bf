import { describe, expect, test } from '@jest/globals';
import { isLoopback, readSettings, SettingsError, settingsHelp } from './settings.ts';

const mandatedOrgId = '11111111-1111-4111-8111-111111111111';
const read = (env: Record<string, string> = {}) => readSettings(env, { mandatedOrgId });
const oidc = { OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'samverk', ADMIN_SUBJECT: 'anna' };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  throw new Error('These settings were taken');
}

describe('an environment that says nothing', () => {
  test('gives a demo on this machine alone', () => {
    expect(read()).toEqual({
      mode: 'demo',
      port: 3_000,
      host: '127.0.0.1',
      dataDir: 'data',
      eventStore: { kind: 'sqlite', path: 'data/events.db' },
      readStore: { kind: 'sqlite', path: 'data/views.db' },
      workers: 'inside',
      secretFile: 'data/secret',
      adminSubject: 'demo-admin',
      mandatedOrgId,
      decisionDiaryNumber: 'DEMO 0000/0000 (påhittat)',
      adminPort: 9_464,
      log: { format: 'text', level: 'info' },
      traced: false,
      limits: {
        bodyBytes: 1_048_576,
        documentBytes: 16_384,
        tokens: 2_000,
        depth: 12,
        fields: 500,
        cost: 10_000,
        executionSeconds: 10,
      },
      rates: { perPerson: 50, perAddress: 200 },
      trustedProxies: [],
      warnings: [],
    });
  });

  test('is the same as one with empty variables', () => {
    const empty = Object.fromEntries(settingsHelp.map(({ name }) => [name, '']));
    expect(read(empty)).toEqual(read());
  });
});

test('stores and secret lie in the data folder unless they are named', () => {
  const settings = read({ DATA_DIR: '/srv/samverk', READ_STORE: 'sqlite:/fast/views.db' });
  expect(settings).toMatchObject({
    eventStore: { path: '/srv/samverk/events.db' },
    readStore: { path: '/fast/views.db' },
    secretFile: '/srv/samverk/secret',
  });
});

test('an issuer ends demo mode, and with it the made-up diary number', () => {
  const settings = read({ ...oidc, HOST: '0.0.0.0', PORT: '0' });
  expect(settings).toMatchObject({ mode: 'oidc', issuer: 'https://id.example', audience: 'samverk', port: 0 });
  expect(settings.decisionDiaryNumber).toBeUndefined();
  expect(settings.warnings).toEqual([expect.stringMatching(/DECISION_DIARY_NUMBER.*MISSING_DECISION_REFERENCE/)]);
});

test('a diary number that is told is used, and nothing is warned of', () => {
  expect(read({ ...oidc, DECISION_DIARY_NUMBER: 'X2017/1' })).toMatchObject({
    decisionDiaryNumber: 'X2017/1',
    warnings: [],
  });
});

test.each(['0.0.0.0', '192.0.2.7', '::', 'api.example'])('demo mode does not listen on %s', (HOST) => {
  expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^HOST is .* expected an OIDC_ISSUER/)]);
});

test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])('%s is loopback', (HOST) => {
  expect(isLoopback(HOST)).toBe(true);
  expect(read({ HOST }).host).toBe(HOST);
});

test.each([
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '3000a'],
  ['PORT', '0x10'],
  ['HOST', 'no host'],
  ['HOST', '[::1]'],
  ['EVENT_STORE', 'data/events.db'],
  ['EVENT_STORE', 'sqlite:'],
  ['EVENT_STORE', 'sqlite::memory:'],
  ['EVENT_STORE', 'sqlite:file:x?mode=memory'],
  ['EVENT_STORE', 'esdb://'],
  ['EVENT_STORE', 'esdb+discovery://db.example'],
  ['EVENT_STORE', 'postgres://db.example/samverk'],
  ['READ_STORE', 'sqlite://data/views.db'],
  ['READ_STORE', 'postgres://db.example'],
  ['READ_STORE', 'esdb://db.example:2113'],
  ['WORKERS', 'elsewhere'],
  ['MANDATED_ORG_ID', '11111111-1111-1111-8111-111111111111'],
  ['DECISION_DIARY_NUMBER', ' '],
  ['ADMIN_SUBJECT', 'a'.repeat(256)],
  ['ADMIN_PORT', '127.0.0.1:9464'],
  ['ADMIN_PORT', 'no'],
  ['LOG_FORMAT', 'xml'],
  ['LOG_LEVEL', 'trace'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['MAX_QUERY_DEPTH', '3'],
  ['MAX_QUERY_COST', '1e4'],
  ['RATE_PER_PERSON', '-1'],
  ['TRUSTED_PROXIES', 'proxy.example'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
])('%s=%s is refused, with what was expected', (name, value) => {
  const expected = settingsHelp.find((row) => row.name === name)?.expected;
  expect(problemsOf({ ...oidc, [name]: value })).toEqual([expect.stringContaining(`: expected ${expected}`)]);
});

test.each([
  'http://id.example',
  'id.example',
  'https://id.example?x=1',
  'https://id.example#x',
  'https://me:pw@id.example',
])('%s is no issuer', (OIDC_ISSUER) => {
  expect(problemsOf({ ...oidc, OIDC_ISSUER })).toEqual([expect.stringMatching(/^OIDC_ISSUER is .* expected an https/)]);
});

test('an issuer on this machine may do without TLS', () => {
  for (const OIDC_ISSUER of ['http://127.0.0.1:8080/realms/x', 'http://localhost:8080', 'http://[::1]:8080/'])
    expect(read({ ...oidc, OIDC_ISSUER })).toMatchObject({ issuer: OIDC_ISSUER });
});

test('the operator has a port of its own, any free one where the API takes any, or none', () => {
  expect(read({ PORT: '0' }).adminPort).toBe(0);
  expect(read({ ADMIN_PORT: '9999' }).adminPort).toBe(9_999);
  expect(read({ ADMIN_PORT: 'off' })).not.toHaveProperty('adminPort');
  expect(problemsOf({ PORT: '9464' })).toEqual([
    expect.stringMatching(/^ADMIN_PORT .* another port than that of PORT/),
  ]);
});

test('a demo logs for people, and what is in use for programs', () => {
  expect(read(oidc).log).toEqual({ format: 'json', level: 'info' });
  expect(read({ ...oidc, LOG_FORMAT: 'text', LOG_LEVEL: 'debug' }).log).toEqual({ format: 'text', level: 'debug' });
  expect(read({ LOG_FORMAT: 'json' }).log.format).toBe('json');
});

test('traces are wanted when it is told where they go', () => {
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }).traced).toBe(true);
});

test('limits, rates and proxies are those that are told', () => {
  const settings = read({ MAX_QUERY_DEPTH: '14', RATE_PER_ADDRESS: '0', TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1' });
  expect([settings.limits.depth, settings.rates.perAddress]).toEqual([14, 0]);
  expect(settings.trustedProxies).toEqual(['10.0.0.0/8', '2001:db8::1']);
});

test('everything wrong is told at once', () => {
  const problems = problemsOf({ PORT: 'x', HOST: '0.0.0.0', MANDATED_ORG_ID: 'y', OIDC_AUDIENCE: 'samverk' });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['OIDC_ISSUER', 'HOST', 'PORT', 'MANDATED_ORG_ID']);
  expect(new SettingsError(problems).message).toContain('\n- PORT is "x"');
});

test('an issuer asks for an audience and an administrator', () => {
  expect(problemsOf({ OIDC_ISSUER: 'https://id.example' })).toEqual([
    expect.stringMatching(/^OIDC_AUDIENCE is not set/),
    expect.stringMatching(/^ADMIN_SUBJECT is not set/),
  ]);
});

test('events and views do not share a file', () => {
  expect(problemsOf({ READ_STORE: 'sqlite:./data/events.db' })).toEqual([expect.stringMatching(/^READ_STORE/)]);
});

test.each([
  'esdb://db.example:2113?tls=false',
  'esdb://admin:changeit@one.example:2113,two.example:2113,three.example:2113?tlsCaFile=/etc/ca.crt',
  'esdb+discover://admin:change@it@db.example',
  'kurrentdb://127.0.0.1:2113/?tls=false',
  'kurrentdb+discover://[::1]:2113?tls=false',
])('events may be in %s', (EVENT_STORE) => {
  expect(read({ EVENT_STORE }).eventStore).toEqual({ kind: 'kurrent', url: EVENT_STORE });
});

test.each([
  'postgres://samverk:changeit@db.example:5432/samverk?sslmode=verify-full',
  'postgresql:///samverk?host=/run/postgresql',
])('views may be in %s', (READ_STORE) => {
  expect(read({ READ_STORE }).readStore).toEqual({ kind: 'postgres', url: READ_STORE });
});

describe('workers apart', () => {
  const servers = { EVENT_STORE: 'esdb://db.example:2113', READ_STORE: 'postgres://db.example/samverk' };

  test('are for two servers and an issuer', () => {
    expect(read({ ...oidc, ...servers, WORKERS: 'apart' })).toMatchObject({
      mode: 'oidc',
      workers: 'apart',
      eventStore: { kind: 'kurrent' },
      readStore: { kind: 'postgres' },
    });
  });

  test('are a choice: on servers too they are inside unless they are told apart', () => {
    expect(read({ ...oidc, ...servers }).workers).toBe('inside');
    expect(read(servers)).toMatchObject({ mode: 'demo', workers: 'inside' });
  });

  test.each([
    ['EVENT_STORE', { READ_STORE: servers.READ_STORE }, 'which several processes share, or WORKERS=inside'],
    ['READ_STORE', { EVENT_STORE: servers.EVENT_STORE }, 'which several processes share, or WORKERS=inside'],
  ])('are refused where %s is a file', (name, env, wayOut) => {
    const problems = problemsOf({ ...oidc, ...env, WORKERS: 'apart' });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} is .*WORKERS is apart.*${wayOut}`))]);
  });

  test('are refused in a demo, whose clock is that of one process', () => {
    expect(problemsOf({ ...servers, WORKERS: 'apart' })).toEqual([
      expect.stringMatching(
        /^WORKERS is "apart", and OIDC_ISSUER is not set: expected an OIDC_ISSUER, or WORKERS=inside/,
      ),
    ]);
  });

  test('have all that is wrong with them told at once', () => {
    const problems = problemsOf({ WORKERS: 'apart' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['EVENT_STORE', 'READ_STORE', 'WORKERS']);
  });
});

test.each([
  ['EVENT_STORE', 'esdb://admin:changeit@db.example/path?tls=true&userCertFile=hush'],
  ['EVENT_STORE', 'esdb+discovery://admin:change@it@db.example'],
  ['READ_STORE', 'postgres://samverk:changeit@db.example?password=hush'],
])('%s=%s is refused without its secrets', (name, value) => {
  const [problem, ...others] = problemsOf({ [name]: value });
  expect(others).toEqual([]);
  expect(problem).toContain('db.example');
  expect(problem).not.toMatch(/change|hush|it@/);
});

test('what is wrong with an issuer or a store is told without a password', () => {
  const [issuer] = problemsOf({ ...oidc, OIDC_ISSUER: 'https://me:hush@id.example' });
  const [store] = problemsOf({ READ_STORE: 'host=db user=me password=hush' });
  expect(`${issuer}${store}`).not.toContain('hush');
});

test('the help has a line for each setting', () => {
  expect(settingsHelp.map(({ name }) => name)).toEqual([
    'PORT',
    'HOST',
    'DATA_DIR',
    'EVENT_STORE',
    'READ_STORE',
    'WORKERS',
    'SECRET_FILE',
    'OIDC_ISSUER',
    'OIDC_AUDIENCE',
    'ADMIN_SUBJECT',
    'MANDATED_ORG_ID',
    'DECISION_DIARY_NUMBER',
    'ADMIN_PORT',
    'LOG_FORMAT',
    'LOG_LEVEL',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'MAX_BODY_BYTES',
    'MAX_DOCUMENT_BYTES',
    'MAX_DOCUMENT_TOKENS',
    'MAX_QUERY_DEPTH',
    'MAX_QUERY_FIELDS',
    'MAX_QUERY_COST',
    'MAX_EXECUTION_SECONDS',
    'RATE_PER_PERSON',
    'RATE_PER_ADDRESS',
    'TRUSTED_PROXIES',
  ]);
  for (const row of settingsHelp) expect([row.name, row.default, row.says, row.expected]).not.toContain('');
});
