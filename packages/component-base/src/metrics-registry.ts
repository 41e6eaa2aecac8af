import type { Metric, Registry } from 'prom-client'
import { type Cell, CounterCell, GaugeCell, HistogramCell } from './metric-cell.ts'
import { MetricTable, type MetricKind } from './metric-table.ts'
import {
  type Counter,
  DEFAULT_BUCKETS,
  type GaugeFamily,
  type Histogram,
  type HistogramSpec,
  type Labels,
  type MetricFamily,
  type Metrics,
  type MetricSpec,
} from './metrics.ts'

/** The media type of `text()`. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/**
 * The metrics of a process. Numbers are kept in plain cells, so that recording costs an addition and starting costs nothing;
 * prom-client, which takes longer to load than all else that starts, is loaded when they are first asked for and writes them.
 */
export class MetricsRegistry implements Metrics {
  readonly #tables = new Map<string, MetricTable<Cell>>()
  readonly #processMetrics: boolean
  #process: Registry | undefined

  /** `processMetrics`: also show what the process uses (`process_*`, `nodejs_*`). Default false. */
  constructor(options: { readonly processMetrics?: boolean } = {}) {
    this.#processMetrics = options.processMetrics ?? false
  }

  counter(spec: MetricSpec): MetricFamily<Counter> {
    return this.#table(spec, 'counter', () => new CounterCell())
  }

  gauge(spec: MetricSpec): GaugeFamily {
    const table = this.#table(spec, 'gauge', () => new GaugeCell())
    return {
      with: (labels) => table.with(labels),
      read: (labels: Labels, read) => table.with(labels).readBy(read),
    }
  }

  histogram(spec: HistogramSpec): MetricFamily<Histogram> {
    const buckets = spec.buckets ?? DEFAULT_BUCKETS
    if (buckets.some((bound, at) => !(bound > (buckets[at - 1] ?? -Infinity)) || bound === Infinity)) {
      throw new RangeError(`Cannot register metric "${spec.name}": its buckets are not ascending and finite`)
    }
    return this.#table(spec, 'histogram', () => new HistogramCell(buckets))
  }

  /** All metrics by name, in the text format of Prometheus. */
  async text(): Promise<string> {
    const { collectDefaultMetrics, Registry } = await import('prom-client')
    const registry = new Registry()
    for (const name of [...this.#tables.keys()].toSorted()) {
      // The registry asks a metric for its name and values only; its declared type is a union of prom-client's own classes.
      registry.registerMetric(this.#tables.get(name) as unknown as Metric)
    }
    if (!this.#processMetrics) return registry.metrics()
    if (this.#process === undefined) collectDefaultMetrics({ register: (this.#process = new Registry()) })
    return `${await registry.metrics()}\n${await this.#process.metrics()}`
  }

  #table<C extends Cell>(spec: MetricSpec, kind: MetricKind, newCell: () => C): MetricTable<C> {
    const known = this.#tables.get(spec.name)
    if (known === undefined) {
      if (!NAME.test(spec.name)) throw new Error(`Cannot register metric "${spec.name}": the name is not one of Prometheus`)
      const table = new MetricTable({ spec, kind, newCell })
      this.#tables.set(spec.name, table)
      return table
    }
    if (known.kind !== kind || known.labelNames.join() !== (spec.labelNames ?? []).toSorted().join()) {
      throw new Error(
        `Cannot register metric "${spec.name}": it is a ${known.kind} with the labels [${known.labelNames.join(', ')}] already`,
      )
    }
    // Tables of one kind have cells of one class.
    return known as MetricTable<C>
  }
}
