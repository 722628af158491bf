import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { isId } from '#kernel/swedish-numbers';
import { type LimitName, limitRows, type Limits, limitsOf, networks, wholeWithin } from './limit-settings.ts';
import { readStores, storeRows, type WorkersApart, type WorkersInside } from './store-settings.ts';

/** What one process was started with, checked as a whole. */
export type Settings = Everywhere & ((WorkersInside & (Demo | Oidc)) | (WorkersApart & Oidc));

interface Everywhere extends Limits {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly secretFile: string;
  /** The subject that counts as the first SYSTEM_ADMIN. */
  readonly adminSubject: string;
  readonly mandatedOrgId: string;
  readonly decisionDiaryNumber?: string;
  /** Where the operator asks, on loopback; 0 takes any free port, and nothing is served where it is absent. */
  readonly adminPort?: number;
  readonly log: LogSettings;
  /** Whether traces are wanted: the exporter reads where they go from the standard variables. */
  readonly traced: boolean;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** What works less than it could with these settings: one sentence each, for the log. */
  readonly warnings: readonly string[];
}

/** No issuer, and heard on this machine alone: the system mints its own tokens, and its clock stands still. */
export interface Demo {
  readonly mode: 'demo';
}

/** Tokens come from an OpenID Connect issuer. */
export interface Oidc {
  readonly mode: 'oidc';
  readonly issuer: string;
  readonly audience: string;
}

export interface LogSettings {
  readonly format: 'json' | 'text';
  /** The least that is logged. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** Whatever this process was started with and cannot use. The message names each thing, and what was expected. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : ['These settings cannot be used:', ...problems].join('\n- '));
    this.problems = problems;
  }
}

export interface SettingHelp {
  readonly name: string;
  /** In words where it depends on another. */
  readonly default: string;
  readonly says: string;
  readonly expected: string;
}

const table = {
  PORT: ['3000', 'Where the API listens.', 'a whole number from 0 to 65535 (0 takes any free port)'],
  HOST: ['127.0.0.1', 'The address the API listens on.', 'an IP address or a host name'],
  DATA_DIR: ['./data', 'The folder of everything that is kept; made where there is none.', 'a path'],
  ...storeRows,
  SECRET_FILE: [
    'DATA_DIR/secret',
    'The secret of the installation, 32 bytes in base64, made at the first start with mode 0600. All its processes share it. Keep a copy: without it nobody is known again.',
    'a path',
  ],
  OIDC_ISSUER: [
    'none: demo mode, on a loopback address only',
    'Who issues the tokens (OpenID Connect), exactly as in their `iss`.',
    'an https URL without user, query or fragment; http on a loopback address only',
  ],
  OIDC_AUDIENCE: [
    'none',
    'The `aud` of tokens meant for this API; set together with OIDC_ISSUER.',
    '1 to 255 characters',
  ],
  ADMIN_SUBJECT: [
    'demo mode: demo-admin; else none',
    'The `sub` of the first administrator, who counts as holding SYSTEM_ADMIN.',
    '1 to 255 characters',
  ],
  MANDATED_ORG_ID: [
    'Upphandlingsmyndigheten in the supplied decision',
    'The id of the authority that was given the mandate.',
    'a UUID of version 4 or 5 in lower case',
  ],
  DECISION_DIARY_NUMBER: [
    'demo mode: DEMO 0000/0000 (påhittat); else none',
    'The diary number of the decision that gives the mandate, once it is known.',
    '1 to 2,000 characters',
  ],
  ADMIN_PORT: [
    '9464; when PORT is 0 any free port',
    'Where metrics and health details are served, on 127.0.0.1 and nowhere else.',
    'a whole number from 0 to 65535 (0 takes any free port), or off',
  ],
  LOG_FORMAT: [
    'demo mode: text; else json',
    'How the log is written: for people, or a JSON object a line.',
    'json or text',
  ],
  LOG_LEVEL: ['info', 'The least that is logged; in text, requests are at debug.', 'debug, info, warn or error'],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    'none: nothing is traced',
    'Where traces go: OpenTelemetry, OTLP over HTTP. Other standard variables count too: OTEL_EXPORTER_OTLP_HEADERS and its like, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.',
    'an http or https URL',
  ],
  ...limitRows,
  TRUSTED_PROXIES: [
    'none: the address is that of the connection',
    'Whose `X-Forwarded-For` tells the address of the caller.',
    'IP addresses or networks (10.0.0.0/8), with commas between',
  ],
} as const;

type Name = keyof typeof table;

/** Every environment variable the system reads, for `--help` and the README. */
export const settingsHelp: readonly SettingHelp[] = Object.entries(table).map(([name, row]) => ({
  name,
  default: row[0],
  says: row[1],
  expected: row[2],
}));

/** The administrator of a demo that names none. */
export const demoAdminSubject = 'demo-admin';
const demoDiaryNumber = 'DEMO 0000/0000 (påhittat)';

/**
 * The settings in an environment, where an empty variable is one that is not set. Touches no file.
 * @throws SettingsError with all that is wrong, never only the first
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  defaults: { readonly mandatedOrgId: string },
): Settings {
  const problems: string[] = [];
  const isSet = (name: Name) => (env[name] ?? '') !== '';
  const found = (name: Name) => `${name} is ${isSet(name) ? withoutSecrets(env[name] ?? '') : 'not set'}`;

  function read<T>(name: Name, fallback: T, parse: (text: string) => T | undefined): T {
    const value = isSet(name) ? parse(env[name] ?? '') : fallback;
    if (value === undefined) problems.push(`${found(name)}: expected ${table[name][2]}`);
    return value ?? fallback;
  }
  /** Must be set: an empty text stands in for it until the problems are told. */
  const needed = (name: Name, fallback: string | undefined) => read(name, fallback, short(255)) ?? '';

  const host = read('HOST', '127.0.0.1', (text) => (isIP(text) !== 0 || hostName.test(text) ? text : undefined));
  const dataDir = read('DATA_DIR', 'data', (text) => text);
  const demo = !isSet('OIDC_ISSUER');
  const identity: Demo | Oidc = demo
    ? { mode: 'demo' }
    : { mode: 'oidc', issuer: read('OIDC_ISSUER', '', issuerUrl), audience: needed('OIDC_AUDIENCE', undefined) };
  if (demo && isSet('OIDC_AUDIENCE'))
    problems.push(`${found('OIDC_ISSUER')}, but OIDC_AUDIENCE is: expected both or neither`);
  if (demo && !isLoopback(host))
    problems.push(
      `${found('HOST')}, which others may reach, and OIDC_ISSUER is not set: expected an OIDC_ISSUER, or for demo mode 127.0.0.1, ::1 or localhost`,
    );

  const problem = (says: string) => void problems.push(says);
  const { inside, apart } = readStores({ read, found, problem }, dataDir, demo);

  const limit = (name: LimitName) =>
    read(name, Number(limitRows[name][0]), (text) => wholeWithin(limitRows[name], text));

  const diaryNumber = isSet('DECISION_DIARY_NUMBER')
    ? read('DECISION_DIARY_NUMBER', '', short(2_000))
    : demo
      ? demoDiaryNumber
      : undefined;
  const port = read('PORT', 3_000, portNumber);
  const adminPort = read<number | 'off'>('ADMIN_PORT', port === 0 ? 0 : 9_464, (text) =>
    text === 'off' ? text : portNumber(text),
  );
  if (adminPort !== 0 && adminPort === port)
    problems.push(`${found('ADMIN_PORT')}: expected another port than that of PORT`);
  read('LOG_FORMAT', '', (text) => formats.find((format) => format === text));
  read('LOG_LEVEL', '', (text) => levels.find((level) => level === text));
  read('OTEL_EXPORTER_OTLP_ENDPOINT', '', (text) =>
    /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : undefined,
  );
  const settings: Settings = {
    port,
    host,
    dataDir,
    secretFile: read('SECRET_FILE', join(dataDir, 'secret'), (text) => text),
    adminSubject: needed('ADMIN_SUBJECT', demo ? demoAdminSubject : undefined),
    mandatedOrgId: read('MANDATED_ORG_ID', defaults.mandatedOrgId, (text) => (isId(text) ? text : undefined)),
    ...(diaryNumber === undefined ? {} : { decisionDiaryNumber: diaryNumber }),
    ...(adminPort === 'off' ? {} : { adminPort }),
    log: logSettings(env),
    traced: isSet('OTEL_EXPORTER_OTLP_ENDPOINT'),
    ...limitsOf(limit),
    trustedProxies: read('TRUSTED_PROXIES', [], networks),
    warnings: diaryNumber === undefined ? [withoutDiaryNumber] : [],
    ...(apart && identity.mode === 'oidc' ? { ...identity, ...apart } : { ...identity, ...inside }),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

const formats = ['json', 'text'] as const;
const levels = ['debug', 'info', 'warn', 'error'] as const;

/** How to log, also where the settings as a whole cannot be used. */
export const logSettings = (env: Readonly<Record<string, string | undefined>>): LogSettings => ({
  format: formats.find((format) => format === env['LOG_FORMAT']) ?? (env['OIDC_ISSUER'] ? 'json' : 'text'),
  level: levels.find((level) => level === env['LOG_LEVEL']) ?? 'info',
});

/** Domain 1.2 row 5: three kinds of document refer to the number. */
const withoutDiaryNumber =
  'DECISION_DIARY_NUMBER is not set: until RecordDecisionReference tells the number, SubmitRequisition, RecordRepayment and SubmitReport are refused with MISSING_DECISION_REFERENCE';

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach a host, by its address or as `localhost`. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether what is fetched from there can be trusted to be from there: over TLS, or from this machine. */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

function issuerUrl(text: string): string | undefined {
  const url = URL.parse(text);
  return url !== null && isTrustworthy(url) && !/[?#@\s]/.test(text) ? text : undefined;
}

function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

const short = (max: number) => (text: string) => (text.length <= max && text.trim() !== '' ? text : undefined);

/** The value as it may be shown: without what an address carries for its own door, and not at any length. */
function withoutSecrets(value: string): string {
  const open = value
    .replace(/:\/\/.*@/s, '://…@')
    .replace(/\?.*/s, '?…')
    .replace(/((?:password|pwd)=)\S+/gi, '$1…');
  return JSON.stringify(open.length > 100 ? `${open.slice(0, 100)}…` : open);
}
