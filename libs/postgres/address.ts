import { DatabaseError } from 'pg';

/** A PostgreSQL cannot be used as it is. The message says what was found and the way out, and no password. */
export class PostgresUnusable extends Error {
  override readonly name = 'PostgresUnusable';
}

/** The error in which a part of the system says that what it is to be kept in cannot be used. */
export type Unusable = new (message: string, options?: ErrorOptions) => Error;

/** Where a database is: what of its URL may be told. */
export interface Address {
  readonly server: string;
  readonly database: string;
  readonly user: string;
}

/** Of this version and later ones; 13 is the oldest that its makers kept when this was written. */
export const oldestMajor = 13;

const form = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';

/** @throws `unusable` for what is no such URL; it is not repeated, since it may hold a password */
export function addressOf(url: string, unusable: Unusable): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const host = parsed?.searchParams.get('host') ?? parsed?.hostname ?? '';
  const database = decoded(parsed?.pathname.slice(1) ?? '');
  if (!parsed || !/^postgres(?:ql)?:$/.test(parsed.protocol) || host === '' || !database)
    throw new unusable(`READ_STORE is no address of a database in PostgreSQL: give ${form}`);
  const user = parsed.searchParams.get('user') ?? decoded(parsed.username) ?? '';
  return { server: `${host}:${parsed.port === '' ? 5432 : parsed.port}`, database, user };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What an operator is told when a database cannot be opened. */
export function whyUnusable(error: unknown, { server, database, user }: Address): string {
  const { code = '', message } = error as { readonly code?: string; readonly message: string };
  if (code === '28P01' || code === '28000' || message.startsWith('SASL'))
    return `PostgreSQL at ${server} does not let ${user} in: correct the user and the password in READ_STORE`;
  if (code === '3D000')
    return `PostgreSQL at ${server} has no database ${database}: make it (createdb ${database}), or name another in READ_STORE`;
  if (code === '42501')
    return `${user} may not keep anything in the database ${database} at ${server} (${message}). Let its administrator run: GRANT CREATE ON DATABASE "${database}" TO "${user}"`;
  if (code === '53300') return `PostgreSQL at ${server} takes no more connections: raise its max_connections`;
  if (code === '57P03') return `PostgreSQL at ${server} is starting or stopping: try again in a moment`;
  if (!(error instanceof DatabaseError) && (/^E[A-Z]+$/.test(code) || /timeout|terminated/.test(message)))
    return `no PostgreSQL answers at ${server} (${code || message}): start it, or correct READ_STORE`;
  return `the database ${database} of PostgreSQL at ${server} in READ_STORE cannot be used (${message})`;
}

/** Why a server cannot be used although it answers, by its version number (150019 is 15.19) and the encoding of the database. */
export function whyUnfit(version: number, encoding: string, { server, database }: Address): string | undefined {
  const major = Math.floor(version / 10_000);
  if (major < oldestMajor)
    return `PostgreSQL at ${server} is of version ${major}: READ_STORE needs ${oldestMajor} or later`;
  if (encoding !== 'UTF8')
    return `the database ${database} at ${server} is encoded in ${encoding}: name one in READ_STORE that was made with createdb --encoding UTF8 --template template0`;
  return undefined;
}
