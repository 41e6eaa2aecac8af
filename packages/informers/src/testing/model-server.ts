import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { INITIAL_EVENTS_END, type KubeObject } from '@kubetape/apimachinery'
import type { Clock, Timer } from '@kubetape/determinism'

/** What a server does to one request. */
export interface RequestFate {
  /** It is answered with this code; 429 asks to wait for a second, or so many. */
  readonly refuse?: 410 | 429 | 500 | 503
  readonly retryAfterSeconds?: number
  /** Of a watch: no bookmarks. */
  readonly withholdsBookmarks?: boolean
  /** Of a watch: events come so much later, in their order. */
  readonly lateMs?: number
  /** Of a watch: after this long it ends with an ERROR event of 410, in the middle of a line, or in good order. */
  readonly ends?: { readonly afterMs: number; readonly how: '410' | 'torn' | 'quietly' }
  /** Of a watch: every event comes twice. */
  readonly repeats?: boolean
}

interface Change {
  readonly revision: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
}

const BOOKMARK_MS = 60_000
const GONE = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'Expired',
  message: 'too old resource version',
  code: 410,
}

/** An API server of one resource as far as lists and watches go, over HTTP, with its whole history: what informers are held against. */
export class ModelServer {
  readonly http: Server
  readonly #clock: Clock
  readonly #objects = new Map<string, KubeObject>()
  readonly #changes: Change[] = []
  readonly #watchers = new Set<(change: Change) => void>()
  readonly #pages = new Map<string, { items: readonly KubeObject[]; revision: number }>()
  readonly #timers = new Set<Timer>()
  #revision = 1
  #oldest = 1
  /** Virtual times at which watches arrived. */
  readonly watchesAt: number[] = []
  lists = 0
  streamedLists = 0
  fate: (isWatch: boolean) => RequestFate = () => ({})
  /** Whether lists can be streamed. */
  streams = true

  constructor(clock: Clock) {
    this.#clock = clock
    this.http = createServer((request, response) => this.#serve(request, response))
    this.http.keepAliveTimeout = 0
  }

  get objects(): ReadonlyMap<string, KubeObject> {
    return this.#objects
  }

  get revision(): number {
    return this.#revision
  }

  /** Whether an object ever was exactly so. */
  had(object: KubeObject): boolean {
    const { resourceVersion } = object.metadata ?? {}
    const change = this.#changes[Number(resourceVersion) - 2]
    return change !== undefined && JSON.stringify(change.object) === JSON.stringify(object)
  }

  put(name: string, uid: string, value: string): void {
    const resourceVersion = String(++this.#revision)
    const known = this.#objects.get(name)
    const object: KubeObject = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { namespace: 'a', name, uid: known?.metadata?.uid ?? uid, resourceVersion, labels: { value } },
    }
    this.#objects.set(name, object)
    this.#changed({ revision: this.#revision, type: known === undefined ? 'ADDED' : 'MODIFIED', object })
  }

  remove(name: string): void {
    const known = this.#objects.get(name)!
    this.#objects.delete(name)
    const object = { ...known, metadata: { ...known.metadata, resourceVersion: String(++this.#revision) } }
    this.#changed({ revision: this.#revision, type: 'DELETED', object })
  }

  /** Forgets what was before: older watches and pages get 410. */
  compact(): void {
    this.#oldest = this.#revision
    this.#pages.clear()
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.http.close()
  }

  #changed(change: Change): void {
    this.#changes.push(change)
    for (const watcher of this.#watchers) watcher(change)
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined)
    const query = new URL(request.url!, 'http://model').searchParams
    const isWatch = query.has('watch')
    if (isWatch) this.watchesAt.push(this.#clock.monotonicMs())
    const fate = this.fate(isWatch)
    if (fate.refuse !== undefined) refuse(response, fate.refuse, fate.retryAfterSeconds ?? 1)
    else if (isWatch) this.#watch(query, response, fate)
    else this.#list(query, response)
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    this.lists++
    const token = query.get('continue')
    const [id = '', at = '0'] = token?.split('.') ?? []
    const page = token === null ? { items: [...this.#objects.values()], revision: this.#revision } : this.#pages.get(id)
    if (page === undefined) {
      refuse(response, 410, 0)
      return
    }
    const from = Number(at)
    // Small pages, so that lists have several.
    const to = query.has('limit') ? from + 7 : page.items.length
    let next: string | undefined
    if (to < page.items.length) {
      const snapshot = token === null ? `s${this.#pages.size}-${page.revision}` : id
      this.#pages.set(snapshot, page)
      next = `${snapshot}.${to}`
    }
    const metadata = { resourceVersion: String(page.revision), ...(next === undefined ? {} : { continue: next }) }
    answer(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: page.items.slice(from, to) })
  }

  #watch(query: URLSearchParams, response: ServerResponse, fate: RequestFate): void {
    const isInitial = query.get('sendInitialEvents') === 'true'
    if (isInitial && !this.streams) {
      answer(response, 422, { ...GONE, reason: 'Invalid', code: 422, message: 'sendInitialEvents is forbidden' })
      return
    }
    const from = isInitial ? this.#revision : Number(query.get('resourceVersion'))
    if (from < this.#oldest) {
      refuse(response, 410, 0)
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const write = (text: string): boolean => response.writableEnded || response.destroyed || response.write(text)
    const send = (type: string, object: KubeObject): void => void write(`${JSON.stringify({ type, object })}\n`)
    const deliver = ({ type, object }: Change): void => {
      for (let times = fate.repeats && type !== 'DELETED' ? 2 : 1; times > 0; times--) send(type, object)
    }
    if (isInitial) this.#sendInitial(send)
    for (const change of this.#changes) if (change.revision > from) deliver(change)
    const timers = new Set<Timer>()
    const later = (fn: () => void, ms: number): void => {
      const timer = this.#clock.setTimer(() => {
        for (const set of [timers, this.#timers]) set.delete(timer)
        fn()
      }, ms)
      for (const set of [timers, this.#timers]) set.add(timer)
    }
    const { lateMs = 0, withholdsBookmarks = false, ends } = fate
    let delivered = Math.max(from, this.#revision)
    const watcher = (change: Change): void => {
      const now = (): void => {
        deliver(change)
        delivered = change.revision
      }
      if (lateMs === 0) now()
      else later(now, lateMs)
    }
    this.#watchers.add(watcher)
    const bookmark = (): void => {
      send('BOOKMARK', { metadata: { resourceVersion: String(delivered) } })
      later(bookmark, BOOKMARK_MS)
    }
    if (!withholdsBookmarks) later(bookmark, BOOKMARK_MS)
    later(() => response.end(), Number(query.get('timeoutSeconds')) * 1000)
    if (ends !== undefined)
      later(() => {
        if (ends.how === '410') write(`${JSON.stringify({ type: 'ERROR', object: GONE })}\n`)
        else if (ends.how === 'torn') write('{"type":"MODIFIED","object":{"metadata":{"name":"torn","resour')
        response.end()
      }, ends.afterMs)
    response.on('close', () => {
      this.#watchers.delete(watcher)
      for (const timer of timers) timer.cancel()
    })
  }

  #sendInitial(send: (type: string, object: KubeObject) => void): void {
    this.streamedLists++
    for (const object of this.#objects.values()) send('ADDED', object)
    send('BOOKMARK', { metadata: { resourceVersion: String(this.#revision), annotations: { [INITIAL_EVENTS_END]: 'true' } } })
  }
}

function answer(response: ServerResponse, code: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

function refuse(response: ServerResponse, code: 410 | 429 | 500 | 503, retryAfterSeconds: number): void {
  const reason = { 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' }[code]
  answer(response, code, { ...GONE, reason, code }, code === 429 ? { 'retry-after': String(retryAfterSeconds) } : {})
}
