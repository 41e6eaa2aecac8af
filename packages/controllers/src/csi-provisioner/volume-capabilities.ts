import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { accessModeOf, type CsiVolumeCapability, volumeCapabilityOf, type VolumeUse } from '@kubetape/csi'

/** One capability for each access mode, as CreateVolume wants them. */
export function volumeCapabilities(use: VolumeUse, controllerCapabilities: readonly string[]): CsiVolumeCapability[] {
  return (use.accessModes ?? []).map((mode) => {
    const accessMode = accessModeOf(mode, controllerCapabilities)
    if (accessMode === undefined) throw new Error(`unsupported AccessMode combination: [${mode}]`)
    return volumeCapabilityOf(use, accessMode)
  })
}

export const isBlock = ({ spec }: Readonly<PersistentVolumeClaim>): boolean => spec?.volumeMode === 'Block'
