import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Shown } from './health.ts';
import type { Told } from './told.ts';
import type { Answered } from './watching.ts';

/**
 * What Prometheus may ask: the process itself, and what is told of the system (see `Told`). Why none of it tells of a
 * sealed fact: commands are counted by name and outcome, and a silent one not at all; requests by route and status, where
 * one that brought a silent command is left out whole, so that no difference of two figures is a number of them. Nothing
 * counts what is stored: how far views are behind is a power of ten, and appends and flushes have no metric.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #commands: Counter<'command' | 'outcome'>;
  readonly #requests: Histogram<'route' | 'status'>;
  readonly #broken: Counter;
  readonly #told: Told;
  /** Found once for each pair of labels: finding them costs more than counting. */
  readonly #ofCommands = new Map<string, Counter.Internal>();
  readonly #ofRequests = new Map<string, Histogram.Internal<'route' | 'status'>>();
  readonly #health: Readonly<Record<keyof typeof gauges, Gauge>>;

  constructor(told: Told) {
    this.#told = told;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#commands = new Counter({
      name: 'samverk_commands_total',
      help: 'Commands that came to be decided, by what came of them: ACCEPTED, the code of a refusal, MALFORMED, BROKEN.',
      labelNames: ['command', 'outcome'],
      registers,
    });
    this.#requests = new Histogram({
      name: 'samverk_request_duration_seconds',
      help: 'Requests answered, from their arrival to the last byte.',
      labelNames: ['route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10],
      registers,
    });
    this.#broken = new Counter({
      name: 'samverk_broken_total',
      help: 'What broke here, in a request or behind it: each is in the log with its stack.',
      registers,
    });
    const made = Object.entries(gauges).map(([name, { help, labelNames }]) => {
      const gauge = new Gauge({ name: `samverk_${name}`, help, labelNames: [...labelNames], registers });
      return [name, gauge];
    });
    this.#health = Object.fromEntries(made) as Readonly<Record<keyof typeof gauges, Gauge>>;
    for (const command of told.commands) this.#counterOf(command, 'ACCEPTED').inc(0);
  }

  /** Counts nothing that is not told, whoever calls. */
  command(name: string, outcome: string): void {
    if (this.#told.command(name)) this.#counterOf(name, outcome).inc();
  }

  broken(): void {
    this.#broken.inc();
  }

  request({ path = 'none', status, ms }: Answered): void {
    const key = `${status} ${path}`;
    let requests = this.#ofRequests.get(key);
    if (!requests) this.#ofRequests.set(key, (requests = this.#requests.labels({ route: path, status: `${status}` })));
    requests.observe(ms / 1_000);
  }

  /** The text that Prometheus reads. */
  async text(shown: Shown): Promise<string> {
    const { ok, view_behind_at_most, view_parked, view_check, other_views_ok, store_check } = this.#health;
    const { process_behind, process_parked, process_pending } = this.#health;
    for (const gauge of Object.values(this.#health)) gauge.reset();
    ok.set(shown.ok ? 1 : 0);
    for (const { view, behindAtMost, parked, check } of shown.views) {
      view_behind_at_most.set({ view }, behindAtMost);
      view_parked.set({ view }, parked);
      if (check) view_check.set({ view, state: check }, 1);
    }
    if (shown.otherViews) other_views_ok.set(shown.otherViews.ok ? 1 : 0);
    else other_views_ok.remove();
    if (shown.store) store_check.set({ state: shown.store.state }, 1);
    for (const { process, behind, parked, pending } of shown.processes ?? []) {
      process_behind.set({ process }, behind ? 1 : 0);
      process_parked.set({ process }, parked);
      process_pending.set({ process }, pending);
    }
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #counterOf(command: string, outcome: string): Counter.Internal {
    const key = `${command} ${outcome}`;
    let counter = this.#ofCommands.get(key);
    if (!counter) this.#ofCommands.set(key, (counter = this.#commands.labels({ command, outcome })));
    return counter;
  }
}

/** Set anew whenever somebody asks. */
const gauges = {
  ok: { help: '1 while nothing is damaged, parked or different.', labelNames: [] },
  view_behind_at_most: {
    help: 'A power of ten that the events not yet in the view do not exceed; 0 when all are.',
    labelNames: ['view'],
  },
  view_parked: {
    help: 'Events that the view could not take in, and those that wait behind them.',
    labelNames: ['view'],
  },
  view_check: {
    help: 'What the self-check of the view last found: ok, differs or running.',
    labelNames: ['view', 'state'],
  },
  other_views_ok: { help: '1 while no view that is not named has anything parked or different.', labelNames: [] },
  store_check: { help: 'The check of the event store: running, clean or damaged.', labelNames: ['state'] },
  process_behind: { help: '1 while the process has events to hear, or timers that are due.', labelNames: ['process'] },
  process_parked: { help: 'Events that the process could not handle, and those behind them.', labelNames: ['process'] },
  process_pending: { help: 'Timers of the process that wait for their time.', labelNames: ['process'] },
} as const;
