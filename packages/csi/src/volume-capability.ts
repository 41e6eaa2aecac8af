import type { CsiAccessMode, CsiVolumeCapability } from './csi-driver.ts'

/** The fields of a PersistentVolume's spec that say how it is used. */
export interface VolumeUse {
  readonly accessModes?: readonly string[]
  /** `Block`, or `Filesystem`, which is the default. */
  readonly volumeMode?: string
  readonly mountOptions?: readonly string[]
  readonly csi?: { readonly fsType?: string }
}

/** The drivers that say this tell several Pods of one node from a single one. */
export const SINGLE_NODE_MULTI_WRITER = 'SINGLE_NODE_MULTI_WRITER'

/**
 * What a driver is told about the use of a volume. `accessMode`: of which the caller has found out that it is the one that is meant.
 */
export function volumeCapabilityOf({ volumeMode, mountOptions = [], csi }: VolumeUse, accessMode: CsiAccessMode): CsiVolumeCapability {
  if (volumeMode === 'Block') return { accessMode }
  return {
    accessMode,
    mount: { ...(csi?.fsType ? { fsType: csi.fsType } : {}), ...(mountOptions.length === 0 ? {} : { mountFlags: [...mountOptions] }) },
  }
}

/** The one access mode of CSI for one of Kubernetes (KEP-2485 for those of a single node); undefined for one that there is not. */
export function accessModeOf(mode: string | undefined, capabilities: readonly string[]): CsiAccessMode | undefined {
  const tells = capabilities.includes(SINGLE_NODE_MULTI_WRITER)
  switch (mode) {
    case 'ReadWriteOnce':
      return tells ? 'SINGLE_NODE_MULTI_WRITER' : 'SINGLE_NODE_WRITER'
    case 'ReadWriteOncePod':
      return tells ? 'SINGLE_NODE_SINGLE_WRITER' : 'SINGLE_NODE_WRITER'
    case 'ReadOnlyMany':
      return 'MULTI_NODE_READER_ONLY'
    case 'ReadWriteMany':
      return 'MULTI_NODE_MULTI_WRITER'
    default:
      return undefined
  }
}

/**
 * The access mode of CSI for all of a volume's together, as it is attached and changed; the widest counts. Throws an Error with the words of
 * CSI's sidecars for modes that CSI cannot say together.
 */
export function jointAccessModeOf(modes: readonly string[] | undefined, capabilities: readonly string[]): CsiAccessMode {
  if (modes === undefined || modes.length === 0) throw new Error('access mode in PV is not set')
  const has = (mode: string): boolean => modes.includes(mode)
  if (has('ReadWriteMany')) return 'MULTI_NODE_MULTI_WRITER'
  if (has('ReadOnlyMany') && has('ReadWriteOnce'))
    throw new Error('CSI does not support ReadOnlyMany and ReadWriteOnce on the same PersistentVolume')
  if (has('ReadWriteOncePod') && modes.length > 1)
    throw new Error('CSI does not support ReadWriteOncePod and other access modes on the same PersistentVolume')
  const found = ['ReadOnlyMany', 'ReadWriteOnce', 'ReadWriteOncePod'].find(has)
  const mode = accessModeOf(found, capabilities)
  if (mode === undefined) throw new Error(`unsupported AccessMode combination: [${modes.join(' ')}]`)
  return mode
}
