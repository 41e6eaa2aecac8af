import type { PersistentVolume, PersistentVolumeClaim, PodSpec } from '@kubetape/api/types/core/v1'
import type { OutsideCall } from '@kubetape/runtime'
import type { StorageIntent } from './unfinished-storage.ts'

/**
 * One kind of storage that the controller serves itself, without a driver ("in tree"). What a plugin decides is pure; what it does it says as a
 * StorageCall, which the controller carries out through its context, so that it stands on the tape.
 */
export interface VolumePlugin {
  /** `kubernetes.io/host-path` */
  readonly name: string
  /** Whether the storage of this volume is of its kind. */
  readonly supports: (volume: Readonly<PersistentVolume>) => boolean
  /** Makes volumes. Absent: volumes of this kind are made by hand. */
  readonly provisioner?: VolumeProvisioner
  /** How to delete a volume's storage. Absent: it cannot. Throws an Error where it must not be done; the message is for users. */
  readonly deletion?: (volume: Readonly<PersistentVolume>) => StorageCall
  /** How a Pod gets at the volume to scrub it, and how long it may take. Absent: the policy Recycle does not work. */
  readonly recycling?: (volume: Readonly<PersistentVolume>) => Recycling
}

export interface VolumeProvisioner {
  /** Why nothing can be provisioned now, for users; undefined when it can. Read through `context.outside`. */
  readonly refusal: () => string | undefined
  /** The storage for a claim, with what a volume says of it. Throws an Error where it cannot be; the message is for users. */
  readonly provision: (claim: Readonly<PersistentVolumeClaim>, policy: ReclaimPolicy) => Provision
}

export type ReclaimPolicy = 'Delete' | 'Recycle' | 'Retain'

export interface Provision {
  readonly call: StorageCall
  /** What is to be remembered until there is a volume; the body of the call. */
  readonly intent: StorageIntent
  readonly annotations: Readonly<Record<string, string>>
  /** Access modes, capacity and where the storage is. */
  readonly spec: PersistentVolume['spec']
}

/** Something done to storage; may be done twice. */
export interface StorageCall {
  readonly call: OutsideCall
  readonly perform: () => Promise<void>
}

export interface Recycling {
  /** The storage, as the Pod names it. */
  readonly source: Omit<NonNullable<PodSpec['volumes']>[number], 'name'>
  readonly deadlineSeconds: number
}

/** The plugin of a volume's storage; throws an Error in Kubernetes' words where there is not one. */
export function pluginOf(plugins: readonly VolumePlugin[], volume: Readonly<PersistentVolume>): VolumePlugin {
  const [plugin] = plugins.filter((one) => one.supports(volume))
  if (plugin === undefined) throw new Error('no volume plugin matched')
  return plugin
}

/** The plugin with this name; throws an Error in Kubernetes' words where there is none. */
export function pluginNamed(plugins: readonly VolumePlugin[], name: string): VolumePlugin {
  const plugin = plugins.find((one) => one.name === name)
  if (plugin === undefined) throw new Error(`no volume plugin matched name: ${name}`)
  return plugin
}
