import type { Report } from '#delivery/log';
import type { Processes } from '#delivery/platform';
import type { Turn } from '#postgres/turn';
import { ByTurns } from './by-turns.ts';

/** Runs the processes whenever it is this process's turn. */
export const runByTurns =
  (turn: Turn, report: Report) =>
  async (begin: () => Promise<Processes>): Promise<Processes> => {
    const runner = new ByTurns({ turn, begin, what: 'the processes', report });
    return {
      status: () => runner.work?.status() ?? [],
      async settled(withinMs) {
        const until = performance.now() + withinMs;
        const processes = await runner.here(withinMs);
        return (await processes?.settled(Math.max(0, until - performance.now()))) ?? false;
      },
      stop: () => runner.stop(),
    };
  };

/** Leaves the processes to another process: how they are is asked of that one. */
export const runElsewhere = async (): Promise<Processes> => ({
  status: () => [],
  settled: async () => false,
  stop: async () => undefined,
});
