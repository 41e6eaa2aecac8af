import type { Counter, Gauge, Histogram, Metrics } from '@kubetape/component-base'
import type { RequestInfo } from '../request/request-info.ts'

/** What the metrics say a request was; `code` comes when it has been answered. */
interface Cells {
  readonly duration: Histogram
  readonly running: Gauge
  readonly codes: Map<number, Counter>
  readonly labels: Readonly<Record<string, string>>
}

/** Verbs as metrics have them; all others are one. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['create', 'POST'],
  ['update', 'PUT'],
  ...['get', 'list', 'watch', 'patch', 'delete', 'deletecollection', 'head', 'post', 'put', 'options'].map((verb): [string, string] => [
    verb,
    verb.toUpperCase(),
  ]),
])
const OTHER = 'other'
const READS = new Set(['get', 'list', 'watch', 'head'])
/** Subresources whose requests last, whatever comes of them. */
const LASTING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])
/** Upper bounds in seconds (upstream's). */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const LABELS = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component']
const LONG_LABELS = LABELS.filter((name) => name !== 'dry_run')
/** Requests of so many kinds are told apart; what comes beyond, which only ever new custom resources can be, is not counted. */
const KINDS_MAX = 10_000

/** Counts requests under the names that the API server's metrics have upstream (Kubernetes metrics reference). */
export class RequestMetrics {
  readonly #cells = new Map<string, Cells>()
  readonly #metrics: Metrics
  readonly #inflight: { readonly mutating: Gauge; readonly readOnly: Gauge }

  constructor(metrics: Metrics) {
    this.#metrics = metrics
    const inflight = metrics.gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests that are being served now, by kind.',
      labelNames: ['request_kind'],
    })
    this.#inflight = { mutating: inflight.with({ request_kind: 'mutating' }), readOnly: inflight.with({ request_kind: 'readOnly' }) }
  }

  /** A request for something that is served has come in, or for another path. The answer is called once, with the status code and how long it took in seconds, when it is over. */
  began(info: RequestInfo, isDryRun: boolean): (code: number, seconds: number) => void {
    const cells = this.#of(info, isDryRun)
    const isLong = info.verb === 'watch' || (info.isResource && LASTING.has(info.subresource))
    const gauge = isLong ? cells?.running : READS.has(info.verb) ? this.#inflight.readOnly : this.#inflight.mutating
    gauge?.inc()
    return (code, seconds) => {
      gauge?.dec()
      if (cells === undefined) return
      this.#counter(cells, code).inc()
      if (!isLong) cells.duration.observe(seconds)
    }
  }

  #counter({ codes, labels }: Cells, code: number): Counter {
    let counter = codes.get(code)
    if (counter === undefined) {
      const family = this.#metrics.counter({
        name: 'apiserver_request_total',
        help: 'Requests by what they asked for and the code that they were answered with.',
        labelNames: [...LABELS, 'code'],
      })
      codes.set(code, (counter = family.with({ ...labels, code: String(code) })))
    }
    return counter
  }

  #of(info: RequestInfo, isDryRun: boolean): Cells | undefined {
    const verb = VERBS.get(info.verb) ?? OTHER
    const key = info.isResource
      ? `${verb} ${info.group}/${info.version}/${info.resource}/${info.subresource} ${scopeOf(info)} ${isDryRun}`
      : verb
    let cells = this.#cells.get(key)
    if (cells === undefined && this.#cells.size < KINDS_MAX) this.#cells.set(key, (cells = this.#make(info, isDryRun)))
    return cells
  }

  #make(info: RequestInfo, isDryRun: boolean): Cells {
    const parts = info.isResource ? info : { group: '', version: '', resource: '', subresource: '' }
    const { group, version, resource, subresource } = parts
    const verb = VERBS.get(info.verb) ?? OTHER
    const long = { verb, group, version, resource, subresource, scope: scopeOf(info), component: 'apiserver' }
    const labels = { ...long, dry_run: isDryRun ? 'All' : '' }
    const duration = this.#metrics.histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'How long requests took, in seconds, without those that last.',
      labelNames: LABELS,
      buckets: BUCKETS,
    })
    const running = this.#metrics.gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Requests that last, and are being served now.',
      labelNames: LONG_LABELS,
    })
    return { labels, codes: new Map(), duration: duration.with(labels), running: running.with(long) }
  }
}

function scopeOf(info: RequestInfo): string {
  if (!info.isResource) return ''
  if (info.name !== '') return 'resource'
  return info.namespace === '' ? 'cluster' : 'namespace'
}
