import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ViewsWorkerData } from '#apps/api/views-worker';

/** The thread of the views, which dies of an error when it is told of the third append; in its next life it lives on. */
const { views } = workerData as ViewsWorkerData;
const died = `${views.kind === 'sqlite' ? views.path : ''}.died`;
let left = existsSync(died) ? Infinity : 3;
parentPort?.on('message', () => {
  left -= 1;
  if (left > 0) return;
  writeFileSync(died, '');
  throw new RangeError('out of something');
});
await import('#apps/api/views-worker');
