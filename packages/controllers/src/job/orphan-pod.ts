import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { finishedCondition } from './job-condition.ts'
import { hasTrackingFinalizer } from './job-pod.ts'
import { isManagedByOther } from './job-rules.ts'

/**
 * Whether a Pod carries the tracking finalizer for no Job and should lose it: it has no controller, or its Job (`owner`: the Job of that
 * name, if there is one) is gone, another one, or over. Pods of other kinds of owners keep it, and so do those of Jobs managed elsewhere.
 */
export function isStrayTrackedPod(pod: Pod, owner: Job | undefined, gates: Gates): boolean {
  if (!hasTrackingFinalizer(pod)) return false
  const controller = controllerOf(pod)
  if (controller === undefined) return true
  if (controller.kind !== 'Job' || controller.apiVersion !== 'batch/v1') return false
  if (owner === undefined || owner.metadata.uid !== controller.uid) return true
  return !isManagedByOther(owner, gates) && finishedCondition(owner) !== undefined
}
