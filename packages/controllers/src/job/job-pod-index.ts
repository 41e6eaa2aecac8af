import type { Pod } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'

/** The index that finds a Job's Pods: those that it controls under its uid, orphans under their namespace. */
export const BY_OWNER = 'jobOwner'

/** Where Pods without a controller are filed. */
export const orphansOf = (namespace: string): string => `orphan/${namespace}`

export function ownerValue(pod: Pod): string {
  return controllerOf(pod)?.uid ?? orphansOf(pod.metadata.namespace ?? '')
}

/** The index function; one and the same for all controllers that share the informer. */
export const byOwner = (pod: Pod): readonly string[] => [ownerValue(pod)]
