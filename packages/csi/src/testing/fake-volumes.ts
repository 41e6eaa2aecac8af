import type {
  ControllerExpandVolumeRequest,
  ControllerPublishVolumeRequest,
  CreateVolumeRequest,
  CsiCapacityRange,
  CsiParameters,
  CsiTopology,
  CsiVolume,
  CsiVolumeSource,
} from '../csi-driver.ts'
import { CsiError } from '../csi-error.ts'

/** A volume of the fake, with all that it has been asked for. */
export interface FakeVolume extends CsiVolume {
  readonly name: string
  readonly capacityBytes: number
  readonly parameters: CsiParameters
  readonly mutableParameters: CsiParameters
  /** Whether it is read-only there, by node id. */
  readonly publishedNodes: ReadonlyMap<string, boolean>
}

interface StoredVolume extends FakeVolume {
  capacityBytes: number
  mutableParameters: CsiParameters
  readonly publishedNodes: Map<string, boolean>
}

export interface FakeStorage {
  /** Size of volumes for which no size is asked for, in bytes. Default 1 GiB. */
  readonly defaultBytes?: number
  /** Bytes that all volumes may have together. Default: no limit. */
  readonly capacityBytes?: number
  /** Where storage is. Default: volumes can be used from everywhere. */
  readonly topologies?: readonly CsiTopology[]
  readonly volumeContext?: CsiParameters
  /** Snapshots that volumes can be made of. */
  readonly snapshotIds?: readonly string[]
  /** Says what is wrong with mutable parameters. Default: nothing ever is. */
  readonly refuseMutable?: (parameters: CsiParameters) => string | undefined
}

const GIB = 2 ** 30

/** The volumes of a fake driver; requests again have the effect of one, as the protocol demands. */
export class FakeVolumes {
  readonly #storage: FakeStorage
  readonly #byId = new Map<string, StoredVolume>()
  readonly #byName = new Map<string, StoredVolume>()
  #made = 0

  constructor(storage: FakeStorage) {
    this.#storage = storage
  }

  all(): FakeVolume[] {
    return [...this.#byId.values()]
  }

  /** Throws NOT_FOUND. */
  get(volumeId: string): StoredVolume {
    const volume = this.#byId.get(volumeId)
    if (volume === undefined) throw new CsiError('NOT_FOUND', `volume "${volumeId}" does not exist`)
    return volume
  }

  create(request: CreateVolumeRequest): CsiVolume {
    const { name, capacityRange, parameters = {}, mutableParameters = {}, volumeContentSource: contentSource } = request
    const before = this.#byName.get(name)
    if (before !== undefined) {
      if (!fits(before.capacityBytes, capacityRange) || !sameMap(before.parameters, parameters) || !sameSource(before, contentSource))
        throw new CsiError('ALREADY_EXISTS', `volume "${name}" exists and is not what is asked for`)
      return shown(before)
    }
    this.#checkMutable(mutableParameters)
    const sourceBytes = contentSource === undefined ? 0 : this.#sourceBytes(contentSource)
    const capacityBytes =
      Math.max(capacityRange.requiredBytes, sourceBytes) || (capacityRange.limitBytes ?? this.#storage.defaultBytes ?? GIB)
    if (!fits(capacityBytes, capacityRange)) throw new CsiError('OUT_OF_RANGE', `${capacityBytes} bytes are above the limit`)
    const accessibleTopology = this.#place(request)
    this.#reserve(capacityBytes)
    const volume: StoredVolume = {
      volumeId: `volume-${++this.#made}`,
      name,
      capacityBytes,
      volumeContext: this.#storage.volumeContext ?? {},
      ...(contentSource === undefined ? {} : { contentSource }),
      accessibleTopology,
      parameters,
      mutableParameters,
      publishedNodes: new Map(),
    }
    this.#byId.set(volume.volumeId, volume)
    this.#byName.set(name, volume)
    return shown(volume)
  }

  delete(volumeId: string): void {
    const volume = this.#byId.get(volumeId)
    if (volume === undefined) return
    if (volume.publishedNodes.size > 0) throw new CsiError('FAILED_PRECONDITION', `volume "${volumeId}" is in use`)
    this.#byId.delete(volumeId)
    this.#byName.delete(volume.name)
  }

  publish({ volumeId, nodeId, readonly, volumeCapability }: ControllerPublishVolumeRequest): void {
    const { publishedNodes } = this.get(volumeId)
    const before = publishedNodes.get(nodeId)
    if (before === readonly) return
    if (before !== undefined) throw new CsiError('ALREADY_EXISTS', `volume "${volumeId}" is published at "${nodeId}" in another way`)
    if (publishedNodes.size > 0 && volumeCapability.accessMode.startsWith('SINGLE_NODE'))
      throw new CsiError('FAILED_PRECONDITION', `volume "${volumeId}" is published at "${[...publishedNodes.keys()].join(', ')}"`)
    publishedNodes.set(nodeId, readonly)
  }

  unpublish(volumeId: string, nodeId: string): void {
    const nodes = this.#byId.get(volumeId)?.publishedNodes
    if (nodeId === '') nodes?.clear()
    else nodes?.delete(nodeId)
  }

  expand({ volumeId, capacityRange }: ControllerExpandVolumeRequest): number {
    const volume = this.get(volumeId)
    const wanted = Math.max(volume.capacityBytes, capacityRange.requiredBytes)
    if (!fits(wanted, capacityRange)) throw new CsiError('OUT_OF_RANGE', `volume "${volumeId}" has ${volume.capacityBytes} bytes`)
    this.#reserve(wanted - volume.capacityBytes)
    volume.capacityBytes = wanted
    return wanted
  }

  modify(volumeId: string, mutableParameters: CsiParameters): void {
    const volume = this.get(volumeId)
    this.#checkMutable(mutableParameters)
    volume.mutableParameters = { ...volume.mutableParameters, ...mutableParameters }
  }

  /** Bytes that volumes can still have. */
  freeBytes(): number {
    const used = this.all().reduce((sum, { capacityBytes }) => sum + capacityBytes, 0)
    return (this.#storage.capacityBytes ?? Number.MAX_SAFE_INTEGER) - used
  }

  #reserve(bytes: number): void {
    if (bytes > this.freeBytes()) throw new CsiError('RESOURCE_EXHAUSTED', `${bytes} bytes are not left`)
  }

  #checkMutable(parameters: CsiParameters): void {
    const wrong = this.#storage.refuseMutable?.(parameters)
    if (wrong !== undefined) throw new CsiError('INVALID_ARGUMENT', wrong)
  }

  #sourceBytes(source: CsiVolumeSource): number {
    if ('volumeId' in source) return this.get(source.volumeId).capacityBytes
    if (this.#storage.snapshotIds?.includes(source.snapshotId)) return 0
    throw new CsiError('NOT_FOUND', `snapshot "${source.snapshotId}" does not exist`)
  }

  /** The first of the preferred topologies where storage is, then of the others. */
  #place({ accessibilityRequirements: asked }: CreateVolumeRequest): readonly CsiTopology[] {
    const { topologies } = this.#storage
    if (topologies === undefined) return []
    const wanted = asked === undefined ? topologies : [...asked.preferred, ...asked.requisite]
    const place = wanted.find(({ segments }) => topologies.some((one) => sameMap(one.segments, segments)))
    if (place === undefined) throw new CsiError('RESOURCE_EXHAUSTED', 'there is no storage where the volume must be accessible from')
    return [place]
  }
}

function fits(bytes: number, { requiredBytes, limitBytes = 0 }: CsiCapacityRange): boolean {
  return bytes >= requiredBytes && (limitBytes === 0 || bytes <= limitBytes)
}

function sameMap(left: CsiParameters, right: CsiParameters): boolean {
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key])
}

function sameSource({ contentSource }: FakeVolume, asked: CsiVolumeSource | undefined): boolean {
  return JSON.stringify(contentSource) === JSON.stringify(asked)
}

/** What a driver tells of a volume. */
function shown({ volumeId, capacityBytes, volumeContext, contentSource, accessibleTopology }: FakeVolume): CsiVolume {
  return { volumeId, capacityBytes, volumeContext, ...(contentSource === undefined ? {} : { contentSource }), accessibleTopology }
}
