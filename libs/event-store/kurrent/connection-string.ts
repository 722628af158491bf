import { readFileSync } from 'node:fs';
import { EventStoreDBClient } from '@eventstore/db-client';
import { StoreUnusable } from '../event-store.ts';

/** What a connection string names. */
export interface Connection {
  readonly client: EventStoreDBClient;
  /** What the server is called in messages: no user, no password. */
  readonly name: string;
}

const schemes = /^(?:esdb|kurrentdb)(\+discover)?:\/\//i;
const parts = /^(?:([^:@/?#]+):([^@/?#]*)@)?([^@/?#]+)\/*(?:\?([^#]*))?$/;
const aHost = /^(\[[0-9a-f:]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const usualPort = 2113;

const example = 'esdb://HOST:2113?tls=false, or with TLS and a cluster esdb+discover://USER:PASSWORD@CLUSTER:2113';

interface Options {
  readonly tls: boolean;
  readonly tlsVerifyCert: true;
  readonly tlsCAFile: Buffer;
  readonly userCertFile: Buffer;
  readonly userKeyFile: Buffer;
  readonly nodePreference: 'leader' | 'follower' | 'random' | 'read_only_replica';
  readonly connectionName: string;
  readonly throwOnAppendFailure: true;
  readonly defaultDeadline: number;
  readonly keepAliveInterval: number;
  readonly keepAliveTimeout: number;
  readonly maxDiscoverAttempts: number;
  readonly discoveryInterval: number;
  readonly gossipTimeout: number;
}

/** Gives nothing for what is no such value. */
type Read<T> = (value: string) => T | undefined;

const yesOrNo: Read<boolean> = (value) => (value === 'true' ? true : value === 'false' ? false : undefined);
const onlyYes: Read<true> = (value) => (value === 'true' ? true : undefined);
const whole: Read<number> = (value) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined);
const aNode: Read<Options['nodePreference']> = (value) =>
  (['leader', 'follower', 'random', 'read_only_replica'] as const).find((node) => flat(node) === flat(value));
const text: Read<string> = (value) => value;
const file: Read<Buffer> = (path) => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw wrong(`the file ${path} cannot be read (${String((error as { code?: unknown }).code)})`);
  }
};

const options: { readonly [Name in keyof Options]: readonly [read: Read<Options[Name]>, expected: string] } = {
  tls: [yesOrNo, 'true or false'],
  tlsVerifyCert: [onlyYes, 'true: a certificate of your own is named by tlsCAFile'],
  tlsCAFile: [file, 'a file'],
  userCertFile: [file, 'a file'],
  userKeyFile: [file, 'a file'],
  nodePreference: [aNode, 'leader, follower, random or readOnlyReplica'],
  connectionName: [text, 'a name'],
  throwOnAppendFailure: [onlyYes, 'true'],
  defaultDeadline: [whole, 'milliseconds'],
  keepAliveInterval: [whole, 'milliseconds'],
  keepAliveTimeout: [whole, 'milliseconds'],
  maxDiscoverAttempts: [whole, 'a whole number'],
  discoveryInterval: [whole, 'milliseconds'],
  gossipTimeout: [whole, 'seconds'],
};

/** A connection string is written with any case, and with or without `_` and `-`. */
const flat = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

/**
 * A client for `esdb://` or `kurrentdb://`: one host, several (a cluster), or `+discover` and a name of DNS. Nothing is
 * connected yet.
 *
 * The client's own reading of the string is not used: it prints strings that it does not like, password and all.
 * @throws StoreUnusable saying what is wrong with the string, and never what stands for the password
 */
export function connected(url: string): Connection {
  const scheme = schemes.exec(url.trim());
  if (!scheme) throw wrong('it does not begin with esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover://');
  const [, user, password, hosts, query] = parts.exec(url.trim().slice(scheme[0].length)) ?? [];
  if (hosts === undefined)
    throw wrong(
      'what follows // is not [USER:PASSWORD@]HOST[:PORT][,HOST…][?OPTION=VALUE&…]. In a user or password @ : / ? # % are written as %40 %3A %2F %3F %23 %25',
    );
  const endpoints = hosts.split(',').map(endpointOf);
  const { tls = true, tlsCAFile, tlsVerifyCert: _, userCertFile, userKeyFile, ...settings } = optionsIn(query ?? '');
  if ((userCertFile === undefined) !== (userKeyFile === undefined))
    throw wrong('userCertFile and userKeyFile go together');
  const security = {
    insecure: !tls,
    ...(tls && tlsCAFile && { rootCertificate: tlsCAFile }),
    ...(tls && userCertFile && userKeyFile && { userCertFile, userKeyFile }),
  };
  const credentials = user === undefined ? undefined : { username: plain(user), password: plain(password ?? '') };
  const [endpoint, ...more] = endpoints;
  if (!endpoint) throw wrong('it names no host');
  const client =
    scheme[1] !== undefined
      ? new EventStoreDBClient({ discover: endpoint, ...settings }, security, credentials)
      : more.length > 0
        ? new EventStoreDBClient({ endpoints, ...settings }, security, credentials)
        : new EventStoreDBClient({ endpoint, ...settings }, security, credentials);
  return { client, name: `${scheme[0]}${endpoints.map(({ address, port }) => `${address}:${port}`).join(',')}` };
}

function endpointOf(host: string): { address: string; port: number } {
  const [, address, port = String(usualPort)] = aHost.exec(host.trim()) ?? [];
  if (address === undefined || Number(port) > 65_535) throw wrong('a host is not HOST or HOST:PORT');
  return { address, port: Number(port) };
}

function optionsIn(query: string): Partial<Options> {
  const names = Object.keys(options) as (keyof Options)[];
  const pairs = query.split('&').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value = ''] = pair.split('=', 2);
      const name = names.find((known) => flat(known) === flat(key));
      if (name === undefined) throw wrong(`it has an option that is none of ${names.join(', ')}`);
      const [read, expected] = options[name];
      const given = value === '' ? undefined : read(plain(value));
      if (given === undefined) throw wrong(`its option ${name} is not ${expected}`);
      return [name, given];
    }),
  );
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw wrong('it holds a % that is not followed by two hexadecimal digits: write % as %25');
  }
}

const wrong = (problem: string): StoreUnusable =>
  new StoreUnusable(`The connection string of the event store cannot be used: ${problem}. For example ${example}`);
