import {
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { IndexFunctions } from '@kubetape/informers'
import type { KindLookup, ReconcileContext, Watch } from '@kubetape/runtime'
import { isPending, takesRoom } from '../binding-plan.ts'
import { BY_CLAIM, claimKeysOf, podClaims } from './pod-claims.ts'
import { isFree } from './volume-choice.ts'
import type { VolumeView } from './volume-needs.ts'

/** Volumes that nobody has, by class. */
const FREE_BY_CLASS = 'simulatedNodesFree'
/** Volumes by the claim that they are for. */
const BY_REFERENCE = 'simulatedNodesClaimRef'
/** Pods with claims that wait for a node. */
const PENDING_WITH_CLAIMS = 'simulatedNodesPendingWithClaims'
const ALL = 'all'

/** What a binder watches for the sake of Pods with claims; without such Pods nothing leads to a run. */
export function volumeWatches(key: string): Watch[] {
  const someWait = (lookup: KindLookup): boolean => lookup<Pod>(PodKind).byIndex(PENDING_WITH_CLAIMS, ALL).length > 0
  const claims: Watch<PersistentVolumeClaim> = {
    kind: ClaimKind,
    map: ({ object }, lookup) => (lookup<Pod>(PodKind).byIndex(BY_CLAIM, objectKey(object)).some(isPending) ? [key] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const volumes: Watch<PersistentVolume> = {
    kind: VolumeKind,
    map: ({ object }, lookup) => (isFree(object) && someWait(lookup) ? [key] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const classes: Watch<StorageClass> = {
    kind: ClassKind,
    map: ({ type }, lookup) => (type !== 'deleted' && someWait(lookup) ? [key] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  return [claims as unknown as Watch, volumes as unknown as Watch, classes as unknown as Watch]
}

/** The indexes of these kinds. */
export const VOLUME_INDEXES: ReadonlyMap<Kind, IndexFunctions<KubeObject>> = new Map<Kind, IndexFunctions<KubeObject>>([
  [
    PodKind,
    {
      [BY_CLAIM]: claimKeysOf as unknown as (object: KubeObject) => readonly string[],
      [PENDING_WITH_CLAIMS]: (pod) => (isPending(pod as Pod) && podClaims(pod as Pod).length > 0 ? [ALL] : []),
    },
  ],
  [
    VolumeKind,
    {
      [FREE_BY_CLASS]: (volume) => (isFree(volume as PersistentVolume) ? [(volume as PersistentVolume).spec.storageClassName ?? ''] : []),
      [BY_REFERENCE]: (volume) => {
        const { namespace, name } = (volume as PersistentVolume).spec.claimRef ?? {}
        return name === undefined ? [] : [`${namespace ?? ''}/${name}`]
      },
    },
  ],
])

/** What a run of the binder sees of claims and volumes. */
export function volumeView({ lister }: Pick<ReconcileContext, 'lister'>): VolumeView {
  return {
    claimOf: (namespace, name) => lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name),
    volumeOf: (name) => lister<PersistentVolume>(VolumeKind).get('', name),
    classOf: (name) => lister<StorageClass>(ClassKind).get('', name),
    freeVolumes: (className) => lister<PersistentVolume>(VolumeKind).byIndex(FREE_BY_CLASS, className),
    reservedFor: (claim) =>
      lister<PersistentVolume>(VolumeKind)
        .byIndex(BY_REFERENCE, objectKey(claim))
        .find(({ spec }) => !spec.claimRef?.uid || spec.claimRef.uid === claim.metadata.uid),
    isUsed: (claimKey, by) =>
      lister<Pod>(PodKind)
        .byIndex(BY_CLAIM, claimKey)
        .some((pod) => pod.metadata.uid !== by.metadata.uid && takesRoom(pod)),
  }
}
