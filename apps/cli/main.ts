#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { mandatedOrgIdOfDecision } from '#contexts/mandate/decision';
import { contexts } from '#apps/api/contexts';
import { openInstallation } from '#apps/api/installation';
import { loadDecision } from '#apps/api/load-decision';
import { addParked } from './parked.ts';
import { addRebuild } from './rebuild.ts';
import { factList } from '#delivery/fact-list';
import { demoIssuer, demoToken } from '#delivery/identity-token';
import { schemaText } from '#delivery/schema-text';
import { loadSecret } from '#delivery/secret';
import { readSettings, SettingsError, settingsHelp } from '#delivery/settings';
import { addBackup } from './backup.ts';
import { addCopy } from './copy.ts';
import { addCopyPeople } from './copy-people.ts';
import { addFsck } from './fsck.ts';
import { addRestore } from './restore.ts';

const settings = () => readSettings(process.env, { mandatedOrgId: mandatedOrgIdOfDecision });
const report = (error: unknown, what: string) => console.error(`[${what}]`, error);

const program = new Command('samverk')
  .description('The tools of an installation. Settings come from the environment, as for the API.')
  .addHelpText('after', () =>
    [
      '',
      'Environment:',
      ...settingsHelp.map(({ name, says, default: value }) => `  ${name}: ${says} Default: ${value}.`),
    ].join('\n'),
  );

program
  .command('token')
  .description('Mint a demo token for a subject, valid for 30 days. Demo mode only.')
  .argument('<subject>', 'who: any text; a new subject is a new person without roles')
  .action(async (subject: string) => {
    const { mode, secretFile } = settings();
    if (mode !== 'demo')
      throw new SettingsError(['Tokens are minted in demo mode only: ask the issuer at OIDC_ISSUER.']);
    console.log(await demoToken(loadSecret(secretFile), subject));
  });

program
  .command('load-decision')
  .description(
    'Load the government decision through commands, as the first administrator, a mandate owner and a registrar. The API must be stopped, unless both stores are servers.',
  )
  .requiredOption('--as <subject>', 'the subject of a person who holds MANDATE_OWNER')
  .option('--registrar <subject>', 'the subject of a person who holds REGISTRAR; the same person unless told')
  .action(async ({ as, registrar = as }: { as: string; registrar?: string }) => {
    const read = settings();
    const installation = await openInstallation(read, report, 'tool');
    try {
      const issuer = read.mode === 'demo' ? demoIssuer : read.issuer;
      const person = (subject: string) => installation.directory.personRef(issuer, subject);
      const loaded = await loadDecision(installation, read, {
        admin: await person(read.adminSubject),
        owner: await person(as),
        registrar: await person(registrar),
      });
      console.log(
        `Loaded: ${loaded.organisations} organisations, ${loaded.obligations} obligations, ${loaded.copies} copies, mandate ${loaded.mandateId}.`,
      );
      if (read.decisionDiaryNumber === undefined)
        console.warn(
          'No DECISION_DIARY_NUMBER: requisitions, repayments and reports are refused until it is recorded.',
        );
    } finally {
      await installation.platform.close();
    }
  });

addFsck(program, settings);
addBackup(program, settings);
addRestore(program, settings);
addCopy(program, settings);
addCopyPeople(program, settings);

program
  .command('generate')
  .description('Write the GraphQL schema and the list of all facts, which are committed and compared by the tests.')
  .argument('[folder]', 'where to', 'docs')
  .action(async (folder: string) => {
    writeFileSync(join(folder, 'schema.graphql'), await schemaText(contexts));
    writeFileSync(join(folder, 'facts.md'), factList(contexts));
    console.log(`Written: ${folder}/schema.graphql, ${folder}/facts.md`);
  });

addParked(program, settings);
addRebuild(program, settings);

/** What a person can mend is said in a sentence; anything else keeps its stack. */
program
  .exitOverride()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode);
    const known =
      error instanceof SettingsError ||
      (error instanceof Error && /Unusable$|NotAccepted$|^NotThere$/.test(error.name));
    console.error(known ? (error as Error).message : error);
    process.exit(1);
  });
