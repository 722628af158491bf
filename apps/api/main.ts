#!/usr/bin/env node
import { growWithLoad } from './lean-start.ts';
import { type Log, openLog } from '#delivery/log';
import { logSettings, SettingsError, readSettings, settingsHelp } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import type { Server } from './server.ts';

/** The bulk of the program, which the import above goes before. */
const { demoRoles, loadDemo } = await import('./demo.ts');
const { serve } = await import('./server.ts');
const { version } = await import('./watch.ts');
const { welcome } = await import('./welcome.ts');

/** Starts the API: one process, with everything inside. */
async function main(): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help());
    return;
  }
  const log = await openLog(logSettings(process.env));
  /** What a person can mend is said in a sentence; anything else keeps its stack. */
  const failed = (error: unknown) => {
    const known = error instanceof SettingsError || (error instanceof Error && /Unusable$/.test(error.name));
    log.failed(error, known ? error.message : undefined);
    process.exit(1);
  };
  process.on('uncaughtException', failed);
  const starting = start(log);
  const stop = (signal: string) => {
    log.note('info', `${signal}: finishing what was begun …`);
    starting.then((server) => server.close()).then(() => process.exit(0), failed);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting.then(growWithLoad, failed);
}

async function start(log: Log): Promise<Server> {
  const settings = readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision });
  for (const warning of settings.warnings) log.note('warn', `Note: ${warning}`);
  let tokens: Awaited<ReturnType<typeof loadDemo>> | undefined;
  const server = await serve(settings, log.report, log, async (installation) => {
    if (settings.mode === 'demo') tokens = await loadDemo(installation, settings);
  });
  if (!server.installation.check.leftInOrder)
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

const help = (): string =>
  [
    'samverk api: serves GraphQL, GraphiQL and health checks; in demo mode loads the decision and prints tokens.',
    '',
    'Environment:',
    ...settingsHelp.map(
      ({ name, says, expected, default: value }) =>
        `  ${name}\n      ${says}\n      Expected: ${expected}. Default: ${value}.`,
    ),
    '',
    `Demo mode mints a token for each of: ${demoRoles.join(', ')}.`,
  ].join('\n');

await main();
