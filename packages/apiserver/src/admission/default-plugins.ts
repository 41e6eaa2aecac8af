import type { Gates } from '@kubetape/client-go-features'
import type { Clock, Random } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { Authorizer } from '../auth/authorizer.ts'
import type { Registry } from '../registry/registry.ts'
import type { AdmissionPlugin } from './admission.ts'
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts'
import { claimResize } from './claim-resize.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { limitRanger } from './limit-ranger/limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction.ts'
import { podSecurity } from './pod-security/pod-security.ts'
import { validatingAdmissionPolicy } from './policy/validating-admission-policy.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota/resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageInUseProtection } from './storage-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import { mutatingWebhooks } from './webhook/mutating-webhooks.ts'
import { validatingWebhooks } from './webhook/validating-webhooks.ts'
import type { WebhookTransport } from './webhook/webhook-transport.ts'

/** What plugins may use. They read the cluster's objects from storage, not through informers: what was committed is what they see. */
export interface PluginEnvironment {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
  readonly gates: Gates
  readonly authorizer: Authorizer
  /** All that is served; there when the first request is admitted. */
  readonly registry: () => Registry
  /** How webhooks are reached. */
  readonly webhooks: WebhookTransport
  /** False until the server has made what every cluster has: those who could answer may need it first. */
  readonly asksWebhooks: () => boolean
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
}

/** The plugins that v1.31 has on by default, and those that can be selected, in its order, as far as the kinds that this release serves whole are concerned. */
export function defaultPlugins(environment: PluginEnvironment): AdmissionPlugin[] {
  const { storage, clock, authorizer } = environment
  return [
    namespaceLifecycle(storage),
    limitRanger(storage),
    serviceAccount(storage, clock),
    nodeRestriction(environment),
    taintNodesByCondition,
    podSecurity(environment),
    priority(storage),
    defaultTolerationSeconds,
    defaultStorageClass(storage),
    storageInUseProtection,
    claimResize(storage),
    runtimeClass(storage),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction,
    // ClusterTrustBundleAttest
    defaultIngressClass(storage),
    mutatingWebhooks(environment),
    validatingAdmissionPolicy(environment),
    validatingWebhooks(environment),
    resourceQuota(environment),
  ]
}
