import type { QueueMetricsProvider } from '@kubetape/workqueue'

/** What the runtime measures; component-base's registry stands behind it under controller-runtime's names. */
export interface RunMetrics {
  readonly queue: QueueMetricsProvider | undefined
  reconciled(controller: string, result: string, seconds: number): void
  activeWorkers(controller: string, count: number): void
}

export const noMetrics: RunMetrics = { queue: undefined, reconciled: () => undefined, activeWorkers: () => undefined }
