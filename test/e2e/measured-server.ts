import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { readSettings } from '#delivery/settings';
import { serve } from '#apps/api/server';

/** The API in a process that tells how much memory it needs: run with `--expose-gc`, asked and answering by messages. */
const server = await serve(readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision }), console.error);
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
});
process.send?.({ url: `${server.url}/graphql` });
