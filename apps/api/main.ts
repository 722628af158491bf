#!/usr/bin/env node
import { type Settings, SettingsError, readSettings, settingsHelp } from '#delivery/settings';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { demoRoles, loadDemo } from './demo.ts';
import { type Report, serve, type Server } from './server.ts';
import { welcome } from './welcome.ts';

/** Starts the API: one process, with everything inside. */
async function main(): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help());
    return;
  }
  const settings = readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision });
  for (const warning of settings.warnings) console.warn(`Note: ${warning}`);
  const report = (error: unknown, what: string) => console.error(`[${what}]`, error);
  const starting = start(settings, report);
  const stop = (signal: string) => {
    console.log(`\n${signal}: finishing what was begun …`);
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          report(error, 'stopping');
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting;
}

async function start(settings: Settings, report: Report): Promise<Server> {
  const server = await serve(settings, report);
  if (server.installation.check.state === 'running')
    console.log(
      'The event store was not closed in order: all of it is checked in the background, and /health/ready waits.',
    );
  const tokens = settings.mode === 'demo' ? await loadDemo(server.installation, settings) : undefined;
  console.log(welcome(server.url, settings, tokens));
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

/** What a person can mend is said in a sentence; anything else keeps its stack. */
main().catch((error: unknown) => {
  const known = error instanceof SettingsError || (error instanceof Error && /Unusable$/.test(error.name));
  console.error(known ? (error as Error).message : error);
  process.exit(1);
});
