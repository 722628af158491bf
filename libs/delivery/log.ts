import type { LoggerService } from '@nestjs/common';
import { type ErrorLine, errorLine } from './error-line.ts';
import type { LogSettings } from './settings.ts';
import type { Answered } from './watching.ts';

/** Told of what broke, or stands still: `correlation` where a caller was told of it under that id. */
export type Report = (error: unknown, what: string, correlation?: string) => void;

/**
 * The log. Each kind of line has the fields named here and no others: nothing is logged because it was at hand. No body,
 * variable, header, token, address as asked, or reference to a person is among them.
 */
export interface Log {
  /** A request was answered. `/health` at level debug. */
  request(answered: Answered): void;
  readonly report: Report;
  /** It serves: where, in words for people and in fields for programs. */
  serving(words: string, fields: Readonly<Record<string, string>>): void;
  /** A sentence of ours. */
  note(level: 'info' | 'warn', says: string): void;
  /** What ends the process. `says` instead of the error where a person can mend it. */
  failed(error: unknown, says?: string): void;
  /** For Nest, which tells of its own here. */
  readonly nest: LoggerService;
}

type Level = LogSettings['level'];
type Line = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Writes one line. It is out before the process ends, unless it is killed. */
type Write = (level: Level, line: Line, words: () => string) => void;

/**
 * `json`: a JSON object for each line, on stdout, with `time`, `level` and `event` first. `text`: the same for people;
 * what is wrong goes to stderr.
 */
export async function openLog({ format, level }: LogSettings): Promise<Log> {
  return format === 'json' ? logTo(await jsonLines(level), 'info') : logTo(textLines(level), 'debug');
}

async function jsonLines(level: Level): Promise<Write> {
  const { default: pino } = await import('pino'); // no one pays for it who reads text
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 1, sync: false }),
  );
  return (at, line) => logger[at](line);
}

const ranks = ['debug', 'info', 'warn', 'error'] as const;

function textLines(level: Level): Write {
  const least = ranks.indexOf(level);
  return (at, _, words) => {
    const rank = ranks.indexOf(at);
    if (rank < least) return;
    (rank < 2 ? process.stdout : process.stderr).write(`${words()}\n`);
  };
}

function logTo(write: Write, requests: Level): Log {
  const report: Report = (error, what, correlation) => {
    const line = errorLine(error);
    const at = correlation === undefined ? {} : { correlation };
    write('error', { event: 'broken', ...at, what, error: line }, () => `[${what}] ${inWords(line)}`);
  };
  return {
    report,
    request({ correlation, method, path, status, ms, operation }) {
      const rounded = Math.round(ms * 100) / 100;
      const line = { event: 'request', correlation, method, path, status, ms: rounded, operation };
      const words = () => [method, path ?? '-', status, `${rounded} ms`, operation ?? '-', correlation].join(' ');
      write(path?.startsWith('/health/') ? 'debug' : requests, line, words);
    },
    serving(words, fields) {
      write('info', { event: 'serving', ...fields }, () => words);
    },
    note(level, says) {
      write(level, { event: 'note', says }, () => says);
    },
    failed(error, says) {
      const line = errorLine(error);
      write(
        'error',
        { event: 'failed', ...(says === undefined ? { error: line } : { says }) },
        () => says ?? inWords(line),
      );
    },
    nest: nestLog(write, report),
  };
}

function inWords({ name, code, message, stack, cause }: ErrorLine): string {
  const said = message ?? (code === undefined ? '(what it says may hold what a caller said)' : `(${code})`);
  const frames = stack.map((frame) => `\n    ${frame}`).join('');
  return `${name}: ${said}${frames}${cause ? `\n  because of ${inWords(cause)}` : ''}`;
}

/** Nest says what it does in strings of its own; an error that it caught is one like any other. */
function nestLog(write: Write, report: Report): LoggerService {
  const say = (level: 'warn' | 'error' | 'debug') => (message: unknown) => {
    if (typeof message === 'string') write(level, { event: 'nest', says: message }, () => `[nest] ${message}`);
    else report(message, 'nest');
  };
  return { log: say('debug'), warn: say('warn'), error: say('error'), fatal: say('error') };
}
