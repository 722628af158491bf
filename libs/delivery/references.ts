import DataLoader from 'dataloader';
import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Row, View } from '#kernel/view';
import type { Platform } from './platform.ts';
import type { Caller } from './people.ts';
import type { Asking } from './resolver-class.ts';
import { shown } from './sight.ts';
import type { Reader } from './reader.ts';

/** As many as a page has rows. */
const mostAtOnce = 100;

type Loader = DataLoader<string, object | null>;

/**
 * Rows by id for one request, and so for one viewer: what many rows of a page refer to is read at once, as far as that
 * viewer may see it. Nothing outlives the request.
 */
export function withReferences(
  schema: GraphQLSchema,
  { contexts, reader }: Pick<Platform, 'contexts' | 'reader'>,
): GraphQLSchema {
  const views = contexts.flatMap((context) => context.views);
  const loaders = new WeakMap<Asking, Map<View, Loader>>();

  function loaderOf(asking: Asking, view: View): Loader {
    let own = loaders.get(asking);
    if (!own) loaders.set(asking, (own = new Map<View, Loader>()));
    let loader = own.get(view);
    if (!loader) own.set(view, (loader = loading(reader, view, asking.caller)));
    return loader;
  }

  for (const { type, refs } of views) {
    const made = schema.getType(type);
    for (const [name, [column, of]] of Object.entries(refs)) {
      const view = views.find((one) => one.type === of);
      const field = isObjectType(made) ? made.getFields()[name] : undefined;
      if (!view || !field) throw new TypeError(`${type}.${name} refers to ${of}, which the schema does not have`);
      field.resolve = (row: Row, _, asking: Asking) => {
        const id = row[column];
        return typeof id === 'string' ? loaderOf(asking, view).load(id) : null;
      };
    }
  }
  return schema;
}

const loading = (reader: Reader, view: View, caller: Caller): Loader =>
  new DataLoader(
    async (keys) => {
      const rows = new Map((await reader.withKeys(view, keys, caller)).map((one) => [one.row[view.key], shown(one)]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    { maxBatchSize: mostAtOnce },
  );
