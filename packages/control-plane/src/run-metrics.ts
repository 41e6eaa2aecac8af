import { DEFAULT_BUCKETS, type Metrics } from '@kubetape/component-base'
import type { RunMetrics } from '@kubetape/runtime'

/** The runtime's measurements under controller-runtime's metric names, so that dashboards made for it work unchanged. */
export function runMetrics(metrics: Metrics): RunMetrics {
  const total = metrics.counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Runs per controller and result.',
    labelNames: ['controller', 'result'],
  })
  const errors = metrics.counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Runs per controller that failed.',
    labelNames: ['controller'],
  })
  const seconds = metrics.histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long runs take.',
    labelNames: ['controller'],
    buckets: DEFAULT_BUCKETS,
  })
  const active = metrics.gauge({
    name: 'controller_runtime_active_workers',
    help: 'Runs under way per controller.',
    labelNames: ['controller'],
  })
  return {
    queue: metrics,
    reconciled: (controller, result, elapsed) => {
      total.with({ controller, result: result === 'terminal-error' ? 'error' : result }).inc()
      if (result === 'error' || result === 'terminal-error') errors.with({ controller }).inc()
      seconds.with({ controller }).observe(elapsed)
    },
    activeWorkers: (controller, count) => active.with({ controller }).set(count),
  }
}
