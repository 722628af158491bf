import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { factsOf } from '#delivery/checks';
import { systemClock } from '#delivery/clock';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { Projector } from '#read-store/projector';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import type { ViewStanding } from '#read-store/standing';
import { contexts } from './contexts.ts';

/** Where the events are, to be read, and the views, to be kept. */
export interface ViewsWorkerData {
  readonly events: string;
  readonly views: string;
}

/** An error on its way between threads: classes do not pass. */
export interface ErrorTold {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** What the thread of the views tells. */
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

/** Keeps the views in a thread of its own: all that is written to them is written here. */
async function keepViews(port: MessagePort, paths: ViewsWorkerData): Promise<void> {
  const tell = (message: FromViews) => port.postMessage(message);
  try {
    const events = await openSqliteEventStore({ path: paths.events, clock: systemClock, readOnly: true });
    const store = await openSqliteReadStore({ path: paths.views });
    const projector = await Projector.start({
      events,
      store,
      views: contexts.flatMap(({ views }) => views),
      facts: Object.fromEntries(factsOf(contexts)),
      report: (error, what) => tell({ is: 'report', error: told(error), what }),
      stands: (views) => tell({ is: 'standing', views }),
    });
    const end = async () => {
      await projector.stop();
      await store.close();
      await events.close();
      port.close();
    };
    // to look at the head wakes whoever waits for more
    port.on('message', (message: ToViews) => void (message === 'end' ? end() : events.head()));
    tell({ is: 'started' });
  } catch (error) {
    tell({ is: 'unusable', error: told(error) });
    port.close();
  }
}

if (parentPort) await keepViews(parentPort, workerData as ViewsWorkerData);
