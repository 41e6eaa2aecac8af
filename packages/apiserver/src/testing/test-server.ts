import { componentFeatureGates } from '@kubetape/api'
import { isStatusError, type KubeObject, type StatusDetails } from '@kubetape/apimachinery'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage, type StorageEvent } from '@kubetape/storage'
import { AdmissionChain, type AdmissionPlugin } from '../admission/admission.ts'
import type { PluginEnvironment } from '../admission/default-plugins.ts'
import { namespaceLifecycle } from '../admission/namespace-lifecycle.ts'
import { WebhookPost } from '../admission/webhook/webhook-post.ts'
import type { WebhookTransport } from '../admission/webhook/webhook-transport.ts'
import { ApiserverIdentities } from '../auth/apiserver-identities.ts'
import { type Authorizer, superusers } from '../auth/authorizer.ts'
import { CustomResourceServer } from '../custom-resources/custom-resource-server.ts'
import { servedResources } from '../discovery/served-resources.ts'
import { BodyText } from '../registry/body.ts'
import type { Companions } from '../registry/companions.ts'
import { RefusedWithWarnings, Registry } from '../registry/registry.ts'
import { ServiceNetwork } from '../service-allocation/service-network.ts'
import { builtinResource } from '../registry/served-resource.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { LogStream } from '../registry/subresources/pod-log.ts'
import type { Kubelets } from '../registry/subresources/kubelets.ts'
import { subresourceHandlers } from '../registry/subresources/subresource-handlers.ts'
import type { ApiRequest, ApiResult, RequestOptions, Verb } from '../request/api-request.ts'

/** An administrator, as the requests of tests are made by. */
export const ADMIN: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }

export interface TestServerOptions {
  /** Changes to v1.31's defaults. */
  readonly gates?: Readonly<Record<string, boolean>>
  /** Whom subresources and creations by a PUT or an apply ask. Default: administrators may do everything. */
  readonly authorizer?: Authorizer
  readonly runtimeConfig?: Readonly<Record<string, string>>
  /** How webhooks are reached. Default: not at all. */
  readonly webhooks?: WebhookTransport
  /** Nodes that are reached. Default: none. */
  readonly kubelets?: Kubelets
  /** What is written together with objects of a resource. Default: the addresses of Services. */
  readonly companions?: (storage: Storage, clock: VirtualClock) => ReadonlyMap<string, Companions>
  /** After NamespaceLifecycle; default none. */
  readonly plugins?: (storage: Storage, clock: VirtualClock, environment: PluginEnvironment) => readonly AdmissionPlugin[]
}

const NO_WEBHOOKS: WebhookTransport = {
  post: ({ host, port }) => Promise.reject(new Error(`dial tcp ${host}:${port}: connect: connection refused`)),
  close: () => undefined,
}

/** What a Status says beyond what all objects have. */
interface Refusal {
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
}

/** What was answered: the object or Status that was sent, its code, and what was warned of. */
export interface TestAnswer {
  readonly code: number
  readonly body: KubeObject & Refusal & { readonly items?: readonly KubeObject[] }
  readonly warnings: readonly string[]
  /** Of a container's log. */
  readonly log?: LogStream
}

/** The resource that a request of a test is for, as its path would say it: `pods/p/status`, `batch/v1/jobs`. */
type Target = string

/** A registry over a log in memory, in virtual time, with the namespace `default`; refusals are answers here, not exceptions. */
export class TestServer {
  readonly clock = new VirtualClock()
  readonly storage: Storage
  readonly registry: Registry
  readonly identities: ApiserverIdentities
  readonly log

  constructor(options: TestServerOptions = {}) {
    const random = seededRandom(1)
    this.log = createMemoryLog({ clock: this.clock, random })
    this.storage = Storage.open({ log: this.log, clock: this.clock })
    const values = new Map(componentFeatureGates().map((gate) => [gate.name, options.gates?.[gate.name] ?? gate.default]))
    const resources = servedResources(options.runtimeConfig).map(builtinResource)
    const gates = { enabled: (name: string) => values.get(name) ?? false }
    const environment: PluginEnvironment = {
      storage: this.storage,
      clock: this.clock,
      random,
      gates,
      authorizer: options.authorizer ?? superusers,
      registry: () => this.registry,
      webhooks: options.webhooks ?? NO_WEBHOOKS,
      asksWebhooks: () => true,
      log: () => undefined,
    }
    const plugins = options.plugins?.(this.storage, this.clock, environment) ?? []
    const admission = new AdmissionChain([namespaceLifecycle(this.storage), ...plugins])
    this.identities = new ApiserverIdentities({ storage: this.storage, clock: this.clock, gates, log: () => undefined })
    const servesRanges = resources.some(({ info }) => info.resource === 'servicecidrs')
    const services = new ServiceNetwork({ storage: this.storage, clock: this.clock, random, gates, servesRanges })
    this.registry = new Registry(
      {
        storage: this.storage,
        clock: this.clock,
        random,
        gates,
        admission,
        authorizer: options.authorizer ?? superusers,
        identities: this.identities,
        uids: uidSource(random),
        kubelets: options.kubelets,
        companions: options.companions?.(this.storage, this.clock) ?? services.companions,
        actorCause: () => 'actor',
      },
      resources,
      subresourceHandlers,
    )
  }

  /** Serves the custom resources of definitions, as the API server does. The answer stops that. */
  serveCustomResources(webhooks: Pick<WebhookPost, 'post'> = new WebhookPost(this.storage, this.clock, NO_WEBHOOKS)): () => void {
    const server = new CustomResourceServer({ registry: this.registry, clock: this.clock, webhooks, log: () => undefined })
    return () => server.stop()
  }

  /** With the namespace `default`. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(options)
    await server.create('namespaces', { metadata: { name: 'default' } })
    return server
  }

  get = (target: Target, options?: RequestOptions): Promise<TestAnswer> => this.send('get', target, undefined, options)
  list = (target: Target, options?: RequestOptions): Promise<TestAnswer> => this.send('list', target, undefined, options)
  create = (target: Target, body: object | string, options?: RequestOptions): Promise<TestAnswer> =>
    this.send('create', target, body, options)
  update = (target: Target, body: object | string, options?: RequestOptions): Promise<TestAnswer> =>
    this.send('update', target, body, options)
  delete = (target: Target, body?: object | string, options?: RequestOptions): Promise<TestAnswer> =>
    this.send('delete', target, body, options)
  deleteCollection = (target: Target, body?: object | string, options?: RequestOptions): Promise<TestAnswer> =>
    this.send('deletecollection', target, body, options)
  patch = (
    target: Target,
    patchType: ApiRequest['patchType'],
    body: unknown,
    options?: RequestOptions & Pick<ApiRequest, 'bodyProblems'>,
  ): Promise<TestAnswer> =>
    this.send('patch', target, body as object, options, {
      ...(patchType === undefined ? {} : { patchType }),
      ...(options?.bodyProblems === undefined ? {} : { bodyProblems: options.bodyProblems }),
    })

  /** Watches; events gather in the answer. `ended`: the server has ended the watch by itself. */
  watch(
    target: Target,
    options: RequestOptions = {},
  ): { readonly events: StorageEvent[]; readonly ended: () => boolean; readonly stop: () => void } {
    const request = this.request('watch', target, options)
    const events: StorageEvent[] = []
    this.registry.checkWatch(request)
    let hasEnded = false
    const end = (): void => void (hasEnded = true)
    const running = this.registry.watch(request, { event: (event) => events.push(event), initialEnd: () => {}, fail: end, end })
    const stop = (): void => running.stop()
    return { events, ended: () => hasEnded, stop }
  }

  /** One request; texts are bodies as they come over the wire, objects are given as in-process clients give them. */
  async send(
    verb: Verb,
    target: Target,
    body: object | string | undefined,
    options: RequestOptions = {},
    more: Partial<ApiRequest> = {},
  ): Promise<TestAnswer> {
    const request = {
      ...this.request(verb, target, options),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? new BodyText(body) : body }),
      ...more,
    }
    try {
      const { result, warnings } = await this.#settled(this.registry.handle(request))
      return { ...bodyOf(result), warnings }
    } catch (error) {
      if (!isStatusError(error)) throw error
      return {
        code: error.status.code!,
        body: error.status as unknown as TestAnswer['body'],
        warnings: error instanceof RefusedWithWarnings ? error.warnings : [],
      }
    }
  }

  /** Lets virtual time pass until an answer is there: commits are deferred to the clock, some reads wait. */
  async #settled<T>(answer: Promise<T>): Promise<T> {
    let done = false
    const mark = (): void => void (done = true)
    answer.then(mark, mark)
    await this.clock.advanceUntil(() => done)
    return answer
  }

  /** `resource[/name[/subresource]]` in the core group, or the same after `group/version/`. */
  request(verb: Verb, target: Target, options: RequestOptions = {}): ApiRequest {
    const parts = target.split('/')
    const [group, version] = parts.length > 2 && /^v\d/.test(parts[1]!) ? (parts.splice(0, 2) as [string, string]) : ['', 'v1']
    const [resource = '', name = '', subresource = ''] = parts
    const { namespaced } = this.registry.find(group, version, resource).info
    return {
      verb,
      group,
      version,
      resource,
      subresource,
      name,
      namespace: namespaced ? 'default' : '',
      user: ADMIN,
      userAgent: 'test',
      options,
    }
  }
}

function bodyOf(result: ApiResult): Omit<TestAnswer, 'warnings'> {
  switch (result.type) {
    case 'stored':
      return { code: result.code, body: result.stored.object }
    case 'object':
      return { code: result.code, body: result.object }
    case 'status':
      return { code: result.code, body: result.status as unknown as TestAnswer['body'] }
    case 'list':
      return {
        code: 200,
        body: {
          kind: 'List',
          apiVersion: 'v1',
          metadata: {
            resourceVersion: String(result.list.revision),
            ...(result.list.continue === undefined ? {} : { continue: result.list.continue }),
          },
          items: result.list.items.map((one) => one.object as KubeObject),
        },
      }
    case 'log':
      return { code: result.code, body: {}, log: result.log }
    case 'empty':
      return { code: result.code, body: {} }
  }
}
