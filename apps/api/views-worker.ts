import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import type { EventStoreAt, ReadStoreAt } from '#delivery/store-settings';
import type { Turn } from '#postgres/turn';
import { Projector } from '#read-store/projector';
import type { ViewStanding } from '#read-store/standing';
import { ByTurns } from './by-turns.ts';
import { contexts } from './contexts.ts';
import { openEvents, openTurn, openViews } from './stores.ts';

/** Where the events are, to be read, and the views, to be kept. */
export interface ViewsWorkerData {
  readonly events: EventStoreAt;
  readonly views: ReadStoreAt;
}

/** An error on its way between threads: classes do not pass. */
export interface ErrorTold {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** What the thread of the views tells. Nothing stands there while another process keeps them. */
export type FromViews =
  | { readonly is: 'standing'; readonly views: readonly ViewStanding[] }
  | { readonly is: 'started' }
  | { readonly is: 'unusable'; readonly error: ErrorTold }
  | { readonly is: 'report'; readonly error: ErrorTold; readonly what: string };

/** What it is told: that events were appended, or that it is to end. */
export type ToViews = 'appended' | 'end';

const told = (error: unknown): ErrorTold => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
};

/**
 * Keeps the views in a thread of its own: all that is written to them is written here. In a file they are this thread's;
 * on a server it keeps them whenever it is this process's turn.
 */
async function keepViews(port: MessagePort, at: ViewsWorkerData): Promise<void> {
  const tell = (message: FromViews) => port.postMessage(message);
  const report = (error: unknown, what: string) => tell({ is: 'report', error: told(error), what });
  try {
    await using opened = new AsyncDisposableStack(); // closed again when a later step fails
    const events = await openEvents(at.events, { clock: systemClock, readOnly: true });
    opened.defer(() => events.close());
    const turn = await openTurn(at.views, 'views');
    const kept = turn
      ? new ByTurns({ turn, begin: () => begin(turn), what: 'the views', report })
      : await begin(undefined);
    opened.defer(() => kept.stop());
    const all = opened.move();
    const end = async () => {
      await all.disposeAsync();
      port.close();
    };
    // to look at the head wakes whoever waits for more
    port.on('message', (message: ToViews) => void (message === 'end' ? end() : events.head()));
    tell({ is: 'started' });

    async function begin(turn: Turn | undefined) {
      await using opened = new AsyncDisposableStack();
      const store = await openViews(at.views, { access: 'keep', turn });
      opened.defer(() => store.close());
      const projector = await Projector.start({
        events,
        store,
        views: contexts.flatMap(({ views }) => views),
        facts: Object.fromEntries(factsOf(contexts)),
        report,
        stands: (views) => tell({ is: 'standing', views }),
      });
      if (turn) opened.defer(() => tell({ is: 'standing', views: [] }));
      opened.defer(() => projector.stop());
      const all = opened.move();
      return { stop: () => all.disposeAsync() };
    }
  } catch (error) {
    tell({ is: 'unusable', error: told(error) });
    port.close();
  }
}

if (parentPort) await keepViews(parentPort, workerData as ViewsWorkerData);
