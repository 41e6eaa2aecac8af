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
import { ControlPlane, interruptedStorage } from '@kubetape/control-plane'
import type { HostPathDirectories } from '@kubetape/controllers'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { expectSameRuns } from './same-decisions.ts'
import { FakeDirectories, hostPathControllers } from './testing/host-path-cluster.ts'
import { ProvisionerProcess, settled } from './testing/provisioner-process.ts'

// Every request of the binder, and every directory that it makes or deletes, is a boundary at which it can die, or be left without an answer: each is
// tried. What it knows afterwards is on the tape.

const STEP_MS = 1000
const STEPS_MAX = 100
const random = seededRandom(2)
const clock = new VirtualClock({ startMs: 1_723_507_200_000 })
let plane: ControlPlane
let client: Client

beforeAll(async () => {
  const controllers = ['*', '-persistentvolume-binder-controller']
  plane = await settled(clock, ControlPlane.start({ clock, random: seededRandom(1), controllers }))
  client = plane.client()
  await settled(clock, client.create(ClassKind, { metadata: { name: 'directory' }, provisioner: 'kubernetes.io/host-path' }))
}, 60_000)

afterAll(() => settled(clock, plane.stop()), 60_000)

type CallFault = 'crash-before' | 'crash-after' | 'fail'
type Mishap = { readonly at: number } & ({ readonly request: RequestFault } | { readonly call: CallFault })
type Story = 'claim first' | 'volume first' | 'claim while the binder is in trouble'

interface Played {
  readonly requests: number
  readonly calls: number
  readonly lives: number
}

/** Plays the life of a claim in a namespace of its own. */
class Play implements HostPathDirectories {
  readonly folders = new FakeDirectories()
  readonly process: ProvisionerProcess
  calls = 0
  isInTrouble = false
  readonly #namespace: string
  readonly #mishap: Mishap | undefined
  #met = 0

  constructor(namespace: string, mishap: Mishap | undefined) {
    this.#namespace = namespace
    this.#mishap = mishap
    const matches = (request: RequestRecord): boolean => {
      if (request.cause === undefined) return false
      if (mishap !== undefined && ++this.#met === mishap.at) this.isInTrouble = true
      return true
    }
    this.process = new ProvisionerProcess({
      plane,
      clock,
      random,
      fake: new FakeCsiDriver({ name: 'none.example.com' }),
      faults: mishap !== undefined && 'request' in mishap ? [{ fault: mishap.request, at: mishap.at, matches }] : [],
      controllers: () => hostPathControllers(this, () => interruptedStorage(plane.log)),
    })
  }

  create(path: string): Promise<void> {
    return this.#call(() => this.folders.create(path))
  }

  remove(path: string): Promise<void> {
    return this.#call(() => this.folders.remove(path))
  }

  async #call(perform: () => Promise<void>): Promise<void> {
    const fault = this.#mishap !== undefined && 'call' in this.#mishap && ++this.calls === this.#mishap.at ? this.#mishap.call : undefined
    if (fault === undefined) {
      if (this.#mishap === undefined) this.calls++
      return perform()
    }
    this.isInTrouble = true
    if (fault === 'fail') throw new Error('no space left on device')
    if (fault === 'crash-after') await perform()
    this.process.faulty.crash()
    return new Promise(() => undefined)
  }

  get claimName(): { namespace: string; name: string } {
    return { namespace: this.#namespace, name: 'data' }
  }

  async begin(): Promise<void> {
    await this.process.start()
    await settled(clock, client.create(NamespaceKind, { metadata: { name: this.#namespace }, spec: {} }))
    const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'directory', resources: { requests: { storage: '1Mi' } } }
    await settled(clock, client.create(ClaimKind, { metadata: this.claimName, spec }))
  }

  deleteClaim(): Promise<unknown> {
    return settled(clock, client.delete(ClaimKind, this.claimName))
  }

  async phase(): Promise<string | undefined> {
    const claim = await settled(
      clock,
      client.get(ClaimKind, this.claimName).catch(() => undefined),
    )
    return claim?.status?.phase
  }

  async volumes(): Promise<PersistentVolume[]> {
    const { items } = await settled(clock, client.list<PersistentVolume>(VolumeKind))
    return items.filter(({ spec }) => spec?.claimRef?.namespace === this.#namespace)
  }

  /** Lets time pass until it is so; a dead binder comes back. */
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
  const { folders, process } = stage
  await stage.begin()
  if (story === 'claim while the binder is in trouble') {
    for (let step = 0; step < 4 && !stage.isInTrouble; step++) await clock.advance(STEP_MS)
    await stage.deleteClaim()
    // Nobody is there to see it go.
    await clock.advance(STEP_MS)
  } else {
    await stage.until(async () => (await stage.phase()) === 'Bound')
    const [volume, ...others] = await stage.volumes()
    expect([others, folders.paths.size]).toEqual([[], 1])
    expect(volume!.metadata.finalizers).toEqual(expect.arrayContaining(['kubernetes.io/pv-controller', 'kubernetes.io/pv-protection']))
    expect([...folders.paths]).toEqual([volume!.spec?.hostPath?.path])
    if (story === 'volume first') {
      await settled(clock, client.delete(VolumeKind, { name: volume!.metadata.name! }))
      await clock.advance(STEP_MS)
      expect([folders.paths.size, (await stage.volumes()).length, await stage.phase()]).toEqual([1, 1, 'Bound'])
    }
    await stage.deleteClaim()
  }
  await stage.until(async () => (await stage.phase()) === undefined && (await stage.volumes()).length === 0 && folders.paths.size === 0)
  // Whatever is still on its way arrives: nothing comes back.
  await clock.advance(30_000)
  await stage.until(() => Promise.resolve(true))
  expect([[...folders.paths], await stage.volumes()]).toEqual([[], []])
  await process.stop()
  return { requests: process.faulty.requests.filter(({ cause }) => cause !== undefined).length, calls: stage.calls, lives: process.lives }
}

const REQUEST_FAULTS: readonly RequestFault[] = [
  { type: 'crash-before' },
  { type: 'crash-after' },
  { type: 'lose-answer' },
  { type: 'refuse', error: conflict({ group: '', resource: 'persistentvolumes' }, 'v', 'somebody was faster') },
]
const CALL_FAULTS: readonly CallFault[] = ['crash-before', 'crash-after', 'fail']

describe.each<Story>(['claim first', 'volume first', 'claim while the binder is in trouble'])('host-path volumes, %s', (story) => {
  const prefix = story.split(' ')[0] + (story.includes('trouble') ? 't' : '')

  async function enumerate(name: string, mishaps: (clean: Played) => readonly Mishap[]): Promise<void> {
    const clean = await play(`${prefix}-${name}-clean`, story)
    expect([clean.calls, clean.lives]).toEqual([2, 1])
    for (const mishap of mishaps(clean))
      await play(`${prefix}-${name}-${mishap.at}`, story, mishap).catch((error: unknown) => {
        throw new Error(`with ${JSON.stringify(mishap)}`, { cause: error })
      })
  }

  test.each(REQUEST_FAULTS)(
    'leak nothing, lose nothing and are made once after a $type at any request',
    async (request) => {
      await enumerate(`r-${request.type}`, ({ requests }) => {
        expect(requests).toBeGreaterThanOrEqual(10)
        return Array.from({ length: requests }, (_, index) => ({ at: index + 1, request }))
      })
    },
    240_000,
  )

  test.each(CALL_FAULTS)(
    'leak nothing, lose nothing and are made once when a directory ends with %s',
    async (call) => {
      await enumerate(`c-${call}`, ({ calls }) => Array.from({ length: calls }, (_, index) => ({ at: index + 1, call })))
    },
    240_000,
  )
})

test('replays the same, every run of all that', async () => {
  await settled(clock, plane.log.flush())
  const { same, skipped } = await expectSameRuns(plane.log, hostPathControllers(new FakeDirectories()))
  expect(same).toBeGreaterThan(500)
  expect(skipped).toBe(0)
}, 120_000)
