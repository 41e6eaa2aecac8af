import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import type { CsiTopology, NodePublishVolumeRequest } from '../csi-driver.ts'
import type { CsiDriverHandlers } from '../csi-driver-handlers.ts'
import { CsiError } from '../csi-error.ts'
import { checkCapabilities } from './controller-requests.ts'
import type { InUse } from './in-use.ts'
import type { PlacementKind, Publication, StoredVolume } from './stored-volume.ts'
import { MEASURED_ENTRIES_MAX } from './tree.ts'
import type { UsageMeter } from './usage-meter.ts'
import { conditionOf } from './volume-condition.ts'
import { hasCode } from './volume-files.ts'
import type { VolumeStore } from './volume-store.ts'

export interface NodeParts {
  readonly store: VolumeStore
  readonly usage: UsageMeter
  readonly inUse: InUse
  /** How volumes are published from now on. */
  readonly kind: PlacementKind
  /** Real path of the driver's root: nothing is published inside. */
  readonly root: string
  readonly nodeId: string
  readonly topology?: CsiTopology
}

type NodeHandlers = Pick<
  CsiDriverHandlers,
  | 'nodeStageVolume'
  | 'nodeUnstageVolume'
  | 'nodePublishVolume'
  | 'nodeUnpublishVolume'
  | 'nodeExpandVolume'
  | 'nodeGetInfo'
  | 'nodeGetVolumeStats'
>

/** The Node service on a store. Staging a directory takes nothing but to remember it; publishing makes it appear at the target path. */
export function nodeRequests(parts: NodeParts): Required<NodeHandlers> {
  const { store, usage, inUse, nodeId, topology } = parts
  return {
    nodeStageVolume: async ({ volumeId, stagingTargetPath, volumeCapability }) => {
      store.get(volumeId)
      checkCapabilities([volumeCapability])
      const path = await outsideOf(parts.root, stagingTargetPath)
      await store.change(volumeId, (now) => (now.staged.includes(path) ? now : { ...now, staged: [...now.staged, path] }))
    },

    nodeUnstageVolume: async ({ volumeId, stagingTargetPath }) => {
      store.get(volumeId)
      const path = plainPath(stagingTargetPath)
      await store.change(volumeId, (now) =>
        now.staged.includes(path) ? { ...now, staged: now.staged.filter((one) => one !== path) } : now,
      )
    },

    nodePublishVolume: (request) => publish(parts, request),

    nodeUnpublishVolume: async ({ volumeId, targetPath }) => {
      store.get(volumeId)
      const path = await outsideOf(parts.root, targetPath)
      await store.change(volumeId, (now) => withoutPath(now, path), {
        before: (volume) => {
          const kind = volume.published.find((one) => one.path === path)?.kind ?? parts.kind
          return inUse.placement(kind).displace(store.data(volume), path)
        },
      })
    },

    nodeExpandVolume: async ({ volumeId, volumePath, capacityRange }) => {
      const volume = store.get(volumeId)
      await checkThere(parts, volume, volumePath)
      if (capacityRange.requiredBytes > volume.capacityBytes)
        throw new CsiError(
          'OUT_OF_RANGE',
          `Cannot show ${capacityRange.requiredBytes} bytes of volume "${volumeId}": it has ${volume.capacityBytes}`,
        )
      return { capacityBytes: volume.capacityBytes }
    },

    nodeGetInfo: () =>
      Promise.resolve({ nodeId, maxVolumesPerNode: 0, ...(topology === undefined ? {} : { accessibleTopology: topology }) }),

    nodeGetVolumeStats: async ({ volumeId, volumePath }) => {
      const volume = store.get(volumeId)
      await checkThere(parts, volume, volumePath)
      const size = await usage.measure(volume, MEASURED_ENTRIES_MAX)
      const used = size?.bytes ?? 0
      return {
        usage: [{ unit: 'BYTES', total: volume.capacityBytes, used, available: Math.max(0, volume.capacityBytes - used) }],
        condition: conditionOf(volume, size),
      }
    },
  }
}

async function publish(parts: NodeParts, request: NodePublishVolumeRequest): Promise<void> {
  const { store, inUse } = parts
  const { volumeId, targetPath, stagingTargetPath, volumeCapability } = request
  checkCapabilities([volumeCapability])
  const volume = store.get(volumeId)
  if (!volume.staged.includes(plainPath(stagingTargetPath)))
    throw new CsiError('FAILED_PRECONDITION', `Cannot publish volume "${volumeId}": it is not staged at "${stagingTargetPath}"`)
  const path = await outsideOf(parts.root, targetPath)
  const { accessMode, mount } = volumeCapability
  const readonly = request.readonly || accessMode === 'SINGLE_NODE_READER_ONLY' || accessMode === 'MULTI_NODE_READER_ONLY'
  const flags = [...new Set([...(readonly ? ['ro'] : []), ...(mount?.mountFlags ?? [])])]
  const unknown = flags.find((flag) => !inUse.placement(parts.kind).flags.has(flag))
  if (unknown !== undefined) throw new CsiError('INVALID_ARGUMENT', `Cannot mount with "${unknown}": the driver cannot apply it`)
  const wanted: Publication = { path, accessMode, flags, kind: parts.kind }
  await store.change(volumeId, (now) => withPublication(now, wanted), {
    after: (changed) => {
      const { kind } = changed.published.find((one) => one.path === path)!
      return inUse.placement(kind).place(store.data(changed), path, flags)
    },
  })
}

function withPublication(volume: StoredVolume, wanted: Publication): StoredVolume {
  const there = volume.published.find(({ path }) => path === wanted.path)
  if (there !== undefined) {
    if (there.accessMode === wanted.accessMode && there.flags.join() === wanted.flags.join()) return volume
    throw new CsiError('ALREADY_EXISTS', `Cannot publish volume "${volume.id}" at "${wanted.path}": it is there already, in another way`)
  }
  const [other] = volume.published
  if (other !== undefined && [wanted, ...volume.published].some(({ accessMode }) => accessMode === 'SINGLE_NODE_SINGLE_WRITER'))
    throw new CsiError(
      'FAILED_PRECONDITION',
      `Cannot publish volume "${volume.id}" to a second place: it is for a single writer and is at "${other.path}"`,
    )
  return { ...volume, published: [...volume.published, wanted] }
}

function withoutPath(volume: StoredVolume, path: string): StoredVolume {
  const published = volume.published.filter((one) => one.path !== path)
  return published.length === volume.published.length ? volume : { ...volume, published }
}

/** One place is one text. */
const plainPath = (path: string): string => normalize(path).replace(/(?<=.)\/$/, '')

/** A place that the orchestrator names. What is inside of the root is the driver's. */
async function outsideOf(root: string, path: string): Promise<string> {
  if (!isAbsolute(path)) throw new CsiError('INVALID_ARGUMENT', `Cannot use path "${path}": it is not absolute`)
  const plain = plainPath(path)
  let folder = dirname(plain)
  try {
    folder = await realpath(folder)
  } catch (error) {
    // Whatever is done there will say so.
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  if (`${join(folder, plain.slice(dirname(plain).length))}${sep}`.startsWith(`${root}${sep}`))
    throw new CsiError('INVALID_ARGUMENT', `Cannot use path "${path}": it is in the driver's own folder`)
  return plain
}

/** @throws CsiError `NOT_FOUND` unless the volume can be seen at the path, or is staged there */
async function checkThere({ store, inUse }: NodeParts, volume: StoredVolume, path: string): Promise<void> {
  const plain = plainPath(path)
  if (volume.staged.includes(plain)) return
  const publication = volume.published.find((one) => one.path === plain)
  if (publication !== undefined && (await inUse.placement(publication.kind).isPlaced(store.data(volume), plain))) return
  throw new CsiError('NOT_FOUND', `Cannot find volume "${volume.id}" at "${path}": it is not published there`)
}
