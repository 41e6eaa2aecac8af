import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { ProtectionPlan } from '../volume-protection/plan.ts'

/** What keeps a class that is being deleted until no claim and no volume names it any more (KEP-3751). */
export const PROTECTION_FINALIZER = 'kubernetes.io/vac-protection'

/** The classes that a claim wants, has, or is on the way to. */
export const classesOfClaim = ({ spec, status }: Readonly<PersistentVolumeClaim>): string[] =>
  named(
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  )

/** The class whose parameters a volume has. */
export const classesOfVolume = ({ spec }: Readonly<PersistentVolume>): string[] => named(spec?.volumeAttributesClassName)

const named = (...names: (string | undefined)[]): string[] =>
  [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[]

/** Plans for one class: one that lives is protected, one that is being deleted goes as soon as nothing names it. */
export function plan({ metadata }: Readonly<VolumeAttributesClass>, isNamed: boolean): ProtectionPlan {
  const isProtected = metadata.finalizers?.includes(PROTECTION_FINALIZER) ?? false
  if (metadata.deletionTimestamp === undefined) return isProtected ? 'none' : 'protect'
  return isProtected && !isNamed ? 'release' : 'none'
}
