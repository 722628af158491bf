import { inPostgres } from '#postgres/server.contract';
import { readStoreContract } from '../read-store.contract.ts';
import { openPostgresReadStore } from './postgres-read-store.ts';

inPostgres('in PostgreSQL', (database) => {
  readStoreContract('a read store', async () => ({
    open: () => openPostgresReadStore({ url: database.url }),
    remove: () => database.forget('samverk_views'),
  }));
});
