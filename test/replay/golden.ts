import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '#kernel/context';
import type { StoredEvent } from '#kernel/envelope';

const root = join(import.meta.dirname, '../../libs/contexts');

/** What production once wrote, for ever readable: one event a file, `<Type>.v<version>.json`, or with a case before `.json`. */
export interface Golden {
  readonly file: string;
  readonly event: StoredEvent;
}

export interface GoldenContext {
  readonly context: Context;
  /** In the order in which they were recorded. */
  readonly golden: readonly Golden[];
}

/** Every context, found by its folder, with its golden files. */
export async function goldenContexts(): Promise<GoldenContext[]> {
  const names = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  return Promise.all(
    names.map(async (name) => {
      const module = (await import(join(root, name, `${name}.context.ts`))) as Readonly<Record<string, Context>>;
      const context = module[`${name}Context`];
      if (!context) throw new Error(`libs/contexts/${name}/${name}.context.ts exports no ${name}Context`);
      const golden = filesIn(join(root, name, 'golden')).map((file) => ({
        file,
        event: JSON.parse(readFileSync(join(root, name, 'golden', file), 'utf8')) as StoredEvent,
      }));
      return { context, golden: golden.sort((a, b) => a.event.position - b.event.position) };
    }),
  );
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(folder, '..')).includes('golden')
    ? readdirSync(folder).filter((file) => file.endsWith('.json'))
    : [];
