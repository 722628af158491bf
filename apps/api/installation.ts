import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { grantsOf, organisationsOf, persons } from '#contexts/identity/public';
import type { Demonstration } from '#delivery/about-fields';
import { openDemoClock, refuseDemoClock, systemAlarm, systemClock } from '#delivery/clock';
import { demoIssuer } from '#delivery/identity-token';
import type { Report } from '#delivery/log';
import { type Platform, startPlatform } from '#delivery/platform';
import { loadSecret, type Secret } from '#delivery/secret';
import type { Settings } from '#delivery/settings';
import type { Directory } from '#directory/directory';
import { openSqliteDirectory } from '#directory/sqlite/sqlite-directory';
import { StoreUnusable } from '#event-store/event-store';
import type { Check } from '#event-store/sqlite/background-check';
import { openSqliteEventStore } from '#event-store/sqlite/sqlite-event-store';
import { openSqliteProcessStore } from '#processes/sqlite/sqlite-process-store';
import { openSqliteReadStore } from '#read-store/sqlite/sqlite-read-store';
import { openSqliteSnapshots } from '#read-store/sqlite/sqlite-snapshots';
import { contexts } from './contexts.ts';
import { startViews } from './views-thread.ts';
import type { Watch } from './watch.ts';

/** Stores, people and clock as the settings say: what serves, and what the command line uses. */
export interface Installation {
  readonly platform: Platform;
  readonly directory: Directory;
  readonly secret: Secret;
  readonly demonstration: Demonstration | undefined;
  /** What is known of the event store as a whole: after an unclean stop it is checked in the background. */
  readonly check: Check;
}

/** @throws SettingsError, StoreUnusable, ReadStoreUnusable, DirectoryUnusable: each says what was found and the way out */
export async function openInstallation(settings: Settings, report: Report, watch?: Watch): Promise<Installation> {
  const { dataDir, mandatedOrgId } = settings;
  process.umask(0o077); // what is kept here is for its owner alone
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const demo = settings.mode === 'demo';
  if (!demo) refuseDemoClock(dataDir);
  const demoClock = demo ? openDemoClock(dataDir) : undefined;
  const clock = demoClock ?? systemClock;
  const secret = loadSecret(settings.secretFile);
  await using opened = new AsyncDisposableStack(); // closed again when a later step fails
  const { path, maxBytes } = settings.eventStore;
  const checked = ({ state }: Check) => {
    const found = state === 'damaged' ? 'it is damaged' : 'not all of it could be looked at';
    // The places are for the operator who asks for them, not for every reader of the log (domain 3.4).
    const says = `${path}: ${found}. samverk fsck names what is wrong, and the way out`;
    if (state !== 'clean') report(new StoreUnusable(says), 'the check of the whole store');
  };
  const limit = maxBytes === undefined ? {} : { maxBytes };
  const events = await openSqliteEventStore({ path, clock, checked, ...limit });
  opened.defer(() => events.close());
  const store = watch?.store(events) ?? events;
  const directory = await openSqliteDirectory({ path: join(dataDir, 'directory.db'), key: secret.derive('directory') });
  opened.defer(() => directory.close());
  const projector = await startViews({
    events: settings.eventStore.path,
    views: settings.readStore.path,
    store: events,
    report,
  });
  opened.defer(() => projector.stop());
  const readStore = await openSqliteReadStore({ path: settings.readStore.path, access: 'read' });
  opened.defer(() => readStore.close());
  const snapshots = await openSqliteSnapshots({ path: settings.readStore.path });
  opened.defer(() => snapshots.close());
  const processStore = await openSqliteProcessStore({ path: join(dataDir, 'processes.db') });
  opened.defer(() => processStore.close());
  const administrator = await directory.personRef(
    settings.mode === 'demo' ? demoIssuer : settings.issuer,
    settings.adminSubject,
  );
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
    secret,
    mandatedOrgId,
    firstAdministrator: {
      person: administrator,
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
  return { platform, directory, secret, demonstration, check: events.check };
}
