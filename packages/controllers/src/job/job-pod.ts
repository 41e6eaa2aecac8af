import type { ContainerStatus, Pod } from '@kubetape/api/types/core/v1'
import type { JobRules } from './job-rules.ts'
import { kubeTimeMs } from './kube-time.ts'

/** The finalizer that keeps a Pod until its end is counted (KEP-2307). */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
/** The annotation, and with the gate PodIndexLabel also the label, that holds a Pod's completion index (KEP-2214). */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'
/** Stands for "no valid completion index". */
export const NO_INDEX = -1

/** A Pod of a Job with what the plan asks about it again and again. */
export interface JobPod {
  readonly pod: Pod
  readonly uid: string
  /** Carries the tracking finalizer as far as the informer has seen. */
  readonly finalizer: boolean
  /** Carries it and its removal has not been asked for: its end is not counted yet. */
  readonly tracked: boolean
  /** Completion index, or `NO_INDEX`. May lie beyond `completions`. */
  readonly index: number
  readonly succeeded: boolean
  /** Failed, or as good as failed: deleted, where a deletion need not wait for the end. */
  readonly failed: boolean
  /** Neither ended nor deleted. */
  readonly active: boolean
  /** Deleted and not ended. */
  readonly terminating: boolean
}

/** Looks at `pod` under the rules of its Job. `awaitedRemovals`: uids whose finalizer was removed without the informer having seen it. */
export function jobPod(pod: Pod, rules: JobRules, awaitedRemovals: ReadonlySet<string>): JobPod {
  const { metadata } = pod
  const uid = metadata.uid ?? ''
  const phase = pod.status?.phase
  const deleted = metadata.deletionTimestamp !== undefined
  const succeeded = phase === 'Succeeded'
  const ended = succeeded || phase === 'Failed'
  const finalizer = hasTrackingFinalizer(pod)
  return {
    pod,
    uid,
    finalizer,
    tracked: finalizer && !awaitedRemovals.has(uid),
    index: completionIndex(pod),
    succeeded,
    failed: phase === 'Failed' || (deleted && !succeeded && !rules.replaceOnlyFailed),
    active: !deleted && !ended,
    terminating: deleted && !ended,
  }
}

/** Whether the tracking finalizer is on the Pod. */
export function hasTrackingFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true
}

/** Whether the condition Ready is True. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
}

/** The completion index annotated on the Pod, or `NO_INDEX`. */
export function completionIndex(pod: Pod): number {
  return countOf(pod, COMPLETION_INDEX) ?? NO_INDEX
}

/** The whole number in an annotation; undefined where there is none. */
export function countOf(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/**
 * When the Pod ended, in Unix milliseconds: the end of its last container if all have ended (sidecars included), else when it stopped
 * being ready, else when it was deleted, else its creation.
 */
export function podFinishedAtMs(pod: Pod, sidecars: boolean): number {
  const { metadata, status } = pod
  const ofContainers = containersFinishedAtMs(pod, sidecars)
  if (ofContainers !== undefined) return ofContainers
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const notReadyMs = ready?.status === 'False' ? kubeTimeMs(ready.lastTransitionTime) : undefined
  if (notReadyMs !== undefined) return notReadyMs
  const deletedMs = kubeTimeMs(metadata.deletionTimestamp)
  if (deletedMs !== undefined) return deletedMs - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
  return kubeTimeMs(metadata.creationTimestamp) ?? 0
}

function containersFinishedAtMs(pod: Pod, sidecars: boolean): number | undefined {
  const statuses: ContainerStatus[] = [...(pod.status?.containerStatuses ?? []), ...(sidecars ? sidecarStatuses(pod) : [])]
  let lastMs: number | undefined
  for (const { state } of statuses) {
    const ms = kubeTimeMs(state?.terminated?.finishedAt)
    if (ms === undefined) return undefined
    lastMs = Math.max(lastMs ?? ms, ms)
  }
  return lastMs
}

/** The statuses of init containers that run on beside the ordinary ones (restartPolicy Always). */
export function sidecarStatuses(pod: Pod): ContainerStatus[] {
  const statuses = pod.status?.initContainerStatuses
  if (!statuses?.length) return []
  const names = new Set((pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name))
  return names.size === 0 ? [] : statuses.filter(({ name }) => names.has(name))
}
