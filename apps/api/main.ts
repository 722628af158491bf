#!/usr/bin/env node
import { growWithLoad } from './lean-start.ts';
import type { Log } from '#delivery/log';
import { readSettings } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { runApp } from './run-app.ts';
import type { Server } from './server.ts';

/** The bulk of the program, which the import above goes before. */
const { demoRoles, loadDemo } = await import('./demo.ts');
const { serve } = await import('./server.ts');
const { version } = await import('./watch.ts');
const { welcome } = await import('./welcome.ts');

async function start(log: Log): Promise<Server> {
  const settings = readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision });
  for (const warning of settings.warnings) log.note('warn', `Note: ${warning}`);
  let tokens: Awaited<ReturnType<typeof loadDemo>> | undefined;
  const server = await serve(settings, log.report, log, async (installation) => {
    if (settings.mode === 'demo') tokens = await loadDemo(installation, settings);
  });
  if (server.installation.check?.leftInOrder === false)
    log.note(
      'info',
      'The event store was not closed in order: all of it is checked in the background, and /health/ready waits.',
    );
  const { url, adminUrl } = server;
  log.serving(welcome(server, settings, tokens), {
    graphql: `${url}/graphql`,
    ...(adminUrl === undefined ? {} : { admin: adminUrl }),
    mode: settings.mode,
    version,
  });
  return server;
}

/** Starts the API: one process, with everything inside unless the settings leave the workers to others. */
await runApp({
  says: 'samverk api: serves GraphQL, GraphiQL and health checks; in demo mode loads the decision and prints tokens.',
  more: ['', `Demo mode mints a token for each of: ${demoRoles.join(', ')}.`],
  start: (log) => start(log).then((server) => (growWithLoad(), server)),
});
