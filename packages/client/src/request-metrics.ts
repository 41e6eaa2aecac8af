/** The part of a metrics registry that clients need; `MetricsRegistry` of component-base fits. */
export interface RequestMetricsPort {
  counter(spec: RequestMetricSpec): { with(labels: Record<string, string>): { inc(by?: number): void } }
  histogram(spec: RequestMetricSpec & { readonly buckets: readonly number[] }): {
    with(labels: Record<string, string>): { observe(value: number): void }
  }
}

/** What a metric is called, says and is labelled with. */
export interface RequestMetricSpec {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
}

/** Seconds, as client-go's histograms of request latency have them in Kubernetes' components. */
const LATENCY_BUCKETS: readonly number[] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

/** The code of a request that got no answer, in client-go's words. */
const NO_ANSWER = '<error>'

/** Counts what a client asks and is answered, under client-go's metric names and labels. */
export class RequestMetrics {
  readonly #host: string
  readonly #requests
  readonly #retries
  readonly #seconds

  /** `host`: of the server's URL, with its port if the URL has one. */
  constructor(port: RequestMetricsPort, host: string) {
    this.#host = host
    this.#requests = port.counter({
      name: 'rest_client_requests_total',
      help: 'Requests by status code, method and host; each attempt counts.',
      labelNames: ['code', 'method', 'host'],
    })
    this.#retries = port.counter({
      name: 'rest_client_request_retries_total',
      help: 'Attempts after the first, by the code that led to them, verb and host.',
      labelNames: ['code', 'verb', 'host'],
    })
    this.#seconds = port.histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Time until the whole answer, with all attempts, by verb and host; without watches.',
      labelNames: ['verb', 'host'],
      buckets: LATENCY_BUCKETS,
    })
  }

  /** An attempt ended; `code` is undefined when no answer came. */
  attempted(method: string, code: number | undefined): void {
    this.#requests.with({ code: code === undefined ? NO_ANSWER : String(code), method, host: this.#host }).inc()
  }

  /** A request is sent again. */
  retried(method: string, code: number | undefined): void {
    this.#retries.with({ code: code === undefined ? NO_ANSWER : String(code), verb: method, host: this.#host }).inc()
  }

  /** A request that is no watch came to its end, good or bad. */
  ended(method: string, seconds: number): void {
    this.#seconds.with({ verb: method, host: this.#host }).observe(seconds)
  }
}
