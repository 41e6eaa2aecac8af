import type { QueueMetricsProvider } from '@kubetape/workqueue'

/** What the runtime measures; `runMetrics(registry)` writes it down under controller-runtime's names. */
export interface RunMetrics {
  readonly queue: QueueMetricsProvider | undefined
  reconciled(controller: string, result: string, seconds: number): void
  activeWorkers(controller: string, count: number): void
  /** A controller is about to run, on so many keys at once. */
  controllerStarts?(controller: string, concurrencyMax: number): void
  /** A run broke off for a reason outside of its reconcile function (the journal, the log): the nearest to what Go calls a panic. */
  brokeOff?(controller: string): void
  /** Whether this process leads, by the name of the Lease; told at first and when it changes. */
  leading?(lease: string, isLeading: boolean): void
  /** A renewal of the Lease had to read it first. */
  leaderElectionSlowPath?(lease: string): void
}

export const noMetrics: RunMetrics = { queue: undefined, reconciled: () => undefined, activeWorkers: () => undefined }

/** What `runMetrics` writes to; `MetricsRegistry` of component-base fits. */
export interface MetricsPort extends QueueMetricsProvider {
  gauge(spec: {
    readonly name: string
    readonly help: string
    readonly labelNames: readonly string[]
  }): ReturnType<QueueMetricsProvider['gauge']> & { with(labels: Record<string, string>): { set(value: number): void } }
}

/** Seconds, as controller-runtime's histogram of reconcile times has them. */
const RECONCILE_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5,
  5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

const RESULTS = ['error', 'requeue', 'requeue_after', 'success'] as const

/**
 * The runtime's measurements under the names and labels of controller-runtime and client-go, so that dashboards made for those work unchanged.
 * Every series of a controller is there, at zero, from when it starts. Runs have no time limit, so `..._timeouts_total` stays at zero.
 */
export function runMetrics(metrics: MetricsPort): RunMetrics {
  const counter = (name: string, help: string, ...more: string[]) =>
    metrics.counter({ name: `controller_runtime_${name}`, help, labelNames: ['controller', ...more] })
  const gauge = (name: string, help: string) => metrics.gauge({ name: `controller_runtime_${name}`, help, labelNames: ['controller'] })
  const total = counter('reconcile_total', 'Runs per controller and result.', 'result')
  const errors = counter('reconcile_errors_total', 'Runs per controller that failed.')
  const terminal = counter('terminal_reconcile_errors_total', 'Runs per controller that failed and are not tried again.')
  const panics = counter('reconcile_panics_total', 'Runs per controller that broke off.')
  const timeouts = counter('reconcile_timeouts_total', 'Runs per controller that took too long.')
  const active = gauge('active_workers', 'Runs under way per controller.')
  const workersMax = gauge('max_concurrent_reconciles', 'Runs that may be under way at once per controller.')
  const seconds = metrics.histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long runs take.',
    labelNames: ['controller'],
    buckets: RECONCILE_BUCKETS,
  })
  return {
    queue: metrics,
    controllerStarts: (controller, concurrencyMax) => {
      for (const one of [errors, terminal, panics, timeouts]) one.with({ controller }).inc(0)
      for (const result of RESULTS) total.with({ controller, result }).inc(0)
      active.with({ controller }).set(0)
      workersMax.with({ controller }).set(concurrencyMax)
    },
    reconciled: (controller, result, elapsed) => {
      total.with({ controller, result: result === 'terminal-error' ? 'error' : result }).inc()
      if (result === 'error' || result === 'terminal-error') errors.with({ controller }).inc()
      if (result === 'terminal-error') terminal.with({ controller }).inc()
      seconds.with({ controller }).observe(elapsed)
    },
    activeWorkers: (controller, count) => active.with({ controller }).set(count),
    brokeOff: (controller) => panics.with({ controller }).inc(),
    leading: (name, isLeading) => {
      const help = 'Whether this process leads (1) or waits (0), by Lease.'
      metrics
        .gauge({ name: 'leader_election_master_status', help, labelNames: ['name'] })
        .with({ name })
        .set(isLeading ? 1 : 0)
    },
    leaderElectionSlowPath: (name) => {
      const help = 'Renewals that had to read the Lease first, by Lease.'
      metrics
        .counter({ name: 'leader_election_slowpath_total', help, labelNames: ['name'] })
        .with({ name })
        .inc()
    },
  }
}
