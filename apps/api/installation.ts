import { mkdirSync } from 'node:fs';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import type { Demonstration } from '#delivery/about-fields';
import { openDemoClock, refuseDemoClock, refuseOtherTime, systemAlarm, systemClock } from '#delivery/clock';
import { demoIssuer } from '#delivery/identity-token';
import type { Report } from '#delivery/log';
import { type Platform, startPlatform } from '#delivery/platform';
import { loadSecret, type Secret } from '#delivery/secret';
import type { Settings } from '#delivery/settings';
import type { Directory } from '#directory/directory';
import { StoreUnusable } from '#event-store/event-store';
import type { Check } from '#event-store/sqlite/background-check';
import { contexts } from './contexts.ts';
import { openKeptViews } from './kept-views.ts';
import { runByTurns, runElsewhere } from './run-processes.ts';
import { openEvents, openPeople, openProcessStore, openSnapshots, openTurn } from './stores.ts';
import type { Watch } from './watch.ts';

/** Stores, people and clock as the settings say: what serves, and what the command line uses. */
export interface Installation {
  readonly platform: Platform;
  readonly directory: Directory;
  readonly secret: Secret;
  readonly demonstration: Demonstration | undefined;
  /** What is known of an event store in a file as a whole: after an unclean stop it is checked in the background. */
  readonly check: Check | undefined;
  /** Whether views and processes are kept here (maybe by turns with others), or in another process. */
  readonly keeps: boolean;
}

/** What a process is for: to serve, to keep views and run processes apart from that, or to use both beside them. */
export type Role = 'api' | 'worker' | 'tool';

/**
 * Opens what the settings say, in every combination of stores.
 * @throws SettingsError, StoreUnusable, ReadStoreUnusable, DirectoryUnusable: each says what was found and the way out
 */
export async function openInstallation(
  settings: Settings,
  report: Report,
  role: Role,
  watch?: Watch,
): Promise<Installation> {
  const { dataDir, mandatedOrgId } = settings;
  process.umask(0o077); // what is kept here is for its owner alone
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const demo = settings.mode === 'demo';
  if (!demo) refuseDemoClock(dataDir);
  const demoClock = demo ? openDemoClock(dataDir) : undefined;
  const clock = demoClock ?? systemClock;
  const secret = loadSecret(settings.secretFile);
  const keeps = keepsViews(settings, role);
  await using opened = new AsyncDisposableStack(); // closed again when a later step fails
  const events = await openEvents(settings.eventStore, { clock, checked: tellDamage(settings, report) });
  opened.defer(() => events.close());
  if (settings.eventStore.kind === 'kurrent') await refuseOtherTime(events, demoClock);
  const store = watch?.store(events) ?? events;
  const directory = await openPeople(settings, secret);
  opened.defer(() => directory.close());
  const { readStore, keeper: projector } = await openKeptViews(settings, keeps, events, report);
  opened.defer(() => readStore.close());
  opened.defer(() => projector.stop());
  const snapshots = await openSnapshots(settings.readStore);
  opened.defer(() => snapshots.close());
  const turn = keeps ? await openTurn(settings.readStore, 'processes') : undefined;
  opened.defer(() => turn?.close());
  const processStore = await openProcessStore(settings, turn);
  opened.defer(() => processStore.close());
  const issuer = settings.mode === 'demo' ? demoIssuer : settings.issuer;
  const platform = await startPlatform({
    contexts,
    store,
    readStore,
    projector,
    snapshots,
    processStore,
    directory,
    people: { persons, grantsOf: grantsOf, organisationsOf: organisationsOf },
    clock,
    ...(demo ? {} : { alarm: systemAlarm }),
    ...(turn ? { run: runByTurns(turn, report) } : keeps ? {} : { run: runElsewhere }),
    secret,
    mandatedOrgId,
    firstAdministrator: {
      person: await directory.personRef(issuer, settings.adminSubject),
      grant: { role: 'SYSTEM_ADMIN', org: mandatedOrgId, for: mandatedOrgId },
    },
    ...(watch && { watched: watch.desk }),
    report,
  });
  const demonstration = demoClock && {
    async moveTo(to: string) {
      demoClock.moveTo(to);
      await platform.processes.settled(60_000);
      await platform.projector.reached(await store.head(), 60_000);
    },
  };
  opened.move(); // from here on by the platform
  return { platform, directory, secret, demonstration, check: events.check, keeps };
}

/** A tool leaves the views to whoever runs beside it; with files nobody does, since one process has them. */
function keepsViews({ workers, eventStore, readStore }: Settings, role: Role): boolean {
  const onServers = eventStore.kind === 'kurrent' && readStore.kind === 'postgres';
  return role === 'worker' || (workers === 'inside' && !(role === 'tool' && onServers));
}

const tellDamage =
  ({ eventStore }: Settings, report: Report) =>
  ({ state }: Check): void => {
    if (eventStore.kind !== 'sqlite' || state === 'clean') return;
    const found = state === 'damaged' ? 'it is damaged' : 'not all of it could be looked at';
    // The places are for the operator who asks for them, not for every reader of the log (domain 3.4).
    const says = `${eventStore.path}: ${found}. samverk fsck names what is wrong, and the way out`;
    report(new StoreUnusable(says), 'the check of the whole store');
  };
