import type { CreateVolumeRequest, CsiParameters, CsiTopology, CsiVolume, CsiVolumeCapability, CsiVolumePage } from '../csi-driver.ts'
import type { CsiDriverHandlers, ValidateVolumeCapabilitiesAnswer, ValidateVolumeCapabilitiesRequest } from '../csi-driver-handlers.ts'
import { CsiError } from '../csi-error.ts'
import type { InUse } from './in-use.ts'
import { parsePerformance, samePerformance } from './mutable-parameters.ts'
import type { StoredVolume } from './stored-volume.ts'
import { MEASURED_ENTRIES_MAX } from './tree.ts'
import type { UsageMeter } from './usage-meter.ts'
import { conditionOf } from './volume-condition.ts'
import type { VolumeStore } from './volume-store.ts'

/** A page of a list has no more entries, whatever is asked for. */
export const PAGE_ENTRIES_MAX = 500

export interface ControllerParts {
  readonly store: VolumeStore
  readonly usage: UsageMeter
  readonly inUse: InUse
  /** Absent: the volumes can be used from everywhere. */
  readonly topology?: CsiTopology
}

type ControllerHandlers = Pick<
  CsiDriverHandlers,
  | 'createVolume'
  | 'deleteVolume'
  | 'controllerExpandVolume'
  | 'controllerModifyVolume'
  | 'validateVolumeCapabilities'
  | 'controllerGetVolume'
  | 'listVolumes'
  | 'getCapacity'
>

/**
 * The Controller service on a store. There is no publishing to nodes: a directory is attached to its machine for good, so the capability is not claimed
 * and a CSIDriver object says `attachRequired: false`.
 */
export function controllerRequests(parts: ControllerParts): Required<ControllerHandlers> {
  const { store, usage, inUse, topology } = parts
  const volumeOf = (volume: StoredVolume): CsiVolume => ({
    volumeId: volume.id,
    capacityBytes: volume.capacityBytes,
    volumeContext: volume.parameters,
    ...(volume.sourceId === undefined ? {} : { contentSource: { volumeId: volume.sourceId } }),
    accessibleTopology: topology === undefined ? [] : [topology],
  })
  const entryOf = async (
    volume: StoredVolume,
    entriesMax: number,
  ): Promise<{ entry: CsiVolumePage['entries'][number]; entries: number }> => {
    const size = await usage.measure(volume, entriesMax)
    return {
      entry: { volume: volumeOf(volume), publishedNodeIds: [], condition: conditionOf(volume, size) },
      entries: size?.entries ?? 0,
    }
  }
  return {
    createVolume: async (request) => volumeOf(await store.create(wantedOf(request, topology))),

    deleteVolume: ({ volumeId }) => store.remove(volumeId, (volume) => inUse.checkUnused(volume)),

    controllerExpandVolume: async ({ volumeId, capacityRange, volumeCapability }) => {
      store.get(volumeId)
      if (volumeCapability !== undefined) checkCapabilities([volumeCapability])
      const { capacityBytes } = await store.expand(volumeId, capacityRange)
      return { capacityBytes, nodeExpansionRequired: false }
    },

    controllerModifyVolume: async ({ volumeId, mutableParameters }) => {
      store.get(volumeId)
      await store.modify(volumeId, parsePerformance(mutableParameters))
    },

    validateVolumeCapabilities: (request) => Promise.resolve(validated(store.get(request.volumeId), request)),

    controllerGetVolume: async ({ volumeId }) => (await entryOf(store.get(volumeId), MEASURED_ENTRIES_MAX)).entry,

    listVolumes: async ({ maxEntries = 0, startingToken = '' }) => {
      const { volumes, more } = store.page(
        sequenceOf(startingToken),
        maxEntries === 0 ? PAGE_ENTRIES_MAX : Math.min(maxEntries, PAGE_ENTRIES_MAX),
      )
      const page: CsiVolumePage['entries'][number][] = []
      // One budget for the whole page bounds how long a list takes.
      let left = MEASURED_ENTRIES_MAX
      for (const volume of volumes) {
        const { entry, entries } = await entryOf(volume, left)
        page.push(entry)
        left = Math.max(1, left - entries)
      }
      return { entries: page, nextToken: more ? String(volumes.at(-1)!.sequence) : '' }
    },

    getCapacity: ({ volumeCapabilities = [], parameters = {}, accessibleTopology }) => {
      const suits =
        volumeCapabilities.every((one) => refusalOf(one) === undefined) &&
        refusalOfParameters(parameters) === undefined &&
        isWithin(topology, accessibleTopology)
      const availableCapacity = suits ? store.capacity().availableBytes : 0
      return Promise.resolve({ availableCapacity, maximumVolumeSize: availableCapacity })
    },
  }
}

/** @throws CsiError `INVALID_ARGUMENT` for the first one that directories cannot do */
export function checkCapabilities(capabilities: readonly CsiVolumeCapability[]): void {
  const refusal = capabilities.map(refusalOf).find((one) => one !== undefined)
  if (refusal !== undefined) throw new CsiError('INVALID_ARGUMENT', refusal)
}

function refusalOf({ mount }: CsiVolumeCapability): string | undefined {
  if (mount === undefined) return 'Cannot provide a block device: a volume of this driver is a directory'
  if (mount.volumeMountGroup !== undefined) return 'Cannot set a group for a mount: the driver does not do that'
  return undefined
}

/** Parameters are kept and given back with the volume; only those that sidecars keep for themselves are refused, since they may name secrets. */
function refusalOfParameters(parameters: CsiParameters): string | undefined {
  const secret = Object.keys(parameters).find((name) => /^csi\.storage\.k8s\.io\/.*secret-(?:name|namespace)$/.test(name))
  return secret === undefined ? undefined : `Cannot use parameter "${secret}": it is for the provisioner, not for the driver`
}

function wantedOf(request: CreateVolumeRequest, topology: CsiTopology | undefined): Parameters<VolumeStore['create']>[0] {
  const {
    name,
    capacityRange,
    volumeCapabilities,
    parameters = {},
    mutableParameters = {},
    volumeContentSource: source,
    accessibilityRequirements,
  } = request
  checkCapabilities(volumeCapabilities)
  const refusal = refusalOfParameters(parameters)
  if (refusal !== undefined) throw new CsiError('INVALID_ARGUMENT', refusal)
  if (source !== undefined && 'snapshotId' in source)
    throw new CsiError('INVALID_ARGUMENT', 'Cannot restore a snapshot: the driver makes none')
  const { requisite = [] } = accessibilityRequirements ?? {}
  if (requisite.length > 0 && !requisite.some((one) => isWithin(topology, one)))
    throw new CsiError(
      'RESOURCE_EXHAUSTED',
      `Cannot make volume "${name}" where it is wanted: the driver's volumes are on one node, ${segmentsText(topology)}`,
    )
  const wanted = { name, range: capacityRange, parameters, performance: parsePerformance(mutableParameters) }
  return source === undefined ? wanted : { ...wanted, sourceId: source.volumeId }
}

function validated(volume: StoredVolume, request: ValidateVolumeCapabilitiesRequest): ValidateVolumeCapabilitiesAnswer {
  const { volumeCapabilities, volumeContext, parameters, mutableParameters } = request
  const refusal = volumeCapabilities.map(refusalOf).find((one) => one !== undefined)
  if (refusal !== undefined) return { message: refusal }
  if (mutableParameters !== undefined) {
    try {
      if (!samePerformance({ ...volume.performance, ...parsePerformance(mutableParameters) }, volume.performance))
        return { message: 'the volume has other mutable parameters' }
    } catch (error) {
      return { message: (error as Error).message }
    }
  }
  return {
    confirmed: {
      volumeCapabilities,
      ...(volumeContext === undefined ? {} : { volumeContext }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(mutableParameters === undefined ? {} : { mutableParameters }),
    },
  }
}

/** Whether volumes of the driver can be used from the segments named; unnamed ones are no condition. */
function isWithin(own: CsiTopology | undefined, wanted: CsiTopology | undefined): boolean {
  if (own === undefined || wanted === undefined) return true
  return Object.entries(wanted.segments).every(([key, value]) => own.segments[key] === value)
}

function segmentsText(topology: CsiTopology | undefined): string {
  return Object.entries(topology?.segments ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}

/** A token is the sequence of the last volume of the page before, so it holds when that volume is gone. */
function sequenceOf(token: string): number {
  if (token === '') return 0
  if (!/^[1-9]\d{0,15}$/.test(token)) throw new CsiError('ABORTED', `Cannot go on listing from "${token}": it is no token of this driver`)
  return Number(token)
}
