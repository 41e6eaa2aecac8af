import type { PersistentVolumeClaim, Pod, Volume } from '@kubetape/api/types/core/v1'
import { controllerOf } from '@kubetape/apimachinery'

/** The index that finds the Pods that name a claim, or that a claim is made for, by `namespace/claim`. */
export const BY_CLAIM = 'claim'

/** The name of the claim that a volume of a Pod is, or is made from (KEP-1698); undefined where it is none. */
function claimNameOf({ metadata }: Readonly<Pod>, { name, persistentVolumeClaim, ephemeral }: Readonly<Volume>): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName
  return ephemeral ? `${metadata.name ?? ''}-${name}` : undefined
}

/** The index function: where the Pod is filed, also as keys of claims. */
export function claimsOf(pod: Readonly<Pod>): string[] {
  const names = (pod.spec.volumes ?? []).map((volume) => claimNameOf(pod, volume)).filter((name) => name !== undefined)
  return [...new Set(names)].map((name) => `${pod.metadata.namespace ?? ''}/${name}`)
}

/**
 * Whether a Pod may still read or write a claim: it has a node, however it ended there. A Pod without a node does not count, nor does a claim made
 * for one that has shut down or for another of the same name.
 */
export function usesClaim(pod: Readonly<Pod>, claim: Readonly<PersistentVolumeClaim>): boolean {
  if (!pod.spec.nodeName) return false
  return (pod.spec.volumes ?? []).some((volume) => {
    if (claimNameOf(pod, volume) !== claim.metadata.name) return false
    return volume.persistentVolumeClaim ? true : !isShutDown(pod) && controllerOf(claim)?.uid === pod.metadata.uid
  })
}

/** The kubelet is done with it, and only finalizers keep the object. */
export const isShutDown = ({ metadata }: Readonly<Pod>): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0
