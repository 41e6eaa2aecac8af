import type { Gates } from '@kubetape/client-go-features'
import { type Clock, generatedNameSuffix, type Random, type UidSource } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { AdmissionChain } from '../admission/admission.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { Identities } from '../auth/identities.ts'
import type { ApiRequest } from '../request/api-request.ts'
import type { Companions } from './companions.ts'
import type { StrategyContext } from './strategy.ts'
import type { Kubelets } from './subresources/kubelets.ts'

/** What every verb of every resource works with. */
export interface RegistryEnvironment {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
  readonly uids: UidSource
  readonly gates: Gates
  readonly admission: AdmissionChain
  /** For what strategies and subresources must ask (may this user grant this role?): requests have been authorized before they come here. */
  readonly authorizer: Authorizer
  /** Whose tokens are whose, and tokens for service accounts. */
  readonly identities: Identities
  /** Nodes that are reached from here. Default: none. */
  readonly kubelets?: Kubelets | undefined
  /** What is written together with objects of a resource, by `group/resource`. Default: nothing. */
  readonly companions?: ReadonlyMap<string, Companions> | undefined
  /** The cause under which a request that is no reconcile run's writes: it stands for an actor row of the journal. */
  actorCause(request: ApiRequest): string
}

/** One request's context: its time is read once, its warnings gather here. */
export interface RequestContext extends StrategyContext {
  readonly warnings: string[]
  readonly request: ApiRequest
  readonly cause: string
  readonly dryRun: boolean
  /** What is undone when the request fails after all. */
  readonly whenRefused: (() => void)[]
}

export function requestContext(environment: RegistryEnvironment, request: ApiRequest): RequestContext {
  const warnings: string[] = []
  const said = new Set<string>()
  let cause = request.cause
  return {
    request,
    warnings,
    whenRefused: [],
    get cause() {
      cause ??= environment.actorCause(request)
      return cause
    },
    dryRun: (request.options.dryRun?.length ?? 0) > 0,
    gates: environment.gates,
    nowMs: environment.clock.wallMs(),
    namespace: request.namespace,
    subresource: request.subresource,
    user: request.user,
    warn: (text) => {
      if (said.has(text)) return
      said.add(text)
      warnings.push(text)
    },
    newUid: () => environment.uids.next(),
    newSuffix: () => generatedNameSuffix(environment.random),
  }
}
