import { type Log, openLog } from '#delivery/log';
import { logSettings, SettingsError, settingsHelp } from '#delivery/settings';

/** An app as its process runs it. */
export interface App {
  /** What it is, for `--help`. */
  readonly says: string;
  readonly more?: readonly string[];
  readonly start: (log: Log) => Promise<{ close(): Promise<void> }>;
}

/** Runs an app from its start to a signal. Resolves when it has started. */
export async function runApp({ says, more = [], start }: App): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log([says, '', 'Environment:', ...settingsHelp.map(helpLine), ...more].join('\n'));
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
    starting.then((app) => app.close()).then(() => process.exit(0), failed);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting.catch(failed);
}

const helpLine = ({ name, says, expected, default: value }: (typeof settingsHelp)[number]): string =>
  `  ${name}\n      ${says}\n      Expected: ${expected}. Default: ${value}.`;
