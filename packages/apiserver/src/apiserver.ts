import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { type Clock, type Random, type UidSource, uidSource } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { AdmissionChain } from './admission/admission.ts'
import { defaultPlugins } from './admission/default-plugins.ts'
import { certificateAuthenticator, tokenAuthenticator } from './auth/authenticator.ts'
import { MASTERS, superusers, unionAuthorizer } from './auth/authorizer.ts'
import { bootstrapPolicy } from './auth/rbac/bootstrap/bootstrap-policy.ts'
import { reconcilePolicy } from './auth/rbac/bootstrap/reconcile-policy.ts'
import { grantCheck } from './auth/rbac/grant-check.ts'
import { RbacAuthorizer } from './auth/rbac/rbac-authorizer.ts'
import { bootstrap } from './bootstrap.ts'
import { ApiServer } from './http/api-server.ts'
import type { ServingCertificates } from './http/certificates.ts'
import type { HealthCheck } from './http/health.ts'
import { RequestGate } from './http/request-gate.ts'
import { standardPaths } from './http/standard-paths.ts'
import { addApiPaths } from './http/api-paths.ts'
import { InProcessClient } from './in-process-client.ts'
import { Registry } from './registry/registry.ts'
import { builtinResource } from './registry/served-resource.ts'
import { servedResources } from './discovery/served-resources.ts'
import type { UserInfo } from './registry/strategy.ts'
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
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
  readonly checks?: readonly HealthCheck[]
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly certificates: ServingCertificates | undefined
  /** Static bearer tokens. */
  readonly tokens: ReadonlyMap<string, UserInfo>
}

/** Kubetape's own components: their causes are honoured, and they may do anything. */
export const COMPONENT_GROUP = MASTERS

/** Throws when the log takes and gives nothing any more: it was closed, or a write to it failed. */
function readLog(storage: Storage): undefined {
  storage.getAt({ group: '', resource: 'namespaces' }, '', 'default', storage.revision)
}

/** The API over one storage, complete: in process at once, over HTTP after `listen`. */
export class Apiserver {
  readonly registry: Registry
  readonly #options: ApiserverOptions
  #server: ApiServer | undefined

  private constructor(options: ApiserverOptions) {
    this.#options = options
    const { storage, clock, random, gates } = options
    const rbac = new RbacAuthorizer(storage)
    const authorizer = unionAuthorizer([superusers, rbac])
    const admission = new AdmissionChain([
      ...defaultPlugins({ storage, clock, random, gates, authorizer, registry: () => this.registry, log: options.log }),
      grantCheck(rbac, authorizer),
    ])
    this.registry = new Registry(
      { storage, clock, random, gates, admission, authorizer, uids: options.uids ?? uidSource(random), actorCause: options.actorCause },
      servedResources(options.runtimeConfig).map(builtinResource),
      subresourceHandlers,
    )
  }

  /** Makes the server and the objects that every cluster has. */
  static async create(options: ApiserverOptions): Promise<Apiserver> {
    const server = new Apiserver(options)
    const client = server.client({ name: 'system:apiserver', groups: [COMPONENT_GROUP] }, 'kubetape-apiserver')
    await bootstrap(client)
    await reconcilePolicy(client, bootstrapPolicy(options.gates))
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
    this.#server = await ApiServer.listen({
      registry: this.registry,
      gate: new RequestGate({
        authenticators: [certificateAuthenticator(), tokenAuthenticator(options.tokens)],
        authorizer: this.registry.environment.authorizer,
        gates: this.#options.gates,
      }),
      others: paths,
      clock: this.#options.clock,
      certificates: options.certificates,
      host: options.host,
      port: options.port,
      log: this.#options.log,
    })
    return this.#server.url
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }
}
