import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { IndexFunctions } from '@kubetape/informers'
import type { KindLookup, ReconcileContext } from '@kubetape/runtime'
import { BY_CLAIM, claimKeysOf, mayUse, type PodClaim, podClaims } from './pod-claims.ts'

/** Pods with claims by their node. */
export const WITH_CLAIMS_ON = 'simulatedNodesWithClaims'

/** The indexes that the functions here look into. */
export const POD_VOLUME_INDEXES: ReadonlyMap<Kind, IndexFunctions<KubeObject>> = new Map<Kind, IndexFunctions<KubeObject>>([
  [PodKind, { [BY_CLAIM]: claimKeysOf as unknown as (object: KubeObject) => readonly string[], [WITH_CLAIMS_ON]: nodeWithClaims }],
])

function nodeWithClaims(object: KubeObject): readonly string[] {
  const pod = object as Pod
  return pod.spec.nodeName && podClaims(pod).length > 0 ? [pod.spec.nodeName] : []
}

/** Whether a kubelet has done with a Pod's volumes, or will at once. */
export const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** The volume that a Pod gets for a claim; undefined: it is not bound yet, or not to be used by this Pod. */
export function volumeFor(
  pod: Pod,
  one: PodClaim,
  claim: PersistentVolumeClaim | undefined,
  volumeOf: (name: string) => PersistentVolume | undefined,
): PersistentVolume | undefined {
  if (claim?.status?.phase !== 'Bound' || !claim.spec.volumeName || !mayUse(pod, one, claim)) return undefined
  const volume = volumeOf(claim.spec.volumeName)
  return volume?.spec.claimRef?.uid === claim.metadata.uid ? volume : undefined
}

/** The volumes of a Pod's claims, in their order. */
export function volumesOf(pod: Pod, { lister }: Pick<ReconcileContext, 'lister'>): (PersistentVolume | undefined)[] {
  const { namespace = '' } = pod.metadata
  return podClaims(pod).map((one) =>
    volumeFor(pod, one, lister<PersistentVolumeClaim>(ClaimKind).get(namespace, one.claim), (name) =>
      lister<PersistentVolume>(VolumeKind).get('', name),
    ),
  )
}

/** Pods with a node that use the claim of a volume. */
export function usersOf(claim: { readonly namespace?: string; readonly name?: string } | undefined, lookup: KindLookup): Pod[] {
  if (claim?.name === undefined) return []
  return lookup<Pod>(PodKind)
    .byIndex(BY_CLAIM, `${claim.namespace ?? ''}/${claim.name}`)
    .filter(({ spec }) => Boolean(spec.nodeName))
}
