/** What a log says of an error. */
export interface ErrorLine {
  readonly name: string;
  /** The code of Node, of the system or of PostgreSQL: ENOSPC, ERR_SQLITE_ERROR, 53100 … */
  readonly code?: string;
  /** Absent where it may hold what a caller said: then only the place tells. */
  readonly message?: string;
  /** Where it was thrown, one frame each. */
  readonly stack: readonly string[];
  readonly cause?: ErrorLine;
}

/** Errors of ours whose words name files and settings only. */
const ours =
  /^(?:SettingsError|ContextsUnusable|(?:Read|Process)?StoreUnusable|DirectoryUnusable|PostgresUnusable|TurnLost|IssuerUnreachable)$/;

/** What V8 says of a mistake in the program: it names properties and no values. */
const ofTheProgram = [
  /^Cannot read properties of (?:undefined|null) \(reading '[\w$]+'\)$/,
  /^Cannot set properties of (?:undefined|null) \(setting '[\w$]+'\)$/,
  /^[\w$.]+ is not (?:a function|a constructor|defined|iterable)$/,
  /^Maximum call stack size exceeded$/,
  /^Invalid (?:array|string) length$/,
  /^Invalid time value$/,
];

type Thrown = Error & { readonly [part in 'code' | 'syscall' | 'originalError']?: unknown };

const deepest = 3;

/**
 * An error as it may be logged: its name, its code and where it was thrown; its message only when it is known to hold
 * nothing that was said to us. Any other may quote its argument, as those of `JSON.parse` do.
 */
export function errorLine(error: unknown, depth = 0): ErrorLine {
  // GraphQL wraps what a resolver threw.
  if (isError(error) && isError(error.originalError) && depth < deepest)
    return errorLine(error.originalError, depth + 1);
  if (!isError(error)) return { name: 'not an error', stack: [] };
  const { name, message, cause } = error;
  const code = codeOf(error);
  return {
    name: /^\w{1,60}$/.test(name) ? name : 'Error',
    ...(code === undefined ? {} : { code }),
    ...(mayBeSaid(error, code) ? { message } : {}),
    stack: framesOf(error),
    ...(cause === undefined || depth >= deepest ? {} : { cause: errorLine(cause, depth + 1) }),
  };
}

/** Not every realm's errors are `instanceof` ours. */
const isError = (error: unknown): error is Thrown =>
  typeof error === 'object' && error !== null && 'message' in error && 'name' in error;

function codeOf({ code }: { readonly code?: unknown }): string | undefined {
  return typeof code === 'string' && /^(?:[A-Z][A-Z0-9_]{1,60}|[0-9A-Z]{5})$/.test(code) ? code : undefined;
}

/** What PostgreSQL says of itself, and of no value: connections, disk and memory, a stop, files. */
const ofTheServer = /^(?:08|53|57|58)[0-9A-Z]{3}$/;

/** SQLite names tables and columns, and every value is a parameter; the system names files and addresses. */
function mayBeSaid(error: Thrown, code: string | undefined): boolean {
  if (ours.test(error.name) || code === 'ERR_SQLITE_ERROR') return true;
  if (code !== undefined && (typeof error.syscall === 'string' || ofTheServer.test(code))) return true;
  return ofTheProgram.some((shape) => shape.test(error.message));
}

/** What stands behind the message: a message of several lines has none that looks like a frame. */
function framesOf({ stack = '', message }: Error): string[] {
  const at = stack.indexOf(message);
  const behind = at < 0 ? stack : stack.slice(at + message.length);
  const frames = behind.split('\n').filter((line) => /^ +at \S/.test(line));
  return frames.slice(0, 20).map((line) => line.trim().slice(0, 300));
}
