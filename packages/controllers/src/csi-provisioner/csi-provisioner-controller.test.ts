import { afterEach, describe, expect, test } from '@jest/globals'
import {
  CSINode as CsiNodeKind,
  Event as EventKind,
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Secret as SecretKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { type CsiDriver, CsiDriverRegistry, type CsiVolume } from '@kubetape/csi'
import { FakeCsiDriver, type FakeCsiDriverOptions } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { SELECTED_NODE, STORAGE_PROVISIONERS } from '../persistent-volume/storage-annotations.ts'
import { csiProvisionerController } from './csi-provisioner-controller.ts'
import { CLONE_FINALIZER } from './names.ts'
import type { VolumeIntent } from './volume-intent.ts'

const DRIVER = 'fake.csi.example.com'
const claimName = { namespace: 'ns', name: 'data' }

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

interface Started extends RunningControllers {
  readonly fake: FakeCsiDriver
  readonly drivers: CsiDriverRegistry
  readonly claim: (more?: Partial<PersistentVolumeClaim>) => Promise<PersistentVolumeClaim>
  readonly volumes: () => Promise<PersistentVolume[]>
  readonly messages: () => Promise<string[]>
}

interface StartOptions extends FakeCsiDriverOptions {
  readonly storageClass?: object
  readonly connected?: boolean
  readonly interrupted?: readonly VolumeIntent[]
  readonly wrap?: (driver: FakeCsiDriver) => CsiDriver
}

/** The provisioner with a class `fast` of one driver. */
async function start({ storageClass = {}, connected = true, interrupted = [], wrap, ...options }: StartOptions = {}): Promise<Started> {
  const fake = new FakeCsiDriver(options)
  const drivers = new CsiDriverRegistry()
  if (connected) drivers.connect(wrap?.(fake) ?? fake)
  running = await runControllers(
    [csiProvisionerController({ drivers, interrupted: () => interrupted })],
    async (cluster) => {
      await cluster.create(ClassKind, { metadata: { name: 'fast' }, provisioner: DRIVER, reclaimPolicy: 'Delete', ...storageClass })
    },
    { enabled: (gate) => gate === 'HonorPVReclaimPolicy' },
  )
  const { cluster, clock } = running
  return {
    ...running,
    fake,
    drivers,
    claim: async ({ metadata, spec, ...more } = {}) => {
      const made = await cluster.create<PersistentVolumeClaim>(ClaimKind, {
        metadata: { ...claimName, ...metadata, annotations: { [STORAGE_PROVISIONERS[1]]: DRIVER, ...metadata?.annotations } },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Mi' } }, ...spec },
        ...more,
      })
      await clock.advance(1)
      return made
    },
    volumes: async () => (await cluster.list<PersistentVolume>(VolumeKind)).items,
    messages: async () => {
      await clock.advance(1)
      return (await cluster.list<Event>(EventKind)).items.map(({ type, reason, message }) => `${type} ${reason} ${message}`)
    },
  }
}

describe('csiProvisionerController()', () => {
  test('makes a volume and its object, and says so', async () => {
    const { fake, claim, volumes, messages } = await start({ volumeContext: { place: 'here' } })
    const { metadata } = await claim()
    const [volume, ...others] = await volumes()
    expect(others).toEqual([])
    expect(volume!.metadata).toMatchObject({
      name: `pvc-${metadata.uid}`,
      finalizers: ['external-provisioner.volume.kubernetes.io/finalizer'],
    })
    expect(volume!.spec).toMatchObject({
      capacity: { storage: '1Mi' },
      claimRef: { namespace: 'ns', name: 'data', uid: metadata.uid },
      csi: { driver: DRIVER, volumeHandle: 'volume-1', volumeAttributes: { place: 'here' } },
    })
    expect(fake.volumes.map(({ name }) => name)).toEqual([`pvc-${metadata.uid}`])
    expect(await messages()).toEqual([
      'Normal Provisioning External provisioner is provisioning volume for claim "ns/data"',
      `Normal ProvisioningSucceeded Successfully provisioned volume pvc-${metadata.uid}`,
    ])
  })

  test('waits for the driver', async () => {
    const { fake, drivers, claim, volumes, messages, clock } = await start({ connected: false })
    await claim()
    expect([await volumes(), await messages()]).toEqual([[], []])
    drivers.connect(fake)
    await clock.advance(1)
    expect(await volumes()).toHaveLength(1)
  })

  test.each<[string, object, object]>([
    ['is bound', { spec: { volumeName: 'v' } }, {}],
    ['is for another driver', { metadata: { annotations: { [STORAGE_PROVISIONERS[1]]: 'other' } } }, {}],
    ['waits for a Pod', {}, { volumeBindingMode: 'WaitForFirstConsumer' }],
    ['is of a class of another driver', {}, { provisioner: 'other' }],
  ])('leaves a claim alone that %s', async (_, given, storageClass) => {
    const { fake, claim, messages } = await start({ storageClass })
    await claim(given)
    expect([fake.calls, await messages()]).toEqual([[], []])
  })

  test('tries again for ever, after 1 s, 2 s, 4 s …, at most 5 min', async () => {
    const { fake, claim, clock, volumes, messages } = await start()
    fake.fail('createVolume', { code: 'INTERNAL', message: 'disk on fire', times: Infinity })
    await claim()
    const counts = []
    for (const seconds of [1, 2, 4, 8]) {
      await clock.advance(seconds * 1000 - 10)
      counts.push(fake.count('createVolume'))
      await clock.advance(10)
      counts.push(fake.count('createVolume'))
    }
    expect(counts).toEqual([1, 2, 2, 3, 3, 4, 4, 5])
    await clock.advance(3_600_000)
    const before = fake.count('createVolume')
    await clock.advance(300_000)
    expect(fake.count('createVolume')).toBe(before + 1)
    expect(await messages()).toContain(
      'Warning ProvisioningFailed failed to provision volume with StorageClass "fast": rpc error: code = Internal desc = disk on fire',
    )
    fake.heal()
    await clock.advance(300_000)
    expect(await volumes()).toHaveLength(1)
  })

  test.each(['DEADLINE_EXCEEDED', 'ABORTED', 'UNAVAILABLE', 'CANCELLED'] as const)(
    'goes on after %s although the claim is deleted',
    async (code) => {
      const { fake, claim, clock, cluster, volumes } = await start()
      fake.fail('createVolume', { code, when: 'after' })
      await claim()
      await cluster.delete(ClaimKind, claimName)
      await clock.advance(1000)
      expect((await volumes()).map(({ spec }) => spec.csi!.volumeHandle)).toEqual(['volume-1'])
      expect(fake.volumes).toHaveLength(1)
    },
  )

  test('goes on when the driver is back that went away before it had said the last word, without the claim', async () => {
    const { fake, drivers, claim, clock, cluster, volumes } = await start()
    fake.fail('createVolume', { code: 'UNAVAILABLE', when: 'after' })
    await claim()
    drivers.disconnect(fake)
    await cluster.delete(ClaimKind, claimName)
    await clock.advance(3_600_000)
    expect([fake.count('createVolume'), await volumes()]).toEqual([1, []])
    drivers.connect(fake)
    await clock.advance(300_000)
    expect([fake.volumes.length, (await volumes()).map(({ spec }) => spec?.csi?.volumeHandle)]).toEqual([1, ['volume-1']])
  })

  test('gives up what the driver has refused when the claim is deleted', async () => {
    const { fake, claim, clock, cluster, volumes } = await start()
    fake.fail('createVolume', { code: 'INVALID_ARGUMENT' })
    await claim()
    await cluster.delete(ClaimKind, claimName)
    await clock.advance(10_000)
    expect([fake.count('createVolume'), await volumes()]).toEqual([1, []])
  })

  test('serves the next claim of the name beside what was begun for the one before', async () => {
    const { fake, claim, clock, cluster, volumes } = await start()
    fake.fail('createVolume', { code: 'DEADLINE_EXCEEDED', when: 'after' })
    const first = await claim()
    await cluster.delete(ClaimKind, claimName)
    const second = await claim()
    await clock.advance(1000)
    const names = (await volumes()).map(({ metadata }) => metadata.name)
    expect(names.sort()).toEqual([`pvc-${first.metadata.uid}`, `pvc-${second.metadata.uid}`])
  })

  test('serves the next claim of the name although the driver says no last word about the one before', async () => {
    const { fake, claim, clock, cluster, volumes } = await start()
    const names = async (): Promise<(string | undefined)[]> => (await volumes()).map(({ metadata }) => metadata.name)
    fake.fail('createVolume', { code: 'DEADLINE_EXCEEDED' })
    const { uid } = (await claim()).metadata
    const ofFirst = (request: unknown): boolean => (request as VolumeIntent['request']).name === `pvc-${uid}`
    fake.fail('createVolume', { code: 'DEADLINE_EXCEEDED', times: Infinity, matching: ofFirst })
    await cluster.delete(ClaimKind, claimName)
    const second = await claim()
    await clock.advance(10_000)
    expect(await names()).toEqual([`pvc-${second.metadata.uid}`])
    fake.heal()
    await clock.advance(300_000)
    expect((await names()).sort()).toEqual([`pvc-${uid}`, `pvc-${second.metadata.uid}`].sort())
  })

  test('goes on after a crash with what its last life asked for, also without the claim', async () => {
    const before = await start()
    before.fake.fail('createVolume', { code: 'UNAVAILABLE' })
    await before.claim()
    const asked = before.fake.calls[0]!.request as VolumeIntent['request']
    const claim = { ...claimName, uid: 'gone', resourceVersion: '1' }
    const volume = { metadata: { name: 'pvc-gone' }, spec: { csi: { driver: DRIVER, volumeHandle: '' } } }
    const request = { ...asked, name: 'pvc-gone' }
    const intent = { driver: DRIVER, claim, storageClass: 'fast', request, usesTopology: false, mayReschedule: false, volume }
    const { fake, drivers, volumes, clock } = await start({ interrupted: [intent], connected: false })
    expect(await volumes()).toEqual([])
    drivers.connect(fake)
    await clock.advance(2000)
    expect((await volumes()).map(({ metadata, spec }) => [metadata.name, spec.csi!.volumeHandle])).toEqual([['pvc-gone', 'volume-1']])
  })

  test('takes back a volume that is too small, and tries again', async () => {
    let isSmall = true
    const shrunk = (driver: FakeCsiDriver): CsiDriver =>
      new Proxy<CsiDriver>(driver, {
        get: (_, key: keyof CsiDriver) => {
          if (key === 'info') return driver.info
          if (key !== 'createVolume') return driver[key].bind(driver)
          return async (request: Parameters<CsiDriver['createVolume']>[0]): Promise<CsiVolume> => {
            const made = await driver.createVolume(request)
            return isSmall ? { ...made, capacityBytes: 1 } : made
          }
        },
      })
    const { fake, claim, clock, volumes, messages } = await start({ wrap: shrunk })
    await claim()
    expect([fake.volumes, await volumes()]).toEqual([[], []])
    expect(await messages()).toContain(
      'Warning ProvisioningFailed failed to provision volume with StorageClass "fast": created volume capacity 1 less than requested capacity 1048576',
    )
    isSmall = false
    await clock.advance(1000)
    expect([fake.volumes.length, (await volumes()).length]).toEqual([1, 1])
  })

  test('gives the choice of the node back when there is no room, or no such node', async () => {
    const zone = (name: string): { segments: Record<string, string> } => ({ segments: { zone: name } })
    const storageClass = { volumeBindingMode: 'WaitForFirstConsumer' }
    const { fake, claim, cluster, clock, volumes, messages } = await start({ storageClass, topologies: [zone('z1')] })
    for (const name of ['n1', 'n2']) {
      await cluster.create(NodeKind, { metadata: { name, labels: { zone: name.replace('n', 'z') } }, spec: {} })
      await cluster.create(CsiNodeKind, { metadata: { name }, spec: { drivers: [{ name: DRIVER, nodeID: name, topologyKeys: ['zone'] }] } })
    }
    await clock.advance(1)
    fake.fail('createVolume', { code: 'RESOURCE_EXHAUSTED', message: 'full' })
    await claim({ metadata: { annotations: { [SELECTED_NODE]: 'n1' } } })
    const selected = async (): Promise<string | undefined> =>
      (await cluster.get<PersistentVolumeClaim>(ClaimKind, claimName)).metadata.annotations![SELECTED_NODE]
    expect(await selected()).toBeUndefined()
    expect((await messages()).at(-1)).toContain('rpc error: code = ResourceExhausted desc = full')
    await clock.advance(600_000)
    expect(fake.count('createVolume')).toBe(1)
    const select = async (node: string): Promise<void> => {
      await cluster.patch(ClaimKind, claimName, { type: 'merge', body: { metadata: { annotations: { [SELECTED_NODE]: node } } } })
      await clock.advance(1)
    }
    await select('n9')
    expect([await selected(), (await messages()).at(-1)]).toEqual([undefined, expect.stringContaining('node "n9" not found')])
    await select('n1')
    const [volume] = await volumes()
    expect(volume!.spec.nodeAffinity).toEqual({
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['z1'] }] }] },
    })
    const { accessibilityRequirements } = fake.calls.at(-1)!.request as VolumeIntent['request']
    expect(accessibilityRequirements).toEqual({ requisite: [zone('z1'), zone('z2')], preferred: [zone('z1'), zone('z2')] })
  })

  test('gives the driver its Secret, and waits for it', async () => {
    const parameters = {
      'csi.storage.k8s.io/provisioner-secret-name': 'key',
      'csi.storage.k8s.io/provisioner-secret-namespace': '${pvc.namespace}',
    }
    const { fake, claim, cluster, clock, messages } = await start({ storageClass: { parameters } })
    await claim()
    expect((await messages()).at(-1)).toBe(
      'Warning ProvisioningFailed failed to provision volume with StorageClass "fast": error getting secret key in namespace ns: secrets "key" not found',
    )
    await cluster.create(SecretKind, { metadata: { namespace: 'ns', name: 'key' }, data: { password: 'c2VzYW1l' } })
    await clock.advance(1000)
    expect(fake.calls.map(({ request }) => (request as { secrets?: object }).secrets)).toEqual([{ password: 'sesame' }])
  })

  test('keeps the claim that another is made from until that one has its volume', async () => {
    const { fake, claim, cluster, clock, volumes } = await start()
    const source = await claim({ metadata: { name: 'old' } })
    const [volume] = await volumes()
    const bind = async (name: string, volumeName: string): Promise<void> => {
      const body = { spec: { volumeName }, status: { phase: 'Bound' } }
      await cluster.patch(ClaimKind, { namespace: 'ns', name }, { type: 'merge', body })
      await clock.advance(1)
    }
    await bind('old', volume!.metadata.name!)
    await cluster.patch(VolumeKind, { name: volume!.metadata.name! }, { type: 'merge', body: { status: { phase: 'Bound' } } })
    const clone = await claim({ spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'old' } } })
    expect((fake.calls.at(-1)!.request as VolumeIntent['request']).volumeContentSource).toEqual({ volumeId: 'volume-1' })
    const finalizers = async (): Promise<unknown> => (await cluster.get(ClaimKind, { namespace: 'ns', name: 'old' })).metadata.finalizers
    expect(await finalizers()).toEqual([CLONE_FINALIZER])
    await cluster.delete(ClaimKind, { namespace: 'ns', name: source.metadata.name! })
    await clock.advance(1)
    expect(await finalizers()).toEqual([CLONE_FINALIZER])
    await bind('data', `pvc-${clone.metadata.uid}`)
    await expect(finalizers()).rejects.toThrow('not found')
  })

  test('does not take the volume of somebody else for its own', async () => {
    const { fake, claim, cluster, clock } = await start()
    const create = cluster.create.bind(cluster)
    let isFirst = true
    cluster.create = async (kind, object) => {
      // Between the look and the write, somebody else makes one of the name.
      if (kind.resource === 'persistentvolumes' && isFirst) {
        isFirst = false
        await create(kind, { ...object, spec: { csi: { driver: DRIVER, volumeHandle: 'theirs' } } })
      }
      return create(kind, object)
    }
    await claim()
    await clock.advance(10_000)
    expect([fake.count('createVolume'), fake.volumes]).toEqual([1, []])
  })
})
