import type { Clock } from '@kubetape/determinism'
import type { Entry } from './priority-order.ts'

/** What a metric is called, says and is labelled with. */
export interface QueueMetricSpec {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
}

/**
 * The part of a metrics registry that queues need; the `Metrics` port of `@kubetape/component-base` fits.
 * Asking twice for a name gives the same metric; `read` replaces an earlier reader of the same labels.
 */
export interface QueueMetricsProvider {
  counter(spec: QueueMetricSpec): { with(labels: Record<string, string>): { inc(by?: number): void } }
  gauge(spec: QueueMetricSpec): { read(labels: Record<string, string>, read: () => number): void }
  histogram(spec: QueueMetricSpec & { readonly buckets: readonly number[] }): {
    with(labels: Record<string, string>): { observe(value: number): void }
  }
}

/** Seconds, from ten nanoseconds to a thousand seconds in steps of ten, as upstream's histograms. */
const DURATION_BUCKETS: readonly number[] = Array.from({ length: 12 }, (_, step) => Number(`1e${step - 8}`))

/** What the recorder reads from its queue when metrics are collected. */
export interface QueueState {
  /** Items asked for and not yet handed out, those that wait for their own processing included. */
  depth(): number
}

/** Records one queue under upstream's metric names, labelled `name` and what else its options say. Gauges are read when collected, so they cost nothing before. */
export class QueueMetrics<T> {
  readonly #clock: Clock
  readonly #processing = new Set<Entry<T>>()
  readonly #adds: { inc(by?: number): void }
  readonly #retries: { inc(by?: number): void }
  readonly #queueDuration: { observe(value: number): void }
  readonly #workDuration: { observe(value: number): void }

  constructor(options: { clock: Clock; labels: Record<string, string>; provider: QueueMetricsProvider; state: QueueState }) {
    const { clock, labels, provider, state } = options
    this.#clock = clock
    const labelNames = Object.keys(labels)
    const spec = (metric: string, help: string): QueueMetricSpec => ({ name: `workqueue_${metric}`, help, labelNames })
    const seconds = (metric: string, help: string): QueueMetricSpec & { buckets: readonly number[] } => ({
      ...spec(metric, help),
      buckets: DURATION_BUCKETS,
    })
    this.#adds = provider.counter(spec('adds_total', 'Adds that the queue took')).with(labels)
    this.#retries = provider.counter(spec('retries_total', 'Adds that asked for a delay')).with(labels)
    this.#queueDuration = provider.histogram(seconds('queue_duration_seconds', 'Time from add to hand-out')).with(labels)
    this.#workDuration = provider.histogram(seconds('work_duration_seconds', 'Time from hand-out to done')).with(labels)
    provider.gauge(spec('depth', 'Items asked for and not yet handed out')).read(labels, () => state.depth())
    provider.gauge(spec('unfinished_work_seconds', 'Sum of the ages of all work in progress')).read(labels, () => this.#unfinishedSeconds())
    provider
      .gauge(spec('longest_running_processor_seconds', 'Age of the oldest work in progress'))
      .read(labels, () => this.#longestSeconds())
  }

  /** `entry` became dirty. */
  added(entry: Entry<T>): void {
    this.#adds.inc()
    entry.addedMs = this.#clock.monotonicMs()
  }

  /** `entry` was handed out. */
  handedOut(entry: Entry<T>): void {
    entry.startedMs = this.#clock.monotonicMs()
    this.#queueDuration.observe((entry.startedMs - entry.addedMs) / 1000)
    this.#processing.add(entry)
  }

  /** `entry` is done. */
  done(entry: Entry<T>): void {
    this.#workDuration.observe((this.#clock.monotonicMs() - entry.startedMs) / 1000)
    this.#processing.delete(entry)
  }

  /** An add asked for a delay. */
  retried(): void {
    this.#retries.inc()
  }

  #unfinishedSeconds(): number {
    const nowMs = this.#clock.monotonicMs()
    let sumMs = 0
    for (const entry of this.#processing) sumMs += nowMs - entry.startedMs
    return sumMs / 1000
  }

  #longestSeconds(): number {
    // Entries are in the order of their hand-out, so the first is the oldest.
    for (const entry of this.#processing) return (this.#clock.monotonicMs() - entry.startedMs) / 1000
    return 0
  }
}
