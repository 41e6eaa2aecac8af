import type { CsiParameters } from '../csi-driver.ts'

/** Messages as the protocol's encoding gives and takes them: absent messages are null, sizes are text when read, numbers when written. */
export type WireSize = string | number

export interface WireRange {
  readonly requiredBytes?: WireSize
  readonly limitBytes?: WireSize
}

export interface WireCapability {
  readonly block?: object | null
  readonly mount?: { readonly fsType?: string; readonly mountFlags?: readonly string[]; readonly volumeMountGroup?: string } | null
  readonly accessMode?: { readonly mode?: string } | null
}

export interface WireSource {
  readonly snapshot?: { readonly snapshotId?: string } | null
  readonly volume?: { readonly volumeId?: string } | null
}

export interface WireTopology {
  readonly segments?: CsiParameters
}

export interface WireVolume {
  readonly capacityBytes?: WireSize
  readonly volumeId?: string
  readonly volumeContext?: CsiParameters
  readonly contentSource?: WireSource | null
  readonly accessibleTopology?: readonly WireTopology[]
}

export interface WireStatus {
  readonly publishedNodeIds?: readonly string[]
  readonly volumeCondition?: { readonly abnormal?: boolean; readonly message?: string } | null
}

export interface WireEntry {
  readonly volume?: WireVolume | null
  readonly status?: WireStatus | null
}
