#!/usr/bin/env node
import { growWithLoad } from '#apps/api/lean-start';
import type { Log } from '#delivery/log';
import { readSettings } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { runApp } from '#apps/api/run-app';
import type { Worker } from './worker.ts';

/** The bulk of the program, which the import above goes before. */
const { startWorker } = await import('./worker.ts');
const { version } = await import('#apps/api/watch');

async function start(log: Log): Promise<Worker> {
  const settings = readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision });
  const worker = await startWorker(settings, log.report);
  const { adminUrl } = worker;
  log.serving(
    [
      '',
      'Samverk worker is running: it keeps the views and runs processes and timers when it is its turn.',
      ...(adminUrl === undefined ? [] : ['', `  Operator   ${adminUrl}/metrics  ${adminUrl}/health`]),
      '',
    ].join('\n'),
    {
      worker: 'views, processes',
      ...(adminUrl === undefined ? {} : { admin: adminUrl }),
      mode: settings.mode,
      version,
    },
  );
  growWithLoad();
  return worker;
}

await runApp({
  says: 'samverk worker: keeps the views and runs processes and timers, apart from the API (WORKERS=apart). Several may run: one at a time has the turn of each, the others stand by.',
  start,
});
