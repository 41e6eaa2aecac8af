import { expect } from '@jest/globals'
import { ConfigMap, Namespace, Pod, ServiceAccount } from '@kubetape/api/kinds'
import type * as core from '@kubetape/api/types/core/v1'
import { isAlreadyExists, type KubeObject, StatusError, type WatchEvent } from '@kubetape/apimachinery'
import { sleep, systemClock } from '@kubetape/determinism'
import type { Observable, Subscription } from 'rxjs'
import type { Client } from '../client.ts'

/** A client under test with its server behind it. */
export interface ClientSubject {
  readonly client: Client
  dispose(): Promise<void>
  /** A resourceVersion that a watch cannot start from any more. Default: `1`, which every used cluster has compacted away. */
  tooOldVersion?(): Promise<string>
  /** Lets time pass for the server. Default: real time passes. */
  pass?(ms: number): Promise<void>
}

/** How long a condition may take to come true, in the server's time; less than a test may take. */
const PATIENCE_MS = 4000
const STEP_MS = 10

/** What one test works with: a client and a namespace of its own. */
export class Scene {
  readonly client: Client
  readonly namespace: string
  readonly #subject: ClientSubject
  readonly #watches: Watching<KubeObject>[] = []

  private constructor(subject: ClientSubject, namespace: string) {
    this.#subject = subject
    this.client = subject.client
    this.namespace = namespace
  }

  static async open(subject: ClientSubject): Promise<Scene> {
    const made = await subject.client.create(Namespace, { metadata: { generateName: 'client-contract-' }, spec: {} })
    return new Scene(subject, made.metadata.name!)
  }

  async close(): Promise<void> {
    for (const watching of this.#watches) watching.stop()
    await this.client.delete(Namespace, { name: this.namespace })
  }

  tooOldVersion(): Promise<string> {
    return this.#subject.tooOldVersion?.() ?? Promise.resolve('1')
  }

  named(name: string): { namespace: string; name: string } {
    return { namespace: this.namespace, name }
  }

  configMap(name: string, data: Record<string, string> = {}, metadata: core.ConfigMap['metadata'] = {}): core.ConfigMap {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: this.namespace, ...metadata }, data }
  }

  create(name: string, data?: Record<string, string>, metadata?: core.ConfigMap['metadata']): Promise<core.ConfigMap> {
    return this.client.create(ConfigMap, this.configMap(name, data, metadata))
  }

  read(name: string): Promise<core.ConfigMap> {
    return this.client.get(ConfigMap, this.named(name))
  }

  merge(name: string, body: unknown): Promise<core.ConfigMap> {
    return this.client.patch(ConfigMap, this.named(name), { type: 'merge', body })
  }

  async names(options: Parameters<Client['list']>[1] = {}): Promise<string[]> {
    const list = await this.client.list(ConfigMap, { namespace: this.namespace, ...options })
    // A cluster puts a ConfigMap of its own into every namespace.
    return list.items.map(({ metadata }) => metadata.name!).filter((name) => name !== 'kube-root-ca.crt')
  }

  /** A Pod that no scheduler takes. The account that every Pod needs is made when no controller does that. */
  async createPod(name: string, changes: { metadata?: core.Pod['metadata']; spec?: Partial<core.PodSpec> } = {}): Promise<core.Pod> {
    try {
      await this.client.create(ServiceAccount, { metadata: { name: 'default', namespace: this.namespace } })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
    return this.client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: this.namespace, ...changes.metadata },
      spec: {
        schedulerName: 'none',
        automountServiceAccountToken: false,
        containers: [{ name: 'a', image: 'image.example/a:1' }],
        ...changes.spec,
      },
    })
  }

  /** Watches until the test ends. */
  watch<T extends KubeObject>(events: Observable<WatchEvent<T>>): Watching<T> {
    const watching = new Watching(events, (test, what, patienceMs) => this.eventually(test, what, patienceMs))
    this.#watches.push(watching)
    return watching
  }

  /** Waits until `test` holds. */
  async eventually(test: () => boolean, what: () => string, patienceMs = PATIENCE_MS): Promise<void> {
    for (let waited = 0; !test(); waited += STEP_MS) {
      if (waited > patienceMs) throw new Error(`Cannot go on: ${what()}`)
      await this.pass(STEP_MS)
    }
  }

  pass(ms: number): Promise<void> {
    return this.#subject.pass?.(ms) ?? sleep(systemClock(), ms)
  }
}

/** What came of a watch so far. */
export class Watching<T extends KubeObject> {
  readonly events: WatchEvent<T>[] = []
  ended: 'no' | 'completed' | 'failed' = 'no'
  error: unknown
  readonly #subscription: Subscription
  readonly #eventually: Scene['eventually']

  constructor(events: Observable<WatchEvent<T>>, eventually: Scene['eventually']) {
    this.#eventually = eventually
    this.#subscription = events.subscribe({
      next: (event) => this.events.push(event),
      error: (error: unknown) => {
        this.ended = 'failed'
        this.error = error
      },
      complete: () => {
        this.ended = 'completed'
      },
    })
  }

  /** `ADDED a`, `MODIFIED a`, without bookmarks and without the ConfigMap that clusters make themselves. */
  get brief(): string[] {
    return this.events
      .filter(({ type, object }) => type !== 'BOOKMARK' && nameOf(object) !== 'kube-root-ca.crt')
      .map(({ type, object }) => `${type} ${nameOf(object)}`)
  }

  /** Waits for this many events that `brief` shows. */
  until(count: number): Promise<void> {
    return this.#eventually(
      () => this.brief.length >= count || this.ended !== 'no',
      () => `${count} events were awaited, ${this.brief.length} came: ${this.brief.join(', ')}`,
    )
  }

  untilEnd(patienceMs?: number): Promise<void> {
    return this.#eventually(
      () => this.ended !== 'no',
      () => `the watch goes on after ${this.brief.length} events`,
      patienceMs,
    )
  }

  stop(): void {
    this.#subscription.unsubscribe()
  }
}

const nameOf = (object: object): string => (object as KubeObject).metadata?.name ?? ''

/** What an error that says NotFound looks like. */
export const NOT_FOUND = { status: { reason: 'NotFound', code: 404 } }

/** The Status that a request is refused with; fails when it is not refused, or not with a StatusError. */
export async function refusal(request: Promise<unknown>): Promise<StatusError['status']> {
  const error = await request.then(
    (value) => new Error(`Cannot find a refusal: the request succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof StatusError)) throw error
  expect(error.httpCode).toBe(error.status.code)
  expect(error.message).toBe(error.status.message)
  return error.status
}
