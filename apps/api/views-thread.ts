import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { EventStore } from '#event-store/event-store';
import { Keeper, type ViewKeeper } from '#read-store/standing';
import type { ErrorTold, FromViews, ToViews, ViewsWorkerData } from './views-worker.ts';

export interface ViewsThreadOptions extends ViewsWorkerData {
  /** Where events are appended: each append to a file wakes the thread; a server tells it by itself. */
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  /** Told of everything that goes wrong in the thread, and of its end when nobody asked for it. */
  readonly report: (error: unknown, what: string) => void;
  /** The program of the thread, unless it is `views-worker`. */
  readonly program?: URL;
}

const firstWait = 50;
const longestWait = 5_000;

/** Small: what the thread makes lives long or not at all, and a large young generation is never given back. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

/**
 * The views, kept in a thread of their own, so that folding and writing hold up no request: this one only reads. A thread
 * that dies is reported and started again, and goes on from the checkpoint.
 * @throws ReadStoreUnusable, StoreUnusable when it cannot begin
 */
export async function startViews(options: ViewsThreadOptions): Promise<ViewKeeper> {
  const thread = new ViewsThread(options);
  await thread.begin();
  return thread;
}

class ViewsThread extends Keeper {
  readonly #options: ViewsThreadOptions;
  readonly #stopping = new AbortController();
  #worker: Worker | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: ViewsThreadOptions) {
    super();
    this.#options = options;
  }

  override async stop(): Promise<void> {
    this.#stopping.abort();
    this.#tell('end');
    await this.#ended;
    this.end();
  }

  async begin(): Promise<void> {
    const life = this.#live();
    await life.started;
    const told = this.#options.events.kind === 'sqlite' ? this.#wake() : undefined;
    this.#ended = Promise.all([this.#goOn(life.over), told]);
  }

  /** One life of the thread. */
  #live(): { readonly started: Promise<void>; readonly over: Promise<unknown> } {
    const { events, views, report, program = programBeside() } = this.#options;
    const started = Promise.withResolvers<void>();
    const data: ViewsWorkerData = { events, views };
    const fromSource = program.pathname.endsWith('.ts') && { execArgv: ['-C', 'samverk-source', '--no-warnings'] };
    const worker = new Worker(program, { workerData: data, resourceLimits, ...fromSource });
    this.#worker = worker;
    worker.on('message', (message: FromViews) => {
      if (message.is === 'standing') this.take(message.views);
      else if (message.is === 'report') report(errorOf(message.error), message.what);
      else if (message.is === 'started') started.resolve();
      else started.reject(errorOf(message.error));
    });
    const over = new Promise<unknown>((resolve) => {
      worker.once('error', resolve);
      worker.once('exit', () => resolve(new Error('the thread of the views ended')));
    });
    void over.then(started.reject);
    return { started: started.promise, over };
  }

  /** Starts the thread again whenever it ends unasked. */
  async #goOn(over: Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = firstWait, life = over; ;) {
      const error = await life;
      if (signal.aborted) return;
      this.#options.report(error, `the views stand still; their thread is started again in ${wait} ms`);
      await delay(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const next = this.#live();
      life = next.over;
      wait = await next.started.then(
        () => firstWait,
        () => Math.min(wait * 2, longestWait),
      );
      if (signal.aborted) this.#tell('end');
    }
  }

  /** Nothing passes this filter: nothing is parsed for it. */
  async #wake(): Promise<void> {
    const { store, report } = this.#options;
    const { signal } = this.#stopping;
    try {
      const appended = store.subscribe({ after: await store.head(), filter: { types: [] }, signal });
      for await (const _ of appended) this.#tell('appended');
    } catch (error) {
      report(error, 'the thread of the views is told no more of what is appended, and looks for itself');
    }
  }

  #tell(message: ToViews): void {
    this.#worker?.postMessage(message);
  }
}

/** Compiled beside this file compiled, or source beside source. */
const programBeside = (): URL => new URL(`./views-worker${extname(import.meta.url)}`, import.meta.url);

function errorOf({ name, message, stack }: ErrorTold): Error {
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
