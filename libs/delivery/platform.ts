import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { EventStore } from '#event-store/event-store';
import type { Directory } from '#directory/directory';
import type { Context } from '#kernel/context';
import type { Clock } from '#kernel/time';
import { visibilityTable } from '#kernel/visibility';
import type { ProcessStore } from '#processes/process-store';
import { type Alarm, Runner } from '#processes/runner';
import { historyRules } from '#read-store/history-rules';
import type { ReadStore, Views } from '#read-store/read-store';
import type { Snapshots } from '#read-store/snapshots';
import type { ViewKeeper } from '#read-store/standing';
import { CalendarFeeds } from './calendar-feeds.ts';
import { checkContexts, factsOf } from './checks.ts';
import { CommandDesk, type Desk } from './command-desk.ts';
import { Consistency } from './consistency.ts';
import { DataQuality } from './data-quality.ts';
import { byProcess } from './envelopes.ts';
import { lookUps } from './look-ups.ts';
import { opaqueTokens } from './opaque.ts';
import { Callers, type FirstAdministrator, type People } from './people.ts';
import { Reader } from './reader.ts';
import { Repository } from './repository.ts';
import type { Secret } from './secret.ts';
import { shownViews } from './shown-views.ts';
import { Sight } from './sight.ts';

/** What the apps choose: stores, people, clock and secret. */
export interface PlatformNeeds {
  readonly contexts: readonly Context[];
  readonly store: EventStore;
  /** Read here, and written by `projector` alone. */
  readonly readStore: ReadStore;
  readonly projector: ViewKeeper;
  readonly snapshots: Snapshots;
  readonly processStore: ProcessStore;
  readonly directory: Directory;
  readonly people: People;
  readonly clock: Clock;
  /** Wakes timers at their time; none for a clock that is moved by hand. */
  readonly alarm?: Alarm;
  /** Who runs the processes: by `start`, as often as it is to begin again, or another process. At once unless told. */
  readonly run?: (start: () => Promise<Processes>) => Promise<Processes>;
  readonly secret: Secret;
  readonly mandatedOrgId: string;
  readonly firstAdministrator?: FirstAdministrator;
  /** The desk as all are to use it: watched, where somebody watches. */
  readonly watched?: (desk: Desk) => Desk;
  /** Told of what goes wrong behind the scenes. */
  readonly report: (error: unknown, what: string) => void;
}

/** What is asked of the processes, wherever they run. */
export type Processes = Pick<Runner, 'status' | 'settled' | 'stop'>;

/** Everything between the ports and GraphQL, joined. */
export interface Platform {
  readonly contexts: readonly Context[];
  readonly store: EventStore;
  readonly readStore: Views;
  readonly clock: Clock;
  readonly callers: Callers;
  readonly desk: Desk;
  readonly reader: Reader;
  readonly projector: ViewKeeper;
  readonly calendarFeeds: CalendarFeeds;
  readonly processes: Processes;
  readonly dataQuality: DataQuality;
  close(): Promise<void>;
}

/** The table of who sees what, as the project ships it. */
export const shippedTable = () => {
  const path = createRequire(import.meta.url).resolve('#root/libs/delivery/visibility.csv');
  return visibilityTable(readFileSync(path, 'utf8'));
};

/** @throws ContextsUnusable when the contexts contradict themselves or each other: nothing was started then */
export async function startPlatform(needs: PlatformNeeds): Promise<Platform> {
  const { contexts, store, projector, snapshots, processStore, directory, clock, alarm, secret } = needs;
  const { mandatedOrgId, report } = needs;
  checkContexts(contexts);
  const facts = factsOf(contexts);
  await needs.readStore.prepare(
    contexts.flatMap(({ views }) => views),
    historyRules(Object.fromEntries(facts)),
  );
  const readStore = shownViews(needs.readStore);
  const repository = await Repository.start(store, snapshots, report);
  const tokens = opaqueTokens(secret);
  const sight = new Sight(shippedTable(), facts, store, readStore);
  const callers = new Callers(repository, needs.people, clock, needs.firstAdministrator);
  const looksUp = lookUps({ directory, store, readStore, sight, projector, secret });
  const desk = new CommandDesk({ store, repository, looksUp, sight, tokens, clock, mandatedOrgId });
  const { run = (start) => start() } = needs;
  const processes = await run(() =>
    Runner.start({
      events: store,
      store: processStore,
      processes: contexts.flatMap((context) => context.processes ?? []),
      examiner: new Consistency({ contexts, events: store, looksUp, mandatedOrgId }),
      eventOf: (made) => byProcess(made, clock.now(), mandatedOrgId),
      clock,
      ...(alarm && { alarm }),
      report,
    }),
  );
  return {
    contexts,
    store,
    readStore,
    clock,
    callers,
    projector,
    desk: needs.watched?.(desk) ?? desk,
    calendarFeeds: new CalendarFeeds(tokens),
    processes,
    dataQuality: new DataQuality({ processStore, store, sight, tokens }),
    reader: new Reader({
      readStore,
      store,
      sight,
      tokens,
      clock,
      reached: (position, withinMs) => projector.reached(position, withinMs),
    }),
    async close() {
      await processes.stop();
      await projector.stop();
      await snapshots.close();
      await processStore.close();
      await needs.readStore.close();
      await store.close();
      await directory.close();
    },
  };
}
