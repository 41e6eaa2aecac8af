import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  Namespace as NamespaceKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { Client } from '@kubetape/client'
import type { FaultRule } from '@kubetape/client/testing'
import { ControlPlane } from '@kubetape/control-plane'
import { FakeCsiDriver, faultAt } from '@kubetape/csi/testing'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { expectSameRuns } from './same-decisions.ts'
import { provisionerControllers, ProvisionerProcess, type ProvisionerProcessOptions, settled } from './testing/provisioner-process.ts'

const DRIVER = 'fake.csi.example.com'
const clock = new VirtualClock({ startMs: 1_723_507_200_000 })
const random = seededRandom(4)
let plane: ControlPlane
let client: Client

beforeAll(async () => {
  const controllers = ['*', '-csi-provisioner', '-csi-reclaim']
  plane = await settled(clock, ControlPlane.start({ clock, random: seededRandom(3), controllers }))
  client = plane.client()
  await settled(clock, client.create(ClassKind, { metadata: { name: 'fast' }, provisioner: DRIVER }))
}, 60_000)

afterAll(() => settled(clock, plane.stop()), 60_000)

interface Stage {
  readonly fake: FakeCsiDriver
  readonly process: ProvisionerProcess
  readonly deleteClaim: () => Promise<void>
  readonly phase: () => Promise<string | undefined>
  readonly volumes: () => Promise<PersistentVolume[]>
}

/** A provisioner of its own, and a claim for it. */
async function stage(namespace: string, options: Partial<ProvisionerProcessOptions>): Promise<Stage> {
  const fake = new FakeCsiDriver({ name: DRIVER })
  const process = new ProvisionerProcess({ plane, clock, random, fake, ...options })
  await process.start()
  const claimName = { namespace, name: 'data' }
  await settled(clock, client.create(NamespaceKind, { metadata: { name: namespace }, spec: {} }))
  const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'fast', resources: { requests: { storage: '1Mi' } } }
  await settled(clock, client.create(ClaimKind, { metadata: claimName, spec }))
  await clock.advance(5000)
  return {
    fake,
    process,
    deleteClaim: async () => {
      await settled(clock, client.delete(ClaimKind, claimName))
      await clock.advance(5000)
    },
    phase: async () =>
      (
        await settled(
          clock,
          client.get(ClaimKind, claimName).catch(() => undefined),
        )
      )?.status?.phase,
    volumes: async () => {
      const { items } = await settled(clock, client.list<PersistentVolume>(VolumeKind))
      return items.filter((volume) => volume.spec?.claimRef?.namespace === namespace)
    },
  }
}

// Known bug 1: kubernetes-csi/external-provisioner#486, open upstream.
describe('a provisioner that dies between CreateVolume and the PersistentVolume, and whose claim is deleted before it comes back', () => {
  async function play(namespace: string, remembers: boolean): Promise<Stage> {
    const played = await stage(namespace, { remembers, driverFault: faultAt(0, 'crash-after') })
    expect([played.process.isDead, played.fake.volumes.length, (await played.volumes()).length]).toEqual([true, 1, 0])
    await played.deleteClaim()
    expect(await played.phase()).toBeUndefined()
    await played.process.start()
    await clock.advance(30_000)
    await played.process.stop()
    return played
  }

  test('leaks the volume when it remembers nothing, as upstream', async () => {
    const { fake, volumes } = await play('forgetful', false)
    expect([fake.volumes.length, await volumes()]).toEqual([1, []])
  })

  test('leaves nothing behind when it reads its calls off the tape', async () => {
    const { fake, volumes } = await play('mindful', true)
    expect([fake.volumes, await volumes()]).toEqual([[], []])
    expect(fake.calls.map(({ method }) => method)).toEqual(['createVolume', 'createVolume', 'deleteVolume'])
  })
})

// Known bug 2: kubernetes-csi/external-provisioner#1469, open upstream.
describe('a provisioner that sees a claim of old, which has been served, deleted and cleaned up after', () => {
  test('does not make another volume for it', async () => {
    // After the claim and the binder's annotation no event of claims comes through any more.
    const silence: FaultRule = { fault: { type: 'silence', afterEvents: 2 }, verb: 'watch', resource: 'persistentvolumeclaims' }
    const { fake, process, phase, deleteClaim, volumes } = await stage('stale', { faults: [silence] })
    expect([await phase(), fake.volumes.length]).toEqual(['Bound', 1])
    await deleteClaim()
    expect([await phase(), fake.volumes, await volumes()]).toEqual([undefined, [], []])
    const asked = (): number =>
      process.faulty.requests.filter(({ verb, resource }) => verb === 'get' && resource === 'persistentvolumeclaims').length
    const before = asked()
    await process.reconnect()
    await clock.advance(30_000)
    // It was looked at again, so the claim was still in sight.
    expect(asked()).toBe(before + 1)
    expect([fake.count('createVolume'), fake.volumes, await volumes()]).toEqual([1, [], []])
    await process.stop()
  })
})

test('replays the same, every run of all that', async () => {
  await settled(clock, plane.log.flush())
  expect((await expectSameRuns(plane.log, provisionerControllers())).skipped).toBe(0)
})
