import type { QueueMetricsProvider } from '@kubetape/workqueue'

/** What the runtime measures; component-base's registry stands behind it under controller-runtime's names. */
export interface RunMetrics {
  readonly queue: QueueMetricsProvider | undefined
  reconciled(controller: string, result: string, seconds: number): void
  activeWorkers(controller: string, count: number): void
  /** Whether this process leads, by the name of the Lease; told at first and when it changes. */
  leading?(lease: string, isLeading: boolean): void
  /** A renewal of the Lease had to read it first. */
  leaderElectionSlowPath?(lease: string): void
}

export const noMetrics: RunMetrics = { queue: undefined, reconciled: () => undefined, activeWorkers: () => undefined }
