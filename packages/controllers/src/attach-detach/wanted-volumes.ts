import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { CSIDriver } from '@kubetape/api/types/storage/v1'
import { usesClaim } from '../claim-protection/claim-use.ts'
import type { WantedVolume } from './plan.ts'

/** Where a Pod's volumes are found. */
export interface VolumeSources {
  readonly claimsOf: (pod: Pod) => readonly (PersistentVolumeClaim | undefined)[]
  readonly volumeOf: (name: string) => PersistentVolume | undefined
  readonly driverOf: (name: string) => CSIDriver | undefined
}

/** Whether a Pod needs nothing attached any more: it has ended, or it is being deleted and none of its containers run. */
export function isTerminated({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true
  return metadata.deletionTimestamp !== undefined && (status?.containerStatuses ?? []).every(({ state }) => state?.running === undefined)
}

/** The volumes of Pods that must be attached: of CSI drivers that do not say otherwise, bound to the Pods' claims from both sides. */
export function wantedVolumes(pods: readonly Pod[], { claimsOf, volumeOf, driverOf }: VolumeSources): WantedVolume[] {
  const found = new Map<string, { volume: PersistentVolume; pods: Pod[] }>()
  for (const pod of pods) {
    if (isTerminated(pod)) continue
    for (const claim of claimsOf(pod)) {
      if (claim?.status?.phase !== 'Bound' || !claim.spec.volumeName || !usesClaim(pod, claim)) continue
      const volume = volumeOf(claim.spec.volumeName)
      if (volume?.spec.csi === undefined || volume.spec.claimRef?.uid !== claim.metadata.uid) continue
      // A driver that nobody has described is attached, as one that says nothing.
      if (driverOf(volume.spec.csi.driver)?.spec.attachRequired === false) continue
      const { name = '' } = volume.metadata
      const known = found.get(name)
      if (known === undefined) found.set(name, { volume, pods: [pod] })
      else if (!known.pods.includes(pod)) known.pods.push(pod)
    }
  }
  return [...found.values()]
}
