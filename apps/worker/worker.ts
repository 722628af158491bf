import { contexts } from '#apps/api/contexts';
import { openInstallation } from '#apps/api/installation';
import { Watch } from '#apps/api/watch';
import type { Report } from '#delivery/log';
import { type Settings, SettingsError } from '#delivery/settings';

/** A running worker. */
export interface Worker {
  /** Where metrics and health details are, unless they are off. */
  readonly adminUrl: string | undefined;
  /** What was begun is written, and the turns are given back. */
  close(): Promise<void>;
}

/**
 * Keeps the views and runs processes and timers whenever it is this process's turn. It serves nobody but the operator;
 * it is ready as soon as it stands by, and while nothing waits that it could not take in.
 * @throws SettingsError where the API keeps them itself; what the stores throw
 */
export async function startWorker(settings: Settings, report: Report): Promise<Worker> {
  if (settings.workers !== 'apart')
    throw new SettingsError([
      'WORKERS is inside: the API keeps the views itself, and no worker is needed. With EventStoreDB and PostgreSQL set WORKERS=apart, for the API too',
    ]);
  const watch = await Watch.open(settings, contexts, report);
  try {
    const { platform, ...installation } = await openInstallation(settings, watch.report, 'worker', watch);
    const { projector, processes } = platform;
    const takenIn = ({ parked }: { readonly parked: number }) => parked === 0;
    const ready = () => projector.status(0).every(takenIn) && processes.status().every(takenIn);
    try {
      const adminUrl = await watch.begin({ platform, ...installation }, ready);
      return {
        adminUrl,
        async close() {
          await platform.close();
          await watch.close();
        },
      };
    } catch (error) {
      await platform.close();
      throw error;
    }
  } catch (error) {
    await watch.close();
    throw error;
  }
}
