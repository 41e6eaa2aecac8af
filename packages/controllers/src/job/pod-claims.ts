import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'
import { controllerReference } from './controller-reference.ts'
import { TRACKING_FINALIZER } from './job-pod.ts'
import { selectorMatches } from './label-match.ts'

/** How the Pods that a Job has to do with are shared out. */
export interface PodClaims {
  /** The Pods that the plan goes on with: owned and matching, those to adopt included, as they will be once adopted. */
  readonly pods: readonly Pod[]
  /** Orphans that match: they get the owner reference and the tracking finalizer, if the Job still exists when it is read afresh. */
  readonly adopt: readonly Pod[]
  /** Owned Pods that no longer match: they lose both. */
  readonly release: readonly Pod[]
}

/**
 * Shares out `candidates` (any Pods of the Job's namespace). A Job that is being deleted neither adopts nor releases; a Pod that is being
 * deleted is not adopted; Pods of other controllers are left alone (API conventions, "ControllerRef").
 */
export function claimPods(job: Job, candidates: readonly Pod[]): PodClaims {
  const goingOn = job.metadata.deletionTimestamp === undefined
  const pods: Pod[] = []
  const adopt: Pod[] = []
  const release: Pod[] = []
  for (const pod of candidates) {
    const owner = controllerOf(pod)
    if (owner !== undefined && owner.uid !== job.metadata.uid) continue
    const matches = selectorMatches(job.spec.selector, pod.metadata.labels)
    if (owner !== undefined) {
      if (matches) pods.push(pod)
      else if (goingOn) release.push(pod)
    } else if (matches && goingOn && pod.metadata.deletionTimestamp === undefined) {
      adopt.push(pod)
      pods.push(adopted(job, pod))
    }
  }
  return { pods, adopt, release }
}

/** `pod` as it is once `job` has adopted it. */
function adopted(job: Job, pod: Pod): Pod {
  const { ownerReferences = [], finalizers = [] } = pod.metadata
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ownerReferences: [...ownerReferences, controllerReference({ apiVersion: 'batch/v1', kind: 'Job' }, job)],
      finalizers: finalizers.includes(TRACKING_FINALIZER) ? finalizers : [...finalizers, TRACKING_FINALIZER],
    },
  }
}
