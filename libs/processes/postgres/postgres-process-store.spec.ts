import { expect, test } from '@jest/globals';
import { inPostgres } from '#postgres/server.contract';
import { Turn, TurnLost } from '#postgres/turn';
import { processStoreContract } from '../process-store.contract.ts';
import { ProcessStoreUnusable } from '../process-store.ts';
import { openPostgresProcessStore } from './postgres-process-store.ts';

inPostgres('in PostgreSQL', (database) => {
  processStoreContract('postgres', {
    open: () => openPostgresProcessStore({ url: database.url }),
    clear: () => database.forget('samverk_processes'),
  });

  test('writes only in its turn', async () => {
    const { url } = database;
    const [turn, other] = await Promise.all([url, url].map((url) => Turn.open({ url, work: 'processes' })));
    if (!turn || !other) throw new Error('no turns');
    const never = new AbortController().signal;
    const store = await openPostgresProcessStore({ url, turn });
    const nothing = { set: [], done: [], parked: [], freed: [], found: [] };
    const commit = { from: 0, to: { position: 5, event: 'event 5' }, ...nothing };
    await expect(store.commit(commit)).rejects.toThrow(TurnLost);
    await expect(store.empty()).rejects.toThrow(TurnLost);
    await expect(store.prepare('one 1')).rejects.toThrow(TurnLost);
    await turn.taken(never);
    await store.prepare('one 1');
    await store.commit(commit);
    expect(await store.checkpoint()).toEqual(commit.to);
    await store.close();
    await turn.close();
    await other.taken(never);
    await other.close();
  });

  test('a database that cannot be had is refused as a process store', async () => {
    await expect(openPostgresProcessStore({ url: 'postgres://x' })).rejects.toThrow(ProcessStoreUnusable);
  });
});
