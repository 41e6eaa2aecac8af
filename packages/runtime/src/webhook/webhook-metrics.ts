import type { QueueMetricsProvider } from '@kubetape/workqueue'

/** Seconds: the default buckets of Prometheus' libraries, as controller-runtime has them. */
const LATENCY_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts what webhooks answer, under controller-runtime's names; the label `webhook` is the path. */
export class WebhookMetrics {
  readonly #requests
  readonly #latency
  readonly #inFlight
  readonly #reads
  readonly #readErrors
  readonly #underWay = new Map<string, number>()

  constructor(provider: QueueMetricsProvider) {
    const labelNames = ['webhook']
    this.#requests = provider.counter({
      name: 'controller_runtime_webhook_requests_total',
      help: 'Reviews by webhook and HTTP code.',
      labelNames: ['webhook', 'code'],
    })
    this.#latency = provider.histogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'How long reviews take.',
      labelNames,
      buckets: LATENCY_BUCKETS,
    })
    this.#inFlight = provider.gauge({ name: 'controller_runtime_webhook_requests_in_flight', help: 'Reviews under way.', labelNames })
    this.#reads = provider.counter({ name: 'certwatcher_read_certificate_total', help: 'Readings of the certificate.', labelNames: [] })
    this.#readErrors = provider.counter({
      name: 'certwatcher_read_certificate_errors_total',
      help: 'Readings of the certificate that failed.',
      labelNames: [],
    })
  }

  begun(webhook: string): void {
    const count = this.#underWay.get(webhook)
    this.#underWay.set(webhook, (count ?? 0) + 1)
    if (count === undefined) this.#inFlight.read({ webhook }, () => this.#underWay.get(webhook) ?? 0)
  }

  ended(webhook: string, code: number, seconds: number): void {
    this.#underWay.set(webhook, (this.#underWay.get(webhook) ?? 1) - 1)
    this.#requests.with({ webhook, code: String(code) }).inc()
    this.#latency.with({ webhook }).observe(seconds)
  }

  certificateRead(succeeded: boolean): void {
    this.#reads.with({}).inc()
    if (!succeeded) this.#readErrors.with({}).inc()
  }
}
