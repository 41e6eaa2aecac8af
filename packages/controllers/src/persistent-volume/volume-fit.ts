import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { parseQuantity } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { classNameOf } from './storage-class.ts'

/** Where a volume does not do for a claim, in the words of the events that tell it. */
export type Misfit =
  | `the volume is marked for deletion ${string}`
  | 'requested PV is too small'
  | 'storageClassName does not match'
  | 'VolumeAttributesClassName does not match'
  | 'incompatible volumeMode'
  | 'incompatible accessMode'

/** Why a claim cannot have the volume that it names; undefined where it can. Its selector does not matter. */
export function misfitOf(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>, gates: Gates): Misfit | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`
  if (isTooSmall(volume, claim)) return 'requested PV is too small'
  if (classNameOf(volume) !== classNameOf(claim)) return 'storageClassName does not match'
  if (!hasSameAttributesClass(volume, claim, gates)) return 'VolumeAttributesClassName does not match'
  if (volumeModeOf(volume) !== volumeModeOf(claim)) return 'incompatible volumeMode'
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode'
}

/** Whether a claim can have a volume that is kept for it by name: neither class nor selector matters. */
export function fitsReservation(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>, gates: Gates): boolean {
  return (
    volume.metadata.deletionTimestamp === undefined &&
    !isTooSmall(volume, claim) &&
    hasSameAttributesClass(volume, claim, gates) &&
    volumeModeOf(volume) === volumeModeOf(claim) &&
    hasAccessModes(volume, claim)
  )
}

/** Whether the volume refers to this claim, by its uid or by name alone. */
export function refersTo({ spec }: Readonly<PersistentVolume>, { metadata }: Readonly<PersistentVolumeClaim>): boolean {
  const { claimRef } = spec ?? {}
  if (claimRef === undefined || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false
  return !claimRef.uid || claimRef.uid === metadata.uid
}

/** Objects of an API server without that field are file systems. */
export const volumeModeOf = ({ spec }: Readonly<PersistentVolume> | Readonly<PersistentVolumeClaim>): string =>
  spec?.volumeMode ?? 'Filesystem'

export const attributesClassOf = ({ spec }: Readonly<PersistentVolume> | Readonly<PersistentVolumeClaim>): string =>
  spec?.volumeAttributesClassName ?? ''

function isTooSmall(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>): boolean {
  const size = parseQuantity(volume.spec?.capacity?.['storage'] ?? '0')
  return size.compare(parseQuantity(claim.spec?.resources?.requests?.['storage'] ?? '0')) < 0
}

function hasSameAttributesClass(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>, gates: Gates): boolean {
  return !gates.enabled('VolumeAttributesClass') || attributesClassOf(volume) === attributesClassOf(claim)
}

function hasAccessModes(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>): boolean {
  const modes = volume.spec?.accessModes ?? []
  return (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode))
}
