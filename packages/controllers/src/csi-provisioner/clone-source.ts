import type { PersistentVolume, PersistentVolumeClaim, TypedLocalObjectReference } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { quantityOf } from '@kubetape/apimachinery'
import type { CsiVolumeSource } from '@kubetape/csi'

/** The claim that another one is made from, and its volume, as far as they are there. */
export interface CloneSource {
  readonly claim: Readonly<PersistentVolumeClaim> | undefined
  readonly volume: Readonly<PersistentVolume> | undefined
}

const NOT_BOUND = 'claim in dataSource not bound or invalid'

/** What a claim is to be filled from; undefined for nothing. A kind without a group is the claim's neighbour of the core group. */
export function dataSourceOf({ spec }: Readonly<PersistentVolumeClaim>): TypedLocalObjectReference | undefined {
  return spec?.dataSource ?? spec?.dataSourceRef
}

export function isClone(claim: Readonly<PersistentVolumeClaim>): boolean {
  const source = dataSourceOf(claim)
  return source?.kind === 'PersistentVolumeClaim' && !source.apiGroup
}

/** The driver's volume that a claim is to be a copy of. Throws where the source is not ready for it (Kubernetes documentation, "CSI Volume Cloning"). */
export function cloneSource(
  claim: Readonly<PersistentVolumeClaim>,
  { provisioner }: Readonly<StorageClass>,
  { claim: source, volume }: CloneSource,
): CsiVolumeSource {
  const name = dataSourceOf(claim)!.name
  if (source === undefined) {
    throw new Error(
      `error getting PVC ${name} (namespace ${JSON.stringify(claim.metadata.namespace ?? '')}) from api server: persistentvolumeclaim "${name}" not found`,
    )
  }
  const { phase } = source.status ?? {}
  if (phase !== 'Bound') throw new Error(`the PVC DataSource ${name} must have a status of Bound.  Got ${phase ?? ''}`)
  if (source.metadata.deletionTimestamp !== undefined) throw new Error(`the PVC DataSource ${name} is currently being deleted`)
  if (source.spec?.storageClassName === undefined) throw new Error(`the source PVC (${name}) storageclass cannot be empty`)
  if (claim.spec?.storageClassName === undefined) throw new Error(`the requested PVC (${claim.metadata.name}) storageclass cannot be empty`)
  const asked = bytesOf(claim)
  const given = bytesOf(source)
  if (asked < given) {
    throw new Error(
      `error, new PVC request must be greater than or equal in size to the specified PVC data source, requested ${asked} but source is ${given}`,
    )
  }
  if (!source.spec.volumeName) throw new Error(`volume name is empty in source PVC ${name}`)
  const csi = volume?.spec?.csi
  const reference = volume?.spec?.claimRef
  const isItsVolume =
    reference?.uid === source.metadata.uid && reference?.namespace === source.metadata.namespace && reference?.name === name
  if (csi === undefined || csi.driver !== provisioner || !isItsVolume || volume?.status?.phase !== 'Bound') throw new Error(NOT_BOUND)
  checkModes(claim, volume)
  return { volumeId: csi.volumeHandle }
}

function checkModes(claim: Readonly<PersistentVolumeClaim>, volume: Readonly<PersistentVolume>): void {
  const mode = (block: boolean): string => (block ? 'Block' : 'Filesystem')
  const asked = mode(claim.spec?.volumeMode === 'Block')
  const given = mode(volume.spec?.volumeMode === 'Block')
  if (asked !== given)
    throw new Error(
      `the source PVC and destination PVCs must have the same volume mode for cloning.  Source is ${given}, but new PVC requested ${asked}`,
    )
}

const bytesOf = ({ spec }: Readonly<PersistentVolumeClaim>): bigint => quantityOf(spec?.resources?.requests?.['storage']).value()
