import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import type { Metrics } from '@kubetape/component-base'
import { type Clock, type Random, type UidSource, uidSource } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { AdmissionChain } from './admission/admission.ts'
import { defaultPlugins } from './admission/default-plugins.ts'
import { HttpsTransport } from './admission/webhook/https-transport.ts'
import type { WebhookTransport } from './admission/webhook/webhook-transport.ts'
import { type PluginSelection, selectPlugins } from './admission/plugin-selection.ts'
import { bootstrapPolicy } from './auth/rbac/bootstrap/bootstrap-policy.ts'
import { reconcilePolicy } from './auth/rbac/bootstrap/reconcile-policy.ts'
import { grantCheck } from './auth/rbac/grant-check.ts'
import { COMPONENT_USER } from './auth/component-user.ts'
import { CLUSTER_AUTHENTICATION, clusterAuthentication, missingIn } from './auth/cluster-authentication.ts'
import { KeptConfigMap, type KeptConfigMapOptions } from './auth/kept-config-map.ts'
import { missingSince, noteUse, TRACKING_CONFIG_MAP } from './auth/tokens/legacy-token-tracking.ts'
import { ApiserverIdentities, type IdentityOptions } from './auth/apiserver-identities.ts'
import type { Auditor } from './audit/auditor.ts'
import { Authorization, type AuthorizationOptions } from './auth/authorization.ts'
import { LocalApiServices } from './api-services/local-api-services.ts'
import { bootstrap } from './bootstrap.ts'
import { ensureFlowControlObjects, maintainFlowControlObjects } from './flow-control/bootstrap-maintenance.ts'
import { DanglingConditions } from './flow-control/dangling-conditions.ts'
import { addFlowControlDumps } from './flow-control/flow-control-dumps.ts'
import { PriorityAndFairness } from './flow-control/priority-and-fairness.ts'
import { ApiServer } from './http/api-server.ts'
import type { ServingCertificates } from './http/certificates.ts'
import type { HealthCheck } from './http/health.ts'
import { RequestGate } from './http/request-gate.ts'
import { standardPaths } from './http/standard-paths.ts'
import { addApiPaths } from './http/api-paths.ts'
import { addFlowControlMetrics } from './metrics/flow-control-metrics.ts'
import { RequestMetrics } from './metrics/request-metrics.ts'
import { addStorageMetrics } from './metrics/storage-metrics.ts'
import { InProcessClient } from './in-process-client.ts'
import { Registry } from './registry/registry.ts'
import { SelectorWarmUp } from './registry/selector-warm-up.ts'
import { ServiceNetwork, type ServiceNetworkOptions } from './service-allocation/service-network.ts'
import { builtinResource } from './registry/served-resource.ts'
import { servedResources } from './discovery/served-resources.ts'
import { WebhookPost } from './admission/webhook/webhook-post.ts'
import { CustomResourceServer } from './custom-resources/custom-resource-server.ts'
import type { UserInfo } from './registry/strategy.ts'
import type { Kubelets } from './registry/subresources/kubelets.ts'
import { subresourceHandlers } from './registry/subresources/subresource-handlers.ts'
import type { ApiRequest } from './request/api-request.ts'

export interface ApiserverOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
  readonly uids?: UidSource
  readonly gates: Gates
  /** The cause under which writes of others than reconcile runs are recorded. */
  readonly actorCause: (request: ApiRequest) => string
  /** `--runtime-config`: which API versions are served beyond the defaults. */
  readonly runtimeConfig: Readonly<Record<string, string>>
  readonly metrics: () => Promise<string>
  /** Where the server's own metrics go. Default: nowhere. */
  readonly recorder?: Metrics
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
  readonly checks?: readonly HealthCheck[]
  /** How admission webhooks are reached. Default: over HTTPS. */
  readonly webhooks?: WebhookTransport
  /** Nodes that are reached without a network. Default: none. */
  readonly kubelets?: Kubelets
  /** Where Services get their addresses and node ports from. */
  readonly services?: ServiceNetworkOptions
  /** How clients are known, beside what `listen` says. Default: tokens of service accounts, signed with a key of this process. */
  readonly identities?: IdentityOptions
  /** Default: nothing is audited. */
  readonly auditor?: Auditor
  /** Who decides what they may do. Default: the Node authorizer, then RBAC. */
  readonly authorization?: AuthorizationOptions
  /** Which admission plugins run beside the default ones, and which of those do not. */
  readonly admission?: PluginSelection
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly certificates: ServingCertificates | undefined
  /** Static bearer tokens. */
  readonly tokens: ReadonlyMap<string, UserInfo>
}

/** Throws when the log takes and gives nothing any more: it was closed, or a write to it failed. */
function readLog(storage: Storage): undefined {
  storage.getAt({ group: '', resource: 'namespaces' }, '', 'default', storage.revision)
}

/** The API over one storage, complete: in process at once, over HTTP after `listen`. */
export class Apiserver {
  readonly registry: Registry
  readonly #options: ApiserverOptions
  readonly #customResources: CustomResourceServer
  readonly #identities: ApiserverIdentities
  readonly #webhooks: WebhookTransport
  readonly #services: ServiceNetwork
  #server: ApiServer | undefined
  /** What every cluster has is there. */
  #isReady = false
  /** What goes on beside requests. */
  readonly #stops: (() => void)[] = []

  private constructor(options: ApiserverOptions) {
    this.#options = options
    const { storage, clock, random, gates } = options
    const { authorizer, rbac } = new Authorization({ storage, gates, clock }, options.authorization)
    this.#identities = new ApiserverIdentities({ storage, clock, gates, log: options.log, ...options.identities })
    const identities = this.#identities
    this.#webhooks = options.webhooks ?? new HttpsTransport()
    const plugins = {
      storage,
      clock,
      random,
      gates,
      authorizer,
      registry: () => this.registry,
      webhooks: this.#webhooks,
      asksWebhooks: () => this.#isReady,
      log: options.log,
    }
    const admission = new AdmissionChain([...selectPlugins(defaultPlugins(plugins), options.admission ?? {}), grantCheck(rbac, authorizer)])
    const resources = servedResources(options.runtimeConfig)
    const servesRanges = resources.some(({ resource, group }) => resource === 'servicecidrs' && group === 'networking.k8s.io')
    this.#services = new ServiceNetwork({ storage, clock, random, gates, servesRanges }, options.services)
    this.registry = new Registry(
      {
        storage,
        clock,
        random,
        gates,
        admission,
        authorizer,
        identities,
        uids: options.uids ?? uidSource(random),
        kubelets: options.kubelets,
        companions: this.#services.companions,
        actorCause: options.actorCause,
      },
      resources.map(builtinResource),
      subresourceHandlers,
    )
    this.#customResources = new CustomResourceServer({
      registry: this.registry,
      clock,
      webhooks: new WebhookPost(storage, clock, this.#webhooks),
      log: options.log,
    })
  }

  /** Makes the server and the objects that every cluster has. */
  static async create(options: ApiserverOptions): Promise<Apiserver> {
    const server = new Apiserver(options)
    // Before anything is written: only what is there already has to be read again.
    const warmUp = new SelectorWarmUp({ storage: options.storage, clock: options.clock, resources: server.registry.resources() })
    const own = server.client(COMPONENT_USER, 'kubetape-apiserver')
    const producer = server.client(COMPONENT_USER, 'api-priority-and-fairness-config-producer-v1')
    const { storage, clock, log } = options
    const apiServices = new LocalApiServices({ registry: server.registry, client: own, clock, log })
    server.#stops.push(() => apiServices.stop())
    await Promise.all([
      apiServices.sync(),
      bootstrap(own).then(() => Promise.all([reconcilePolicy(own, bootstrapPolicy(options.gates)), server.#services.keep(own, log)])),
      ensureFlowControlObjects(producer),
    ])
    server.#isReady = true
    const client = server.client(COMPONENT_USER, 'api-priority-and-fairness-config-consumer-v1')
    server.#stops.push(
      await new DanglingConditions({ client, storage, clock }).start(),
      maintainFlowControlObjects({ client: producer, storage, clock }),
      warmUp.start(),
    )
    return server
  }

  /** A client without HTTP that acts as `user`. */
  client(user: UserInfo, userAgent: string): Client {
    return new InProcessClient(this.registry, { user, userAgent })
  }

  async listen(options: ListenOptions): Promise<string> {
    const paths = standardPaths({
      checks: [
        { name: 'ping', check: () => undefined },
        { name: 'log', check: () => readLog(this.#options.storage) },
        { name: 'etcd', check: () => readLog(this.#options.storage) },
        ...(this.#options.checks ?? []),
      ],
      metrics: this.#options.metrics,
    })
    addApiPaths(paths, this.registry)
    this.#identities.addPaths(paths, () => this.#server?.url ?? '')
    this.#identities.useTokens(options.tokens)
    const { storage, clock } = this.#options
    const flowControl = new PriorityAndFairness({ storage, clock })
    this.#stops.push(() => flowControl.close())
    addFlowControlDumps(paths, flowControl)
    const { certificates } = options
    const clientCas = certificates === undefined ? '' : this.#identities.trustClients(certificates.ca)
    const { recorder } = this.#options
    if (recorder !== undefined) {
      addFlowControlMetrics(recorder, flowControl)
      this.#stops.push(addStorageMetrics(recorder, this.registry))
    }
    this.#server = await ApiServer.listen({
      registry: this.registry,
      gate: new RequestGate({
        authentication: this.#identities.authentication,
        ...(this.#options.auditor === undefined ? {} : { auditor: this.#options.auditor }),
        authorizer: this.registry.environment.authorizer,
        gates: this.#options.gates,
        flowControl,
      }),
      others: paths,
      metrics: recorder && new RequestMetrics(recorder),
      clock: this.#options.clock,
      certificates: certificates === undefined ? undefined : { ...certificates, ca: clientCas },
      host: options.host,
      port: options.port,
      log: this.#options.log,
    })
    const { hostname, port } = new URL(this.#server.url)
    const own = this.client(COMPONENT_USER, 'kubetape-apiserver')
    const announced = this.#services.announce(own, hostname.replace(/^\[|\]$/g, ''), Number(port))
    await Promise.all([this.#tellClusterAuthentication(), this.#trackLegacyTokens(), announced])
    return this.#server.url
  }

  /** Other servers of the cluster shall know clients as this one does. */
  async #tellClusterAuthentication(): Promise<void> {
    const { clientCa, frontProxy } = this.#identities
    const wanted = clusterAuthentication(clientCa, frontProxy)
    await this.#keep(CLUSTER_AUTHENTICATION, 'kubetape-cluster-authentication', (data) => missingIn(wanted, data))
  }

  /** Tokens from Secrets are noted when they are used, from a day on that is noted too. */
  async #trackLegacyTokens(): Promise<void> {
    const { clock, log } = this.#options
    const client = this.client(COMPONENT_USER, 'kubetape-legacy-token-tracking')
    this.#identities.onLegacyUse = (use) => {
      noteUse(client, use).catch((error: Error) => log('error', 'the use of a token cannot be noted', { error: error.message }))
    }
    await this.#keep(TRACKING_CONFIG_MAP, 'kubetape-legacy-token-tracking', (data) => missingSince(data, clock.wallMs()))
  }

  async #keep(name: string, userAgent: string, missing: KeptConfigMapOptions['missing']): Promise<void> {
    const { storage, clock, log } = this.#options
    const onError = (error: Error): void => log('error', 'a ConfigMap cannot be kept', { name, error: error.message })
    const kept = new KeptConfigMap({ client: this.client(COMPONENT_USER, userAgent), storage, clock, name, missing, onError })
    this.#stops.push(await kept.start())
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#services.close()
    this.#customResources.stop()
    await this.#server?.close()
    this.#webhooks.close()
  }
}
