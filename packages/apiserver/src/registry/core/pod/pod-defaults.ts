import type { Gates } from '@kubetape/client-go-features'
import type { Pod, PodAffinityTerm, PodSpec, PodStatus, PodTemplateSpec } from '@kubetape/api/types/core/v1'
import { defaultContainer, defaultHostPorts, defaultPodContainers } from './container-defaults.ts'
import { allContainers } from './container-walk.ts'
import { defaultVolume } from './volume-defaults.ts'

/** Seconds between the request to stop and the kill (API reference, PodSpec). */
const TERMINATION_GRACE_SECONDS = 30

/** Annotations of alpha and beta init containers; they mean nothing since v1.8 and are not kept. */
const INIT_CONTAINER_ANNOTATIONS = [
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-container-statuses',
  'pod.beta.kubernetes.io/init-container-statuses',
]

/**
 * Fills in a decoded spec of a Pod wherever it is embedded: in a Pod, a template, a Job. Idempotent.
 * What only Pods get (requests from limits, service links, host ports) is `defaultPod`'s.
 */
export function defaultPodSpec(spec: PodSpec, gates: Gates): void {
  spec.containers ??= []
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= TERMINATION_GRACE_SECONDS
  spec.schedulerName ||= 'default-scheduler'
  defaultServiceAccount(spec)
  for (const container of allContainers(spec)) defaultContainer(container)
  for (const volume of spec.volumes ?? []) defaultVolume(volume, gates)
}

/** Fills in a Pod template of a Job, a Deployment and their like. Idempotent. */
export function defaultPodTemplate(template: PodTemplateSpec, gates: Gates): void {
  dropInitContainerAnnotations(template.metadata)
  template.spec ??= { containers: [] }
  defaultPodSpec(template.spec, gates)
}

/** Fills in a Pod: its spec as everywhere, and what only Pods get. Idempotent. */
export function defaultPod(pod: Pod, gates: Gates): void {
  const spec = (pod.spec ??= { containers: [] })
  dropInitContainerAnnotations(pod.metadata)
  defaultPodSpec(spec, gates)
  spec.enableServiceLinks ??= true
  // A negative period means one second, in Pods only (API reference, PodSpec).
  if (spec.terminationGracePeriodSeconds! < 0) spec.terminationGracePeriodSeconds = 1
  if (spec.hostNetwork) {
    defaultHostPorts(spec.containers)
    defaultHostPorts(spec.initContainers)
  }
  defaultPodContainers(spec, gates)
  if (pod.status) syncAddresses(pod.status)
}

/** Every Pod affinity and anti-affinity term of a spec, weighted ones too. */
export function* affinityTerms(spec: Readonly<PodSpec>): Generator<PodAffinityTerm> {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const weighted of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      if (weighted.podAffinityTerm) yield weighted.podAffinityTerm
    yield* affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  }
}

/** The old single address and the list say the same; where they differ the single one counts, for it may be an old client's (KEP-563). */
function syncAddresses(status: PodStatus): void {
  if (status.podIP && status.podIP !== status.podIPs?.[0]?.ip) status.podIPs = [{ ip: status.podIP }]
  else if (status.podIPs?.[0] !== undefined) status.podIP = status.podIPs[0].ip
}

/** The old and the new name of the ServiceAccount say the same; the new one wins. */
function defaultServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName ?? spec.serviceAccount
  if (name === undefined) return
  spec.serviceAccountName = name
  spec.serviceAccount = name
}

function dropInitContainerAnnotations(metadata: { annotations?: Record<string, string> } | undefined): void {
  const annotations = metadata?.annotations
  if (annotations === undefined) return
  for (const key of INIT_CONTAINER_ANNOTATIONS) delete annotations[key]
  if (Object.keys(annotations).length === 0) delete metadata!.annotations
}
