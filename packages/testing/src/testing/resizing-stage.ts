import {
  Namespace as NamespaceKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as StorageClassKind,
  VolumeAttributesClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { Client, Patch } from '@kubetape/client'
import type { FaultRule } from '@kubetape/client/testing'
import { ControlPlane } from '@kubetape/control-plane'
import { csiModifierController, csiResizerController } from '@kubetape/controllers'
import { CsiDriverRegistry } from '@kubetape/csi'
import { type CsiCallPoint, type CsiFault, FakeCsiDriver, type FakeCsiDriverOptions } from '@kubetape/csi/testing'
import { type Random, seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { Controller } from '@kubetape/runtime'
import { expectSameRuns } from '../same-decisions.ts'
import { ProvisionerProcess, settled } from './provisioner-process.ts'

export const DRIVER = 'fake.csi.example.com'
/** Nothing but what the resizer does itself is of interest: these would bind, protect and wait for others. */
const WITHOUT = ['csi-resizer', 'csi-modifier', 'persistentvolume-expander-controller'].map((name) => `-${name}`)

/** The controllers of external-resizer; without drivers those that a tape of them is held against. */
export const resizers = (drivers: CsiDriverRegistry = new CsiDriverRegistry()): Controller[] => [
  csiResizerController({ drivers }),
  csiModifierController({ drivers }),
]

export interface StageOptions {
  readonly driver?: FakeCsiDriverOptions
  readonly faults?: readonly FaultRule[]
  readonly driverFault?: (point: CsiCallPoint) => CsiFault | undefined
  /** The class that volume and claim begin with. Default silver. */
  readonly attributesClass?: string
}

/** A control plane on virtual time on which resizers, each a process of its own, work on one claim each. */
export class ResizingTheatre {
  readonly clock: VirtualClock
  readonly plane: ControlPlane
  readonly client: Client
  readonly #random: Random = seededRandom(2)

  private constructor(clock: VirtualClock, plane: ControlPlane) {
    this.clock = clock
    this.plane = plane
    this.client = plane.client()
  }

  static async open(featureGates = 'VolumeAttributesClass=true'): Promise<ResizingTheatre> {
    const clock = new VirtualClock({ startMs: 1_723_507_200_000 })
    const options = { clock, random: seededRandom(1), featureGates, runtimeConfig: { 'storage.k8s.io/v1beta1': 'true' } }
    const plane = await settled(clock, ControlPlane.start({ ...options, controllers: ['*', ...WITHOUT] }))
    const theatre = new ResizingTheatre(clock, plane)
    const growing = { metadata: { name: 'growing' }, provisioner: 'somebody.example.com', allowVolumeExpansion: true }
    await theatre.settled(theatre.client.create(StorageClassKind, growing))
    for (const name of ['silver', 'gold', 'platinum']) await theatre.makeClass(name)
    return theatre
  }

  settled<T>(promise: Promise<T>): Promise<T> {
    return settled(this.clock, promise)
  }

  makeClass(name: string, driverName = DRIVER): Promise<unknown> {
    return this.settled(this.client.create(ClassKind, { metadata: { name }, driverName, parameters: { tier: name } }))
  }

  deleteClass(name: string): Promise<unknown> {
    return this.settled(this.client.delete(ClassKind, { name }))
  }

  /** A namespace with a claim that is bound to a volume of a driver of its own, and the resizer of that. */
  async stage(namespace: string, { driver, faults, driverFault, attributesClass = 'silver' }: StageOptions = {}): Promise<ResizingStage> {
    const { client, clock, plane } = this
    const fake = new FakeCsiDriver({ ...driver, name: DRIVER })
    const use = [{ accessMode: 'SINGLE_NODE_WRITER' as const }]
    const { volumeId } = await fake.createVolume({
      name: namespace,
      capacityRange: { requiredBytes: 2 ** 30 },
      volumeCapabilities: use,
      mutableParameters: { tier: attributesClass },
    })
    fake.calls.length = 0
    await this.settled(client.create(NamespaceKind, { metadata: { name: namespace }, spec: {} }))
    const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'growing', volumeAttributesClassName: attributesClass }
    const source = { csi: { driver: DRIVER, volumeHandle: volumeId }, capacity: { storage: '1Gi' }, claimRef: { namespace, name: 'data' } }
    await this.settled(client.create<PersistentVolume>(VolumeKind, { metadata: { name: namespace }, spec: { ...spec, ...source } }))
    const wanted = { ...spec, volumeName: namespace, resources: { requests: { storage: '1Gi' } } }
    await this.settled(client.create<PersistentVolumeClaim>(ClaimKind, { metadata: { namespace, name: 'data' }, spec: wanted }))
    const process = new ProvisionerProcess({
      plane,
      clock,
      random: this.#random,
      fake,
      controllers: resizers,
      ...(faults === undefined ? {} : { faults }),
      ...(driverFault === undefined ? {} : { driverFault }),
    })
    const stage = new ResizingStage(this, namespace, fake, process)
    await stage.until(({ claim }) => claim.status?.phase === 'Bound')
    await process.start()
    return stage
  }

  /** Fails with the first run of any resizer that today's code would not do again; answers how many it would. */
  async expectReplaysSame(): Promise<number> {
    await this.settled(this.plane.log.flush())
    return (await expectSameRuns(this.plane.log, resizers())).same
  }

  close(): Promise<void> {
    return this.settled(this.plane.stop())
  }
}

/** What is to be seen of one claim and its volume. */
export interface Scene {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume
}

const STEP_MS = 500
const STEPS_MAX = 400

export class ResizingStage {
  readonly fake: FakeCsiDriver
  readonly process: ProvisionerProcess
  readonly #theatre: ResizingTheatre
  readonly #name: string

  constructor(theatre: ResizingTheatre, name: string, fake: FakeCsiDriver, process: ProvisionerProcess) {
    this.#theatre = theatre
    this.#name = name
    this.fake = fake
    this.process = process
  }

  async scene(): Promise<Scene> {
    const { client } = this.#theatre
    const claim = await this.#theatre.settled(client.get<PersistentVolumeClaim>(ClaimKind, { namespace: this.#name, name: 'data' }))
    return { claim, volume: await this.#theatre.settled(client.get<PersistentVolume>(VolumeKind, { name: this.#name })) }
  }

  patch(body: object, options: { subresource?: string } = {}): Promise<unknown> {
    const patch: Patch = { type: 'merge', body }
    return this.#theatre.settled(this.#theatre.client.patch(ClaimKind, { namespace: this.#name, name: 'data' }, patch, options))
  }

  patchVolume(body: object): Promise<unknown> {
    return this.#theatre.settled(this.#theatre.client.patch(VolumeKind, { name: this.#name }, { type: 'merge', body }))
  }

  /** What a user does. */
  want(volumeAttributesClassName: string): Promise<unknown> {
    return this.patch({ spec: { volumeAttributesClassName } })
  }

  /** Lets time pass until it is so; a dead resizer comes back. */
  async until(isSo: (scene: Scene) => boolean): Promise<Scene> {
    for (let step = 0; step < STEPS_MAX; step++) {
      if (this.process.isDead && this.process.lives > 0) await this.process.start()
      const scene = await this.scene()
      if (isSo(scene)) return scene
      await this.#theatre.clock.advance(STEP_MS)
    }
    throw new Error(`it does not come to that, but to ${JSON.stringify((await this.scene()).claim.status)}`)
  }

  /** What the driver was asked for and what came of it, as `gold: ok`. */
  get asked(): string[] {
    return this.fake.calls.map(({ request, outcome }) => {
      const { mutableParameters, capacityRange } = request as {
        mutableParameters?: { tier: string }
        capacityRange?: { requiredBytes: number }
      }
      return `${mutableParameters?.tier ?? capacityRange!.requiredBytes / 2 ** 30}: ${outcome}`
    })
  }
}
