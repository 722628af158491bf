import { describe, expect, test } from '@jest/globals';
import { StoreUnusable } from '../event-store.ts';
import { connected } from './connection-string.ts';
import { openKurrentEventStore } from './kurrent-event-store.ts';

describe('a connection string', () => {
  test.each([
    ['esdb://localhost', 'esdb://localhost:2113'],
    ['esdb://localhost:2114?tls=false', 'esdb://localhost:2114'],
    ['kurrentdb://localhost:2114/?tls=false', 'kurrentdb://localhost:2114'],
    ['esdb+discover://cluster.example:2113', 'esdb+discover://cluster.example:2113'],
    ['esdb://a:1,b:2,c?tls=false&nodePreference=readOnlyReplica&keep_alive_interval=20000', 'esdb://a:1,b:2,c:2113'],
    ['kurrentdb+discover://admin:change%40it%25@c?connectionName=a%40b', 'kurrentdb+discover://c:2113'],
    [' ESDB://[::1]:2113?TLS=false ', 'ESDB://[::1]:2113'],
  ])('%s is understood', (url, name) => {
    expect(connected(url).name).toBe(name);
  });

  test.each([
    ['', 'does not begin with'],
    ['localhost:2113', 'does not begin with'],
    ['http://admin:s3cret@localhost', 'does not begin with'],
    ['esdb://', 'is not [USER:PASSWORD@]HOST'],
    ['esdb://admin:s3cret@', 'is not [USER:PASSWORD@]HOST'],
    ['esdb://admin:s3cret@word@localhost', '@ : / ? # % are written as %40'],
    ['esdb://admin:s3cret/word@localhost', '@ : / ? # % are written as %40'],
    ['esdb://admin:s3cret%@localhost', 'write % as %25'],
    ['esdb://admin:s3cret@localhost:port', 'a host is not HOST or HOST:PORT'],
    ['esdb://admin:s3cret@localhost:99999', 'a host is not HOST or HOST:PORT'],
    ['esdb://admin:s3cret@a,,b', 'a host is not HOST or HOST:PORT'],
    ['esdb://admin:s3cret@a?s3cret=1', 'an option that is none of tls, '],
    ['esdb://admin:s3cret@a?tls=no', 'its option tls is not true or false'],
    ['esdb://admin:s3cret@a?tls', 'its option tls is not true or false'],
    ['esdb://admin:s3cret@a?defaultDeadline=s3cret', 'its option defaultDeadline is not milliseconds'],
    ['esdb://admin:s3cret@a?tlsVerifyCert=false', 'is named by tlsCAFile'],
    ['esdb://admin:s3cret@a?throwOnAppendFailure=false', 'its option throwOnAppendFailure is not true'],
    ['esdb://admin:s3cret@a?nodePreference=best', 'its option nodePreference is not leader, follower'],
    ['esdb://admin:s3cret@a?tlsCAFile=/nowhere/ca.crt', 'the file /nowhere/ca.crt cannot be read (ENOENT)'],
    [`esdb://admin:s3cret@a?userCertFile=${import.meta.filename}`, 'userCertFile and userKeyFile go together'],
  ])('%s is refused, with what is wrong and without the password', async (url, says) => {
    const opening = openKurrentEventStore({ url, clock: { now: () => '2017-01-02T08:00:00.000Z' } });
    const refusal: unknown = await opening.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnusable);
    expect((refusal as Error).message).toContain(says);
    expect((refusal as Error).message).not.toContain('s3cret');
  });

  test('that leads to nobody is named without its user, after as long as is waited for', async () => {
    const url = 'esdb://admin:s3cret@127.0.0.1:9?tls=false';
    const opening = openKurrentEventStore({ url, clock: { now: () => '' }, patienceMs: 200 });
    const refusal: unknown = await opening.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnusable);
    expect((refusal as Error).message).toMatch(/^esdb:\/\/127\.0\.0\.1:9: no answer .* check that it runs/);
  });
});
