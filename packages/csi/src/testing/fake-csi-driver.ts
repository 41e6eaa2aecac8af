import type { CsiMethodName } from '../client/timeouts.ts'
import type {
  ControllerExpandVolumeRequest,
  ControllerModifyVolumeRequest,
  ControllerPublishVolumeRequest,
  CreateVolumeRequest,
  CsiDriver,
  CsiDriverInfo,
  CsiNodeInfo,
  CsiVolume,
  CsiVolumePage,
  GetCapacityRequest,
  NodeExpandVolumeRequest,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
} from '../csi-driver.ts'
import { type CsiCode, csiCodeOf, CsiError } from '../csi-error.ts'
import { type FakeStorage, type FakeVolume, FakeVolumes } from './fake-volumes.ts'
import { type ScriptedFailure, ScriptedFailures } from './scripted-failures.ts'

export interface FakeCsiDriverOptions extends FakeStorage, Partial<Omit<CsiDriverInfo, 'name' | 'vendorVersion'>> {
  /** Default `fake.csi.example.com`. */
  readonly name?: string
  readonly vendorVersion?: string
  /** Default `node-a`. */
  readonly node?: Partial<CsiNodeInfo>
  /** What `controllerExpandVolume` says. Default false. */
  readonly nodeExpansionRequired?: boolean
}

/** One call as the fake saw it. Requests have their secrets in them. */
export interface FakeCsiCall {
  readonly method: CsiMethodName
  readonly request: unknown
  /** Undefined while it is held. */
  readonly outcome: 'ok' | CsiCode | undefined
}

/**
 * A driver in memory, deterministic: for tests in process, or to be served on a socket. Volumes get the ids `volume-1`, `volume-2`, … and every
 * method does as often as you like what it does once. By default it can everything that the port has; without `topologies` it says nothing of
 * places.
 */
export class FakeCsiDriver implements CsiDriver {
  readonly info: CsiDriverInfo
  /** What it was asked, in order. */
  readonly calls: FakeCsiCall[] = []
  readonly #volumes: FakeVolumes
  readonly #failures = new ScriptedFailures()
  readonly #held = new Map<CsiMethodName, Promise<void>>()
  readonly #options: FakeCsiDriverOptions
  /** Target paths by staging path; where nothing is staged there is no entry. */
  readonly #staged = new Map<string, Set<string>>()

  constructor(options: FakeCsiDriverOptions = {}) {
    this.#options = options
    this.#volumes = new FakeVolumes(options)
    this.info = {
      name: options.name ?? 'fake.csi.example.com',
      vendorVersion: options.vendorVersion ?? '1.0.0',
      pluginCapabilities: options.pluginCapabilities ?? [
        'CONTROLLER_SERVICE',
        'EXPANSION_ONLINE',
        ...(options.topologies === undefined ? [] : ['VOLUME_ACCESSIBILITY_CONSTRAINTS']),
      ],
      controllerCapabilities: options.controllerCapabilities ?? [
        'CREATE_DELETE_VOLUME',
        'PUBLISH_UNPUBLISH_VOLUME',
        'LIST_VOLUMES',
        'GET_CAPACITY',
        'CLONE_VOLUME',
        'EXPAND_VOLUME',
        'LIST_VOLUMES_PUBLISHED_NODES',
        'SINGLE_NODE_MULTI_WRITER',
        'MODIFY_VOLUME',
      ],
      nodeCapabilities: options.nodeCapabilities ?? ['STAGE_UNSTAGE_VOLUME', 'EXPAND_VOLUME', 'SINGLE_NODE_MULTI_WRITER'],
    }
  }

  /** All volumes that there are now. */
  get volumes(): readonly FakeVolume[] {
    return this.#volumes.all()
  }

  /** Volumes that nobody of these owners (volume handles of PersistentVolumes) knows. */
  leaks(owners: Iterable<string>): readonly FakeVolume[] {
    const owned = new Set(owners)
    return this.volumes.filter(({ volumeId }) => !owned.has(volumeId))
  }

  /** How often a method was called, whatever came of it. */
  count(method: CsiMethodName): number {
    return this.calls.filter((call) => call.method === method).length
  }

  /** Lets calls of a method fail from now on. */
  fail(method: CsiMethodName, failure: ScriptedFailure): void {
    this.#failures.add(method, failure)
  }

  /** Takes back what `fail` has ordered. */
  heal(method?: CsiMethodName): void {
    this.#failures.clear(method)
  }

  /** Lets calls of a method wait, before they have an effect, until the function that it gives back is called. */
  hold(method: CsiMethodName): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held.set(method, promise)
    return () => {
      this.#held.delete(method)
      resolve()
    }
  }

  createVolume(request: CreateVolumeRequest): Promise<CsiVolume> {
    return this.#answer('createVolume', request, () => this.#volumes.create(request))
  }

  deleteVolume(request: Parameters<CsiDriver['deleteVolume']>[0]): Promise<void> {
    return this.#answer('deleteVolume', request, () => this.#volumes.delete(request.volumeId))
  }

  controllerPublishVolume(request: ControllerPublishVolumeRequest): ReturnType<CsiDriver['controllerPublishVolume']> {
    return this.#answer('controllerPublishVolume', request, () => {
      this.#volumes.publish(request)
      return { publishContext: { device: `/dev/${request.volumeId}` } }
    })
  }

  controllerUnpublishVolume(request: Parameters<CsiDriver['controllerUnpublishVolume']>[0]): Promise<void> {
    return this.#answer('controllerUnpublishVolume', request, () => this.#volumes.unpublish(request.volumeId, request.nodeId))
  }

  controllerExpandVolume(request: ControllerExpandVolumeRequest): ReturnType<CsiDriver['controllerExpandVolume']> {
    return this.#answer('controllerExpandVolume', request, () => ({
      capacityBytes: this.#volumes.expand(request),
      nodeExpansionRequired: this.#options.nodeExpansionRequired ?? false,
    }))
  }

  controllerModifyVolume(request: ControllerModifyVolumeRequest): Promise<void> {
    return this.#answer('controllerModifyVolume', request, () => this.#volumes.modify(request.volumeId, request.mutableParameters))
  }

  listVolumes(request: Parameters<CsiDriver['listVolumes']>[0]): Promise<CsiVolumePage> {
    return this.#answer('listVolumes', request, () => {
      const { maxEntries = 0, startingToken = '' } = request
      const start = startingToken === '' ? 0 : Number(startingToken)
      const all = this.volumes
      if (!Number.isSafeInteger(start) || start > all.length) throw new CsiError('ABORTED', `no list goes on at "${startingToken}"`)
      const end = maxEntries === 0 ? all.length : start + maxEntries
      return {
        entries: all.slice(start, end).map(({ volumeId, capacityBytes, volumeContext, accessibleTopology, publishedNodes }) => ({
          volume: { volumeId, capacityBytes, volumeContext, accessibleTopology },
          publishedNodeIds: [...publishedNodes.keys()],
        })),
        nextToken: end < all.length ? String(end) : '',
      }
    })
  }

  getCapacity(request: GetCapacityRequest): ReturnType<CsiDriver['getCapacity']> {
    return this.#answer('getCapacity', request, () => ({ availableCapacity: this.#volumes.freeBytes() }))
  }

  nodeStageVolume(request: NodeStageVolumeRequest): Promise<void> {
    return this.#answer('nodeStageVolume', request, () => {
      this.#volumes.get(request.volumeId)
      if (!this.#staged.has(request.stagingTargetPath)) this.#staged.set(request.stagingTargetPath, new Set())
    })
  }

  nodeUnstageVolume(request: Parameters<CsiDriver['nodeUnstageVolume']>[0]): Promise<void> {
    return this.#answer('nodeUnstageVolume', request, () => void this.#staged.delete(request.stagingTargetPath))
  }

  nodePublishVolume(request: NodePublishVolumeRequest): Promise<void> {
    return this.#answer('nodePublishVolume', request, () => {
      this.#volumes.get(request.volumeId)
      if (!this.info.nodeCapabilities.includes('STAGE_UNSTAGE_VOLUME')) return
      const targets = this.#staged.get(request.stagingTargetPath)
      if (targets === undefined) throw new CsiError('FAILED_PRECONDITION', `nothing is staged at "${request.stagingTargetPath}"`)
      targets.add(request.targetPath)
    })
  }

  nodeUnpublishVolume(request: Parameters<CsiDriver['nodeUnpublishVolume']>[0]): Promise<void> {
    return this.#answer('nodeUnpublishVolume', request, () => {
      for (const targets of this.#staged.values()) targets.delete(request.targetPath)
    })
  }

  nodeExpandVolume(request: NodeExpandVolumeRequest): Promise<{ readonly capacityBytes: number }> {
    return this.#answer('nodeExpandVolume', request, () => ({ capacityBytes: this.#volumes.get(request.volumeId).capacityBytes }))
  }

  nodeGetInfo(): Promise<CsiNodeInfo> {
    return this.#answer('nodeGetInfo', {}, () => ({
      nodeId: 'node-a',
      maxVolumesPerNode: 0,
      ...(this.#options.topologies?.[0] === undefined ? {} : { accessibleTopology: this.#options.topologies[0] }),
      ...this.#options.node,
    }))
  }

  async #answer<T>(method: CsiMethodName, request: unknown, effect: () => T): Promise<T> {
    const call: { -readonly [key in keyof FakeCsiCall]: FakeCsiCall[key] } = { method, request, outcome: undefined }
    this.calls.push(call)
    const failure = this.#failures.take(method, request)
    await this.#held.get(method)
    try {
      if (failure?.when === 'before') throw failure.error
      const answer = effect()
      if (failure !== undefined) throw failure.error
      call.outcome = 'ok'
      return answer
    } catch (error) {
      call.outcome = csiCodeOf(error) ?? 'UNKNOWN'
      throw error
    }
  }
}
