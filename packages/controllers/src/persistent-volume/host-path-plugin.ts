import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { quantityOf } from '@kubetape/apimachinery'
import type { StorageIntent } from './unfinished-storage.ts'
import type { Provision, ReclaimPolicy, Recycling, StorageCall, VolumePlugin } from './volume-plugin.ts'

/** The directories behind host-path volumes, by the paths that volumes name. */
export interface HostPathDirectories {
  /** Makes an empty directory, with those above it; one that is there is as well. */
  create(path: string): Promise<void>
  /** Removes whatever is at the path; nothing there is as well. Must refuse what is not below its root, and follow no links. */
  remove(path: string): Promise<void>
}

export interface HostPathOptions {
  readonly directories: HostPathDirectories
  /** Whether classes with this provisioner get volumes (`--enable-hostpath-provisioner`). Those that there are can be deleted in any case. */
  readonly provisions: boolean
}

/** Which code made a volume; for users to read. */
const CREATED_BY = 'kubernetes.io/createdby'

export const HOST_PATH = 'kubernetes.io/host-path'

/** Where volumes are made, as upstream. */
const PROVISIONED = '/tmp/hostpath_pv'
/** What may be deleted; upstream's pattern, which holds anywhere in the path. */
const DELETABLE = /\/tmp\/.+/

/** Directories of a node as volumes (kubernetes.io/host-path): for tests and development, on one machine. */
export function hostPathPlugin({ directories, provisions }: HostPathOptions): VolumePlugin {
  return {
    name: HOST_PATH,
    supports: ({ spec }) => spec?.hostPath !== undefined,
    provisioner: {
      refusal: () => (provisions ? undefined : `provisioning in volume plugin "${HOST_PATH}" is disabled`),
      provision: (claim, policy) => provision(claim, policy, directories),
    },
    deletion: (volume) => deletion(volume, directories),
    recycling: ({ spec }) => ({
      source: { hostPath: { path: spec?.hostPath?.path ?? '' } },
      deadlineSeconds: recyclingSeconds(spec?.capacity?.['storage'], { minimum: 60, perGi: 30 }),
    }),
  }
}

function provision(
  { metadata, spec }: Readonly<PersistentVolumeClaim>,
  reclaimPolicy: ReclaimPolicy,
  directories: HostPathDirectories,
): Provision {
  if (spec?.volumeMode === 'Block') throw new Error(`${HOST_PATH} does not support block volume provisioning`)
  const path = `${PROVISIONED}/${directoryName(metadata.uid ?? '')}`
  const { namespace = '', name = '', uid = '' } = metadata
  const intent: StorageIntent = { path, reclaimPolicy, claim: { namespace, name, uid } }
  const storage = spec?.resources?.requests?.['storage'] ?? '0'
  return {
    call: { call: { system: HOST_PATH, method: 'CreateVolume', body: intent }, perform: () => directories.create(path) },
    intent,
    annotations: { [CREATED_BY]: 'hostpath-dynamic-provisioner' },
    spec: {
      accessModes: spec?.accessModes?.length ? [...spec.accessModes] : ['ReadWriteOnce'],
      capacity: { storage },
      hostPath: { path },
    },
  }
}

/**
 * The name of a claim's directory: not the claim's uid, and always the same one, so that a run that was cut off between directory and volume finds its
 * directory again instead of leaving it behind.
 */
function directoryName(uid: string): string {
  return uid
    .split('-')
    .map((group, at) => (at === 2 || at === 3 ? group : [...group].reverse().join('')))
    .join('-')
}

/** A volume as far as where its storage is. */
export const hostPathStorage = (path: string): PersistentVolume => ({ metadata: {}, spec: { hostPath: { path } } })

function deletion({ spec }: Readonly<PersistentVolume>, directories: HostPathDirectories): StorageCall {
  const path = spec?.hostPath?.path
  if (path === undefined) throw new Error('spec.PersistentVolumeSource.HostPath is nil')
  if (!DELETABLE.test(path)) throw new Error(`host_path deleter only supports /tmp/.+ but received provided ${path}`)
  return { call: { system: HOST_PATH, method: 'DeleteVolume', body: { path } }, perform: () => directories.remove(path) }
}

const GI = 2n ** 30n

/** How long a Pod may scrub a volume of this size: so many seconds for each whole Gi, at least the minimum. */
export function recyclingSeconds(capacity: string | undefined, { minimum, perGi }: { minimum: number; perGi: number }): number {
  return Math.max(Number(quantityOf(capacity).value() / GI) * perGi, minimum)
}

/** Shares of NFS servers (kubernetes.io/nfs): nobody here makes or deletes them, but they can be scrubbed. */
export const nfsPlugin: VolumePlugin = {
  name: 'kubernetes.io/nfs',
  supports: ({ spec }) => spec?.nfs !== undefined,
  recycling: ({ spec }): Recycling => ({
    source: { nfs: { server: spec?.nfs?.server ?? '', path: spec?.nfs?.path ?? '' } },
    deadlineSeconds: recyclingSeconds(spec?.capacity?.['storage'], { minimum: 300, perGi: 30 }),
  }),
}
