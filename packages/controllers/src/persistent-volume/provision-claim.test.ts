import { afterEach, describe, expect, test } from '@jest/globals'
import {
  Event as EventKind,
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { forbiddenError, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { controllerFor } from '@kubetape/runtime'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import type { HostPathDirectories } from './host-path-plugin.ts'
import { inTreePlugins } from './in-tree-plugins.ts'
import { provisionClaim } from './provision-claim.ts'
import { UnfinishedStorage } from './unfinished-storage.ts'

const CLAIM = { namespace: 'n', name: 'data' }
const CLASS: StorageClass = { metadata: { name: 'quick' }, provisioner: 'kubernetes.io/host-path' }
const claim = (metadata: object = {}, spec: object = {}): PersistentVolumeClaim => ({
  metadata: { ...CLAIM, ...metadata },
  spec: { storageClassName: 'quick', resources: { requests: { storage: '1Gi' } }, ...spec },
})

class Directories implements HostPathDirectories {
  readonly asked: string[] = []
  failure: Error | undefined

  create(): Promise<void> {
    this.asked.push('create')
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure)
  }

  remove(): Promise<void> {
    this.asked.push('remove')
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure)
  }
}

describe('provisionClaim()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  interface Given {
    readonly stored?: PersistentVolumeClaim
    /** What an informer that lags would show. */
    readonly seen?: PersistentVolumeClaim
    readonly storageClass?: StorageClass
    readonly provisions?: boolean
    readonly failure?: Error
    /** What the server says of the volume. */
    readonly refusal?: Error
    readonly nodes?: readonly string[]
  }

  /** Runs it once for a claim, and answers what came of it. */
  async function provision(given: Given) {
    const { stored = claim(), storageClass = CLASS, provisions = true, nodes = [] } = given
    const directories = new Directories()
    directories.failure = given.failure
    const inTree = { plugins: inTreePlugins({ directories, provisions }), unfinished: new UnfinishedStorage() }
    const states: unknown[] = []
    const controller = controllerFor<PersistentVolumeClaim>(ClaimKind, { predicate: () => false })
      .named('under-test')
      .reads(NodeKind)
      .reads(ClassKind)
      .reconcile(async ({ namespace, name }, context) => {
        const seen = given.seen ?? context.lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)!
        states.push(await provisionClaim(seen, storageClass, inTree, context, undefined))
      })
    running = await runControllers([controller], async (cluster) => {
      for (const name of nodes) await cluster.create(NodeKind, { metadata: { name }, spec: {} })
      await cluster.create<PersistentVolumeClaim>(ClaimKind, stored)
      const create = cluster.create.bind(cluster)
      if (given.refusal !== undefined)
        cluster.create = <T extends KubeObject>(kind: Kind<T>, object: T) =>
          kind.resource === 'persistentvolumes' ? Promise.reject(given.refusal!) : create(kind, object)
    })
    const { cluster } = running
    const [volume] = (await cluster.list<PersistentVolume>(VolumeKind)).items
    const { items } = await cluster.list<Event>(EventKind)
    const kept = await cluster.get<PersistentVolumeClaim>(ClaimKind, CLAIM)
    const events = items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
    return { directories, state: states[0], volume, events, kept, unfinished: inTree.unfinished.of('n/data') }
  }

  test('makes a volume and tells so', async () => {
    const { directories, state, volume, events, unfinished } = await provision({})
    expect([directories.asked, state, volume?.spec?.claimRef?.name, unfinished]).toEqual([['create'], undefined, 'data', []])
    expect(events).toEqual([
      `Normal ProvisioningSucceeded: Successfully provisioned volume ${volume?.metadata.name} using kubernetes.io/host-path`,
    ])
  })

  // Known bug 2: kubernetes-csi/external-provisioner#1469; the same could befall a provisioner in tree.
  test.each([
    ['gone, and another has its name', claim({ uid: 'older' })],
    ['bound by now', claim()],
  ])('makes nothing for a claim that is %s, whatever an informer shows', async (what, seen) => {
    const stored = what.startsWith('gone') ? claim() : claim({}, { volumeName: 'other' })
    const seenAs = what.startsWith('gone') ? seen : { ...seen, metadata: { ...seen.metadata, uid: 'uid-1' } }
    const { directories, state, events } = await provision({ stored, seen: seenAs })
    expect([directories.asked, state, events]).toEqual([[], undefined, []])
  })

  test('says that it must not, and keeps away for a while', async () => {
    const { directories, state, events } = await provision({ provisions: false })
    expect([directories.asked, state]).toEqual([[], { operation: 'provision-n/data[uid-1]', failures: 1, notBeforeMs: expect.any(Number) }])
    expect(events).toEqual([
      'Warning ProvisioningFailed: Failed to create provisioner: provisioning in volume plugin "kubernetes.io/host-path" is disabled',
    ])
  })

  const selected = { 'volume.kubernetes.io/selected-node': 'a' }
  test('waits for the node that was selected', async () => {
    const { directories, events, kept } = await provision({ stored: claim({ annotations: selected }) })
    expect([directories.asked, events]).toEqual([[], ['Warning ProvisioningFailed: Failed to get target node: node "a" not found']])
    expect(kept.metadata.annotations).toMatchObject(selected)
  })

  test('lets another node be selected when storage cannot be made', async () => {
    const failure = new Error('mkdir /tmp/hostpath_pv/x: no space left on device')
    const { events, kept, volume } = await provision({ stored: claim({ annotations: selected }), nodes: ['a'], failure })
    expect(volume).toBeUndefined()
    expect(events).toEqual([`Warning ProvisioningFailed: Failed to provision volume with StorageClass "quick": ${failure.message}`])
    expect(kept.metadata.annotations).not.toHaveProperty('volume.kubernetes.io/selected-node')
  })

  const refusal = forbiddenError({ group: '', resource: 'persistentvolumes' }, 'pvc-uid-1', 'no more of these')
  test('takes storage back whose volume the server refuses', async () => {
    const { directories, events, state } = await provision({ refusal })
    expect([directories.asked, state]).toMatchObject([['create', 'remove'], { failures: 1 }])
    expect(events).toEqual([
      `Warning ProvisioningFailed: Error creating provisioned PV object for claim n/data: ${refusal.message}. Deleting the volume.`,
    ])
  })

  test('remembers storage when nobody knows whether there is a volume', async () => {
    const { directories, events, unfinished } = await provision({ refusal: new Error('the connection was lost') })
    expect(directories.asked.filter((what) => what === 'remove')).toEqual([])
    expect([events, unfinished]).toMatchObject([[], [{ claim: { ...CLAIM, uid: 'uid-1' }, reclaimPolicy: 'Delete' }]])
  })
})
