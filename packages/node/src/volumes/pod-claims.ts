import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'

/** A claim as a Pod names it. */
export interface PodClaim {
  /** Of the Pod's volume. */
  readonly volume: string
  readonly claim: string
  /** Made for the Pod, by its template (KEP-1698), and of use to no other. */
  readonly ephemeral: boolean
}

/** The index of Pods by `namespace/claim`. */
export const BY_CLAIM = 'simulatedNodesClaim'

/** The claims of a Pod in the order of its volumes; most Pods have none. */
export function podClaims({ metadata, spec }: Pod): readonly PodClaim[] {
  return (spec.volumes ?? []).flatMap(({ name: volume, persistentVolumeClaim, ephemeral }): PodClaim[] => {
    if (persistentVolumeClaim) return [{ volume, claim: persistentVolumeClaim.claimName, ephemeral: false }]
    return ephemeral ? [{ volume, claim: `${metadata.name ?? ''}-${volume}`, ephemeral: true }] : []
  })
}

/** The index function of BY_CLAIM. */
export function claimKeysOf(pod: Pod): readonly string[] {
  return [...new Set(podClaims(pod).map(({ claim }) => `${pod.metadata.namespace ?? ''}/${claim}`))]
}

/** Whether a Pod may use a claim that it names: one that was made for a Pod belongs to that Pod alone. */
export function mayUse(pod: Pod, { ephemeral }: PodClaim, claim: PersistentVolumeClaim): boolean {
  return !ephemeral || controllerOf(claim)?.uid === pod.metadata.uid
}
