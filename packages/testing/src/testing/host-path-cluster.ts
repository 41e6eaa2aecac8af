import {
  Namespace as NamespaceKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isNotFound, type Kind, type KubeObject, type ObjectName } from '@kubetape/apimachinery'
import {
  claimBinderController,
  type HostPathDirectories,
  inTreePlugins,
  storageCleanerController,
  type StorageIntent,
  UnfinishedStorage,
  volumeBinderController,
} from '@kubetape/controllers'
import type { Controller } from '@kubetape/runtime'
import { TestCluster, type TestClusterOptions } from '../test-cluster.ts'

/** Directories that are only names, with what was asked of them. */
export class FakeDirectories implements HostPathDirectories {
  readonly paths = new Set<string>()
  readonly asked: string[] = []
  /** What the next removal comes to, instead of success. */
  failure: Error | undefined

  create(path: string): Promise<void> {
    this.asked.push(`create ${path}`)
    this.paths.add(path)
    return Promise.resolve()
  }

  remove(path: string): Promise<void> {
    this.asked.push(`remove ${path}`)
    if (this.failure !== undefined) return Promise.reject(this.failure)
    this.paths.delete(path)
    return Promise.resolve()
  }
}

export const NAMESPACE = 'n'
export const CLAIM = { namespace: NAMESPACE, name: 'data' }
/** The class of volumes that are made for their claims, and deleted with them. */
export const CLASS = 'directory'

/** A cluster whose binder, the controllers under test, provisions and deletes host-path volumes. */
export class HostPathCluster implements AsyncDisposable {
  readonly directories: FakeDirectories
  readonly cluster: TestCluster

  private constructor(cluster: TestCluster, directories: FakeDirectories) {
    this.cluster = cluster
    this.directories = directories
  }

  static async start(options: Omit<TestClusterOptions, 'controllers' | 'builtin'> = {}): Promise<HostPathCluster> {
    const directories = new FakeDirectories()
    const controllers = hostPathControllers(directories)
    const cluster = await TestCluster.start({ ...options, controllers, builtin: ['*', '-persistentvolume-binder-controller'] })
    await cluster.create(NamespaceKind, { metadata: { name: NAMESPACE }, spec: {} })
    await cluster.create(ClassKind, { metadata: { name: CLASS }, provisioner: 'kubernetes.io/host-path' })
    await cluster.advance(100)
    return new HostPathCluster(cluster, directories)
  }

  async createClaim(spec: PersistentVolumeClaim['spec'] = {}): Promise<PersistentVolumeClaim> {
    const wanted = {
      accessModes: ['ReadWriteOnce' as const],
      storageClassName: CLASS,
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    }
    return this.cluster.create(ClaimKind, { metadata: CLAIM, spec: wanted })
  }

  /** A claim and the volume that was made for it. */
  async bound(): Promise<string> {
    await this.createClaim()
    await this.cluster.advance(1000)
    const claim = await this.get(ClaimKind, CLAIM)
    if (claim?.status?.phase !== 'Bound') throw new Error(`the claim is ${claim?.status?.phase}`)
    return claim.spec?.volumeName ?? ''
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T | undefined> {
    try {
      return await this.cluster.within(this.cluster.client().get(kind, name))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  volume(name: string): Promise<PersistentVolume | undefined> {
    return this.get(VolumeKind, { name })
  }

  async delete(kind: Kind, name: ObjectName): Promise<void> {
    await this.cluster.within(this.cluster.client().delete(kind, name))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cluster.stop()
  }
}

/** The binder over these directories, which knows what its earlier lives left on the tape; without that, what a tape of it is held against. */
export function hostPathControllers(
  directories: HostPathDirectories,
  interrupted: () => readonly StorageIntent[] = () => [],
): Controller[] {
  const inTree = { plugins: inTreePlugins({ directories, provisions: true }), unfinished: new UnfinishedStorage(interrupted) }
  return [claimBinderController(inTree), volumeBinderController(inTree), storageCleanerController(inTree)]
}
