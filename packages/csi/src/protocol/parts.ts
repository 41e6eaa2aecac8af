import type {
  CsiAccessMode,
  CsiCapacityRange,
  CsiParameters,
  CsiTopology,
  CsiVolume,
  CsiVolumeCapability,
  CsiVolumePage,
  CsiVolumeSource,
} from '../csi-driver.ts'
import { CsiMessageError } from './message-error.ts'
import type { WireCapability, WireEntry, WireRange, WireSize, WireSource, WireTopology, WireVolume } from './wire.ts'

/** Bytes (or another count) that a message names. Throws above 2^53-1, which numbers do not hold exactly, and below 0, which the protocol forbids. */
export function sizeOf(field: string, wire: WireSize | null | undefined): number {
  const size = Number(wire ?? 0)
  if (size < 0) throw new CsiMessageError(`${field} is ${wire}, which is negative`)
  if (!Number.isSafeInteger(size))
    throw new CsiMessageError(`${field} is ${wire}: sizes above ${Number.MAX_SAFE_INTEGER} cannot be kept exactly`)
  return size
}

/** A text that the protocol requires. */
export function required(field: string, text: string | undefined): string {
  if (text === undefined || text === '') throw new CsiMessageError(`${field} is missing`)
  return text
}

/** `{ key: value }`, or nothing of an empty text or map: what the protocol calls unspecified. */
export function given<K extends string, T extends string | CsiParameters>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  const empty = value === undefined || (typeof value === 'string' ? value === '' : Object.keys(value).length === 0)
  return (empty ? {} : { [key]: value }) as { readonly [key in K]?: T }
}

export function encodeRange(range: CsiCapacityRange): WireRange {
  return { requiredBytes: sizeOf('required_bytes', range.requiredBytes), limitBytes: sizeOf('limit_bytes', range.limitBytes) }
}

export function decodeRange(wire: WireRange | null | undefined): CsiCapacityRange {
  const limitBytes = sizeOf('limit_bytes', wire?.limitBytes)
  return { requiredBytes: sizeOf('required_bytes', wire?.requiredBytes), ...(limitBytes === 0 ? {} : { limitBytes }) }
}

const ACCESS_MODES: ReadonlySet<string> = new Set<CsiAccessMode>([
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
])

export function encodeCapability({ accessMode, mount }: CsiVolumeCapability): WireCapability {
  return { accessMode: { mode: accessMode }, ...(mount === undefined ? { block: {} } : { mount }) }
}

export function decodeCapability(wire: WireCapability | null | undefined): CsiVolumeCapability {
  if (wire === null || wire === undefined) throw new CsiMessageError('volume_capability is missing')
  const mode = wire.accessMode?.mode
  if (mode === undefined || !ACCESS_MODES.has(mode)) throw new CsiMessageError('volume_capability.access_mode is missing or unknown')
  const accessMode = mode as CsiAccessMode
  if (wire.mount === null || wire.mount === undefined) {
    if (wire.block === null || wire.block === undefined) throw new CsiMessageError('volume_capability.access_type is missing')
    return { accessMode }
  }
  const { fsType, mountFlags = [], volumeMountGroup } = wire.mount
  return {
    accessMode,
    mount: {
      ...given('fsType', fsType),
      ...(mountFlags.length === 0 ? {} : { mountFlags }),
      ...given('volumeMountGroup', volumeMountGroup),
    },
  }
}

/** Capabilities of a request that must have one. */
export function someCapabilities(wire: readonly WireCapability[] = []): CsiVolumeCapability[] {
  if (wire.length === 0) throw new CsiMessageError('volume_capabilities is missing')
  return wire.map(decodeCapability)
}

export function encodeSource(source: CsiVolumeSource): WireSource {
  return 'volumeId' in source ? { volume: source } : { snapshot: source }
}

export function decodeSource(wire: WireSource): CsiVolumeSource {
  if (wire.volume) return { volumeId: required('volume_content_source.volume.volume_id', wire.volume.volumeId) }
  if (wire.snapshot) return { snapshotId: required('volume_content_source.snapshot.snapshot_id', wire.snapshot.snapshotId) }
  throw new CsiMessageError('volume_content_source.type is missing')
}

export function decodeTopology(wire: WireTopology): CsiTopology {
  return { segments: wire.segments ?? {} }
}

export function encodeVolume({ contentSource, ...volume }: CsiVolume): WireVolume {
  return {
    ...volume,
    capacityBytes: sizeOf('volume.capacity_bytes', volume.capacityBytes),
    ...(contentSource === undefined ? {} : { contentSource: encodeSource(contentSource) }),
  }
}

export function decodeVolume(wire: WireVolume | null | undefined): CsiVolume {
  if (wire === null || wire === undefined) throw new CsiMessageError('volume is missing')
  const { volumeId, capacityBytes, volumeContext = {}, contentSource, accessibleTopology = [] } = wire
  return {
    volumeId: required('volume.volume_id', volumeId),
    capacityBytes: sizeOf('volume.capacity_bytes', capacityBytes),
    volumeContext,
    ...(contentSource ? { contentSource: decodeSource(contentSource) } : {}),
    accessibleTopology: accessibleTopology.map(decodeTopology),
  }
}

export type CsiVolumeEntry = CsiVolumePage['entries'][number]

export function encodeEntry({ volume, publishedNodeIds, condition }: CsiVolumeEntry): WireEntry {
  return {
    volume: encodeVolume(volume),
    status: { publishedNodeIds, ...(condition === undefined ? {} : { volumeCondition: condition }) },
  }
}

export function decodeEntry({ volume, status }: WireEntry): CsiVolumeEntry {
  const condition = status?.volumeCondition
  return {
    volume: decodeVolume(volume),
    publishedNodeIds: status?.publishedNodeIds ?? [],
    ...(condition ? { condition: { abnormal: condition.abnormal ?? false, message: condition.message ?? '' } } : {}),
  }
}
