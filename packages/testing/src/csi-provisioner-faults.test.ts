import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  Namespace as NamespaceKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { conflict } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { RequestFault, RequestRecord } from '@kubetape/client/testing'
import { ControlPlane } from '@kubetape/control-plane'
import { CSI_FAULTS, type CsiFault, FakeCsiDriver, faultAt } from '@kubetape/csi/testing'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { expectSameRuns } from './same-decisions.ts'
import { provisionerControllers, ProvisionerProcess, settled } from './testing/provisioner-process.ts'

// Every request of the API and every call of the driver is a boundary at which the provisioner can die, or be left without an answer: each is tried. The
// claims of other controllers (binding, protection) are served all the time.

const DRIVER = 'fake.csi.example.com'
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'
const STEP_MS = 500
const STEPS_MAX = 200

const random = seededRandom(2)
const clock = new VirtualClock({ startMs: 1_723_507_200_000 })
let plane: ControlPlane
let client: Client

beforeAll(async () => {
  const controllers = ['*', '-csi-provisioner', '-csi-reclaim']
  plane = await settled(clock, ControlPlane.start({ clock, random: seededRandom(1), controllers }))
  client = plane.client()
  await settled(clock, client.create(ClassKind, { metadata: { name: 'fast' }, provisioner: DRIVER }))
}, 60_000)

afterAll(() => settled(clock, plane.stop()), 60_000)

/** What goes wrong, and with which request or call, from 1. */
type Mishap = { readonly at: number } & ({ readonly request: RequestFault } | { readonly call: CsiFault })

interface Played {
  readonly requests: readonly RequestRecord[]
  readonly calls: number
  readonly lives: number
  readonly fake: FakeCsiDriver
}

const ofRuns = (request: RequestRecord): boolean => request.cause !== undefined

/** In which order a user deletes things, or when. */
type Story = 'claim first' | 'volume first' | 'claim while the provisioner is in trouble'

/** Plays the life of a claim in a namespace of its own. */
class Play {
  readonly fake = new FakeCsiDriver({ name: DRIVER })
  readonly process: ProvisionerProcess
  readonly #namespace: string
  #met = 0

  constructor(namespace: string, mishap: Mishap | undefined) {
    this.#namespace = namespace
    const rule =
      mishap !== undefined && 'request' in mishap
        ? [{ fault: mishap.request, at: mishap.at, matches: (request: RequestRecord) => ofRuns(request) && this.#meet(request, mishap.at) }]
        : []
    const planned = mishap !== undefined && 'call' in mishap ? faultAt(mishap.at - 1, mishap.call) : () => undefined
    this.process = new ProvisionerProcess({
      plane,
      clock,
      random,
      fake: this.fake,
      faults: rule,
      driverFault: (point) => {
        const fault = planned(point)
        if (fault !== undefined) this.isInTrouble = true
        return fault
      },
    })
  }

  isInTrouble = false

  #meet(_request: RequestRecord, at: number): boolean {
    if (++this.#met === at) this.isInTrouble = true
    return true
  }

  get claimName(): { namespace: string; name: string } {
    return { namespace: this.#namespace, name: 'data' }
  }

  async create(): Promise<void> {
    await this.process.start()
    await settled(clock, client.create(NamespaceKind, { metadata: { name: this.#namespace }, spec: {} }))
    const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'fast', resources: { requests: { storage: '1Mi' } } }
    await settled(clock, client.create(ClaimKind, { metadata: this.claimName, spec }))
  }

  async deleteClaim(): Promise<void> {
    await settled(clock, client.delete(ClaimKind, this.claimName))
  }

  async phase(): Promise<string | undefined> {
    return settled(
      clock,
      client.get(ClaimKind, this.claimName).catch(() => undefined),
    ).then((claim) => claim?.status?.phase)
  }

  async volumes(): Promise<PersistentVolume[]> {
    const { items } = await settled(clock, client.list<PersistentVolume>(VolumeKind))
    return items.filter(({ spec }) => spec?.claimRef?.namespace === this.#namespace)
  }

  /** Lets time pass until it is so; a dead provisioner comes back. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (let step = 0; step < STEPS_MAX; step++) {
      if (this.process.isDead) await this.process.start()
      if (await isSo()) return
      await clock.advance(STEP_MS)
    }
    throw new Error('it does not come to that')
  }
}

async function play(namespace: string, story: Story, mishap?: Mishap): Promise<Played> {
  const stage = new Play(namespace, mishap)
  const { fake, process } = stage
  await stage.create()
  if (story === 'claim while the provisioner is in trouble') {
    for (let step = 0; step < 4 && !stage.isInTrouble; step++) await clock.advance(STEP_MS)
    await stage.deleteClaim()
  } else {
    await stage.until(async () => (await stage.phase()) === 'Bound')
    const [volume, ...others] = await stage.volumes()
    expect(others).toEqual([])
    expect(volume!.metadata.finalizers).toEqual(expect.arrayContaining([FINALIZER, 'kubernetes.io/pv-protection']))
    // One volume in all, not one more that was taken back.
    expect(fake.volumes.map(({ volumeId }) => volumeId)).toEqual(['volume-1'])
    expect(volume!.spec.csi!.volumeHandle).toBe('volume-1')
    if (story === 'volume first') {
      await settled(clock, client.delete(VolumeKind, { name: volume!.metadata.name! }))
      await clock.advance(STEP_MS)
      expect([fake.volumes.length, (await stage.volumes()).length, await stage.phase()]).toEqual([1, 1, 'Bound'])
    }
    await stage.deleteClaim()
  }
  await stage.until(async () => (await stage.phase()) === undefined && (await stage.volumes()).length === 0 && fake.volumes.length === 0)
  // Whatever is still on its way arrives: nothing comes back.
  await clock.advance(20_000)
  await stage.until(() => Promise.resolve(true))
  expect([fake.volumes, await stage.volumes()]).toEqual([[], []])
  await process.stop()
  return { requests: process.faulty.requests.filter(ofRuns), calls: process.calls, lives: process.lives, fake }
}

const REQUEST_FAULTS: readonly RequestFault[] = [
  { type: 'crash-before' },
  { type: 'crash-after' },
  { type: 'lose-answer' },
  { type: 'refuse', error: conflict({ group: '', resource: 'persistentvolumes' }, 'v', 'somebody was faster') },
]

describe.each<Story>(['claim first', 'volume first', 'claim while the provisioner is in trouble'])('the provisioner, %s', (story) => {
  const prefix = story.split(' ')[0] + (story.includes('trouble') ? 't' : '')

  async function enumerate(name: string, mishaps: (clean: Played) => readonly Mishap[]): Promise<void> {
    const clean = await play(`${prefix}-${name}-clean`, story)
    expect([clean.calls, clean.lives]).toEqual([2, 1])
    expect(clean.fake.calls.map(({ method }) => method)).toEqual(['createVolume', 'deleteVolume'])
    for (const mishap of mishaps(clean)) {
      const played = await play(`${prefix}-${name}-${mishap.at}`, story, mishap).catch((error: unknown) => {
        throw new Error(`with ${JSON.stringify(mishap)}`, { cause: error })
      })
      const kills = ('request' in mishap ? mishap.request.type : mishap.call).startsWith('crash')
      expect([mishap, played.lives]).toEqual([mishap, kills ? 2 : 1])
    }
  }

  test.each(REQUEST_FAULTS)(
    'leaks nothing, loses nothing and makes nothing twice after a $type at any request',
    async (request) => {
      await enumerate(`r-${request.type}`, ({ requests }) => {
        expect(requests.length).toBeGreaterThanOrEqual(7)
        return requests.map((_, index) => ({ at: index + 1, request }))
      })
    },
    240_000,
  )

  test.each(CSI_FAULTS)(
    'leaks nothing, loses nothing and makes nothing twice when a call of the driver ends with %s',
    async (call) => {
      await enumerate(`c-${call}`, ({ calls }) => Array.from({ length: calls }, (_, index) => ({ at: index + 1, call })))
    },
    240_000,
  )
})

test('replays the same, every run of all that', async () => {
  await settled(clock, plane.log.flush())
  const { same, skipped } = await expectSameRuns(plane.log, provisionerControllers())
  expect(same).toBeGreaterThan(500)
  expect(skipped).toBe(0)
}, 120_000)
