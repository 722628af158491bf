import { factsOf } from '#delivery/checks';
import type { Report } from '#delivery/log';
import type { Settings } from '#delivery/settings';
import type { EventStore } from '#event-store/event-store';
import { historyRules } from '#read-store/history-rules';
import type { ReadStore } from '#read-store/read-store';
import type { ViewKeeper } from '#read-store/standing';
import { WatchedViews } from '#read-store/watched-views';
import { contexts } from './contexts.ts';
import { openViews } from './stores.ts';
import { startViews } from './views-thread.ts';

/** The views to be read, and whoever knows how far they are. */
export interface KeptViews {
  readonly readStore: ReadStore;
  readonly keeper: ViewKeeper;
}

/**
 * Opens the views: those in a file are kept here; those on a server by turns with other processes if `keeps`, and how
 * far they are is told by the server, so that it is known whichever process keeps them.
 */
export async function openKeptViews(
  { eventStore, readStore: at }: Settings,
  keeps: boolean,
  store: EventStore,
  report: Report,
): Promise<KeptViews> {
  const keep = () => startViews({ events: eventStore, views: at, store, report });
  await using opened = new AsyncDisposableStack(); // closed again when a later step fails
  if (at.kind === 'sqlite') {
    const keeper = await keep();
    opened.defer(() => keeper.stop());
    const readStore = await openViews(at, { access: 'read' });
    opened.move();
    return { readStore, keeper };
  }
  const here = keeps ? await keep() : undefined;
  opened.defer(() => here?.stop());
  const readStore = await openViews(at, { access: 'read' });
  opened.defer(() => readStore.close());
  const views = contexts.flatMap((context) => context.views);
  await readStore.prepare(views, historyRules(Object.fromEntries(factsOf(contexts))));
  const watched = await WatchedViews.start({ store: readStore, views, report });
  opened.move();
  const keeper: ViewKeeper = {
    get position() {
      return watched.position;
    },
    reached: (position, withinMs) => watched.reached(position, withinMs),
    /** Whoever keeps them knows more of them. */
    status(head) {
      const known = here?.status(head) ?? [];
      return known.length > 0 ? known : watched.status(head);
    },
    async stop() {
      await here?.stop();
      await watched.stop();
    },
  };
  return { readStore, keeper };
}
