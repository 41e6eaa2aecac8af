import type { CsiDriver, CsiDriverInfo, CsiParameters, CsiVolumeCapability, CsiVolumePage } from './csi-driver.ts'

/**
 * A driver to be served: what `serveCsiDriver` calls. What an implementation may rely on:
 *
 * - What the protocol requires of a request is there, and sizes are exact: anything else has been refused with INVALID_ARGUMENT.
 * - Empty texts and maps, which the protocol calls unspecified, are absent where the type allows it.
 * - A CsiError that it throws is answered under its code, anything else as INTERNAL.
 * - A method that it does not have is answered UNIMPLEMENTED.
 */
export interface CsiDriverHandlers extends Partial<Omit<CsiDriver, 'info'>> {
  /** May change between calls: what a driver can is asked anew at every connection. */
  readonly info: CsiDriverInfo
  /** False while the driver prepares itself; an error if it is ill. Default: ready. */
  probe?(): Promise<{ readonly ready: boolean }>
  validateVolumeCapabilities?(request: ValidateVolumeCapabilitiesRequest): Promise<ValidateVolumeCapabilitiesAnswer>
  controllerGetVolume?(request: { readonly volumeId: string }): Promise<CsiVolumePage['entries'][number]>
  nodeGetVolumeStats?(request: NodeGetVolumeStatsRequest): Promise<NodeVolumeStats>
}

export interface ValidateVolumeCapabilitiesRequest {
  readonly volumeId: string
  readonly volumeCapabilities: readonly CsiVolumeCapability[]
  readonly volumeContext?: CsiParameters
  readonly parameters?: CsiParameters
  readonly mutableParameters?: CsiParameters
  readonly secrets?: CsiParameters
}

/** `confirmed` repeats what of the request the driver has looked at and can do; absent: it cannot, and `message` says why. */
export interface ValidateVolumeCapabilitiesAnswer {
  readonly confirmed?: Omit<ValidateVolumeCapabilitiesRequest, 'volumeId' | 'secrets'>
  readonly message?: string
}

export interface NodeGetVolumeStatsRequest {
  readonly volumeId: string
  readonly volumePath: string
  readonly stagingTargetPath?: string
}

export interface NodeVolumeStats {
  readonly usage: readonly {
    readonly unit: 'BYTES' | 'INODES'
    readonly total: number
    readonly used: number
    readonly available: number
  }[]
  readonly condition?: { readonly abnormal: boolean; readonly message: string }
}
