import type { Told } from './told.ts';

/** A part of the system, asked how it is whenever somebody looks. Each is plugged in where the app is put together. */
export interface HealthParts {
  readonly views: () => readonly ViewHealth[] | Promise<readonly ViewHealth[]>;
  readonly store?: () => StoreHealth;
  readonly processes?: () => readonly ProcessHealth[];
}

export interface ViewHealth {
  readonly view: string;
  /** Events stored and not yet in the view. */
  readonly behind: number;
  /** Events that could not be taken in, and those that wait behind them. */
  readonly parked: number;
  /** What the self-check last found. */
  readonly check?: 'ok' | 'differs' | 'running';
}

export interface StoreHealth {
  /** The check of the whole file in the background. */
  readonly state: 'clean' | 'unchecked' | 'running' | 'damaged';
}

export interface ProcessHealth {
  readonly process: string;
  /** Whether there are events that it has not heard, or timers that are due. */
  readonly behind: boolean;
  /** Timers that wait for their time. */
  readonly pending: number;
  readonly parked: number;
}

/** What is shown: see `shownHealth`. */
export interface Shown {
  readonly ok: boolean;
  readonly store?: StoreHealth;
  readonly views: readonly (Omit<ViewHealth, 'behind'> & { readonly behindAtMost: number })[];
  /** All views that are not named, in one bit. */
  readonly otherViews?: { readonly ok: boolean };
  readonly processes?: readonly ProcessHealth[];
  /** All processes that are not named, in one bit. */
  readonly otherProcesses?: { readonly ok: boolean };
}

/**
 * How the system is, as far as it may be told (domain 3.4, 7.7 (g)): no position and no number of stored events. How far
 * something is behind counts events of every class, so it is told as a power of ten. Views that take in silent facts are
 * one bit together, and so are such processes. `ok` says that nothing is damaged, parked or different; being behind for a while is no fault.
 */
export async function shownHealth(parts: HealthParts, told: Told): Promise<Shown> {
  const views = await parts.views();
  const named = views.filter(({ view }) => told.view(view));
  const others = views.filter(({ view }) => !told.view(view));
  const store = parts.store?.();
  const processes = parts.processes?.() ?? [];
  const heard = processes.filter(({ process }) => told.process(process));
  const unheard = processes.filter(({ process }) => !told.process(process));
  const sound = ({ parked, check }: Pick<ViewHealth, 'parked' | 'check'>) => parked === 0 && check !== 'differs';
  return {
    ok: views.every(sound) && processes.every(sound) && store?.state !== 'damaged',
    ...(store && { store: { state: store.state } }),
    views: named.map(({ view, behind, parked, check }) => ({
      view,
      behindAtMost: powerOfTen(behind),
      parked,
      ...(check && { check }),
    })),
    ...(others.length > 0 && { otherViews: { ok: others.every(sound) } }),
    ...(heard.length > 0 && { processes: heard }),
    ...(unheard.length > 0 && { otherProcesses: { ok: unheard.every(sound) } }),
  };
}

/** 0, or the smallest of 10, 100, 1,000 … that is not less. */
const powerOfTen = (count: number): number => (count <= 0 ? 0 : 10 ** Math.max(1, Math.ceil(Math.log10(count))));
