import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, UidSource } from '@kubetape/determinism'
import type { CsiDriverInfo, CsiTopology } from '../csi-driver.ts'
import type { CsiDriverHandlers } from '../csi-driver-handlers.ts'
import { controllerRequests } from './controller-requests.ts'
import { InUse } from './in-use.ts'
import { nodeRequests } from './node-requests.ts'
import { bestPlacement, type Placement } from './placement.ts'
import { RequestRecord } from './request-record.ts'
import { lockRoot } from './root-lock.ts'
import type { Warn } from './store-folders.ts'
import type { StoredVolume } from './stored-volume.ts'
import { UsageMeter } from './usage-meter.ts'
import { hasCode, machineFiles, type VolumeFiles } from './volume-files.ts'
import { VolumeStore } from './volume-store.ts'

/** The name that a StorageClass gives as its provisioner. */
export const DIRECTORY_DRIVER_NAME = 'csi.kubetape.dev'

export interface DirectoryDriverOptions {
  /** The folder of the volumes; made when it is missing. One driver at a time has it. */
  readonly root: string
  readonly nodeId: string
  /** Default: `DIRECTORY_DRIVER_NAME`. */
  readonly name?: string
  readonly version: string
  /** What all volumes together may promise, in bytes. Default: the size of the file system. */
  readonly capacityBytes?: number
  /**
   * From where volumes can be used: from the node `nodeId`, which the topology key `topology.NAME/node` says, or from all nodes, when they are all on this
   * machine. Default: `node`.
   */
  readonly reach?: 'node' | 'everywhere'
  readonly clock: Clock
  readonly uids: UidSource
  /** Default: the machine's. */
  readonly files?: VolumeFiles
  /** How volumes are published. Default: the best that works, see `bestPlacement`. */
  readonly placement?: Placement
  readonly warn?: Warn
}

/** A driver that is ready to be served. */
export interface DirectoryDriver {
  readonly handlers: CsiDriverHandlers
  /** Real path of the root. */
  readonly root: string
  /** How volumes are published. */
  readonly publishes: Placement['kind']
  /** Lets go of the folder; call it when no request is being answered any more. */
  close(): void
}

const CONTROLLER_CAPABILITIES = [
  'CREATE_DELETE_VOLUME',
  'LIST_VOLUMES',
  'GET_CAPACITY',
  'CLONE_VOLUME',
  'EXPAND_VOLUME',
  'GET_VOLUME',
  'VOLUME_CONDITION',
  'SINGLE_NODE_MULTI_WRITER',
  'MODIFY_VOLUME',
]

const NODE_CAPABILITIES = ['STAGE_UNSTAGE_VOLUME', 'GET_VOLUME_STATS', 'EXPAND_VOLUME', 'VOLUME_CONDITION', 'SINGLE_NODE_MULTI_WRITER']

/**
 * A CSI driver whose volumes are directories: `volumes/ID/data` under its root, with what it knows of each in `volumes/ID/volume.json`. What a caller may
 * rely on beyond the promises of `VolumeStore`:
 *
 * - Every request about volumes and its outcome is a line of `requests.jsonl` in the root, without secrets.
 * - Nothing that a request says becomes part of a path below the root, and links in volumes are never followed.
 * - Capacity is kept by accounting: what would go beyond the whole is refused, and a volume that holds more than its own is reported as abnormal. Writing
 *   beyond it is not prevented. `iops` and `throughput` are checked, kept and reported; nothing slows anybody down.
 *
 * Rejects when the root is in use, or is no place for volumes, and for names that Kubernetes could not use.
 */
export async function openDirectoryDriver(options: DirectoryDriverOptions): Promise<DirectoryDriver> {
  const { clock, uids, files = machineFiles(), name = DIRECTORY_DRIVER_NAME, nodeId, version } = options
  checkNames(name, nodeId)
  const root = await makeRoot(options.root)
  const lock = lockRoot(root)
  try {
    const { capacityBytes, warn } = options
    const store = await VolumeStore.open({
      root,
      files,
      clock,
      uids,
      ...(capacityBytes === undefined ? {} : { capacityBytes }),
      ...(warn === undefined ? {} : { warn }),
    })
    const record = await RequestRecord.open({ files, clock, path: join(root, 'requests') })
    const data = (volume: StoredVolume): string => store.data(volume)
    const usage = new UsageMeter({ files, clock, data })
    const placement = options.placement ?? (await bestPlacement(root))
    const inUse = new InUse(data)
    const topology: CsiTopology | undefined =
      options.reach === 'everywhere' ? undefined : { segments: { [`topology.${name}/node`]: nodeId } }
    const parts = { store, usage, inUse, ...(topology === undefined ? {} : { topology }) }
    const requests = { ...controllerRequests(parts), ...nodeRequests({ ...parts, kind: placement.kind, root, nodeId }) }
    return {
      handlers: { info: infoOf(name, version, topology), ...recorded(requests, record) },
      root,
      publishes: placement.kind,
      close: () => lock.release(),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Its real path. Others may pass, so that a link to a volume leads there; what may be listed is in folders of its own. */
async function makeRoot(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o711 })
    return await realpath(path)
  } catch (error) {
    const why = hasCode(error, 'EEXIST', 'ENOTDIR')
      ? 'a file is in the way'
      : `it cannot be made (${(error as NodeJS.ErrnoException).code})`
    throw new Error(`Cannot keep volumes in "${path}": ${why}`, { cause: error })
  }
}

/** The protocol's rule for the names of drivers; and the name of a node becomes the value of a label. */
const DRIVER_NAME = /^[a-zA-Z0-9](?:[-a-zA-Z0-9.]{0,61}[a-zA-Z0-9])?$/
const LABEL_VALUE = /^[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$/

function checkNames(name: string, nodeId: string): void {
  if (!DRIVER_NAME.test(name))
    throw new Error(
      `Cannot be a driver "${name}": a name has at most 63 letters, digits, dots and dashes, and begins and ends with a letter or digit`,
    )
  if (!LABEL_VALUE.test(nodeId))
    throw new Error(
      `Cannot be on a node "${nodeId}": a name has at most 63 letters, digits, dots, dashes and underscores, and begins and ends with a letter or digit`,
    )
}

function infoOf(name: string, vendorVersion: string, topology: CsiTopology | undefined): CsiDriverInfo {
  return {
    name,
    vendorVersion,
    pluginCapabilities: ['CONTROLLER_SERVICE', ...(topology === undefined ? [] : ['VOLUME_ACCESSIBILITY_CONSTRAINTS']), 'EXPANSION_ONLINE'],
    controllerCapabilities: CONTROLLER_CAPABILITIES,
    nodeCapabilities: NODE_CAPABILITIES,
  }
}

type Requests = ReturnType<typeof controllerRequests> & ReturnType<typeof nodeRequests>

/** The same requests, each written down under its name in the protocol. */
function recorded(requests: Requests, record: RequestRecord): Requests {
  return Object.fromEntries(
    Object.entries(requests).map(([name, perform]) => [
      name,
      (request: object = {}) =>
        record.during(name[0]!.toUpperCase() + name.slice(1), request, () => (perform as (request: object) => Promise<unknown>)(request)),
    ]),
  ) as unknown as Requests
}
