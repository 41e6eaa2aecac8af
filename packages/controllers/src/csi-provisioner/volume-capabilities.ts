import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { CsiAccessMode, CsiVolumeCapability } from '@kubetape/csi'

/** Access modes of a driver that knows no difference between one node and one Pod, and of one with SINGLE_NODE_MULTI_WRITER. */
const MODES: ReadonlyMap<string, readonly [CsiAccessMode, CsiAccessMode]> = new Map([
  ['ReadWriteOnce', ['SINGLE_NODE_WRITER', 'SINGLE_NODE_MULTI_WRITER']],
  ['ReadWriteOncePod', ['SINGLE_NODE_WRITER', 'SINGLE_NODE_SINGLE_WRITER']],
  ['ReadOnlyMany', ['MULTI_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY']],
  ['ReadWriteMany', ['MULTI_NODE_MULTI_WRITER', 'MULTI_NODE_MULTI_WRITER']],
])

/** How a volume is going to be used, of those who provision, expand and attach it. */
export interface VolumeUse {
  readonly accessModes: readonly string[]
  readonly volumeMode?: string | undefined
  readonly fsType?: string | undefined
  readonly mountOptions?: readonly string[] | undefined
}

/** One capability for each access mode (KEP-2485 has the table). */
export function volumeCapabilities(
  { accessModes, volumeMode, fsType = '', mountOptions = [] }: VolumeUse,
  controllerCapabilities: readonly string[],
): CsiVolumeCapability[] {
  const column = controllerCapabilities.includes('SINGLE_NODE_MULTI_WRITER') ? 1 : 0
  return accessModes.map((mode) => {
    const accessMode = MODES.get(mode)?.[column]
    if (accessMode === undefined) throw new Error(`unsupported AccessMode combination: [${mode}]`)
    if (volumeMode === 'Block') return { accessMode }
    const mount = { ...(fsType === '' ? {} : { fsType }), ...(mountOptions.length === 0 ? {} : { mountFlags: mountOptions }) }
    return { accessMode, mount }
  })
}

export const isBlock = ({ spec }: Readonly<PersistentVolumeClaim>): boolean => spec?.volumeMode === 'Block'
