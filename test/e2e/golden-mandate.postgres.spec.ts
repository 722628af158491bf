import { test } from '@jest/globals';
import { noPostgres } from '../servers/databases.ts';

/** The same story with the views, and all that is kept beside the events, in PostgreSQL: wherever the tests run. */
const missing = await noPostgres();
if (missing === undefined) {
  process.env['SAMVERK_TEST_READ_STORE'] = 'postgres';
  await import('./golden-mandate.spec.ts');
} else test.skip(`the golden story in PostgreSQL (skipped: ${missing})`, () => undefined);
