/** What a metric is called, says and is labelled with. */
export interface MetricSpec {
  /** In the words of Prometheus: letters, digits, `_` and `:`. */
  readonly name: string
  readonly help: string
  /** Default none. */
  readonly labelNames?: readonly string[]
}

/** A metric whose observations are counted in buckets. */
export interface HistogramSpec extends MetricSpec {
  /** Upper bounds, ascending, without infinity. Default: `DEFAULT_BUCKETS`. */
  readonly buckets?: readonly number[]
}

/** Values by label name; every name of the metric and no other. */
export type Labels = Readonly<Record<string, string>>

/** Only rises; `by` is 1 unless given, and never below 0. */
export interface Counter {
  inc(by?: number): void
}

/** A value that rises and falls. */
export interface Gauge {
  set(value: number): void
  inc(by?: number): void
  dec(by?: number): void
}

/** Counts observations by size. */
export interface Histogram {
  observe(value: number): void
}

/** One metric with all its label values. Keep what `with` answers where a path is hot: it is looked up by the joined label values. */
export interface MetricFamily<M> {
  with(labels?: Labels): M
}

/** A gauge may also be read when metrics are collected, which costs nothing in between. */
export interface GaugeFamily extends MetricFamily<Gauge> {
  /** Replaces an earlier reader of the same labels, and any value set. */
  read(labels: Labels, read: () => number): void
}

/**
 * The port through which everything reports metrics, so that nobody but the registry knows prom-client.
 * Asking again for a name gives the same metric; asking for it as another kind or with other labels throws.
 */
export interface Metrics {
  counter(spec: MetricSpec): MetricFamily<Counter>
  gauge(spec: MetricSpec): GaugeFamily
  histogram(spec: HistogramSpec): MetricFamily<Histogram>
}

/** Seconds that suit requests: the default buckets of Prometheus libraries. */
export const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const nothing = { inc() {}, dec() {}, set() {}, observe() {} }
const nowhere = { with: () => nothing, read() {} }

/** Takes everything and keeps nothing; the default where metrics are optional. */
export const noMetrics: Metrics = { counter: () => nowhere, gauge: () => nowhere, histogram: () => nowhere }
