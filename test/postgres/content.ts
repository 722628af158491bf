import { Client } from 'pg';

/**
 * Every row of every table of a read store, as text to the byte, but for how often a view was replaced, and with the
 * objects of history by their names, which are numbered as they come.
 */
export async function contentOf(url: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const rows = async (from: string) => {
      const { rows } = await client.query<{ row: string }>(
        `SELECT (to_jsonb(t) - 'epoch')::text AS row FROM ${from} AS t`,
      );
      return rows.map(({ row }) => row).sort();
    };
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'samverk_views' AND tablename NOT LIKE '%object'",
    );
    const content = new Map<string, readonly string[]>();
    for (const { name } of tables) content.set(name, await rows(`samverk_views."${name}"`));
    const objects = `(SELECT position, name FROM samverk_views._history_object h JOIN samverk_views._object o ON o.number = h.object)`;
    return content.set('_history_object', await rows(objects));
  } finally {
    await client.end();
  }
}
