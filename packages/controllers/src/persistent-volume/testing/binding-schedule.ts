import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isAlreadyExists, isNotFound } from '@kubetape/apimachinery'
import { type Random, seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { type Controller, Manager } from '@kubetape/runtime'
import { SmallCluster } from '../../garbage-collector/testing/small-cluster.ts'
import { BIND_COMPLETED } from '../storage-annotations.ts'
import { LaggingClient } from './lagging-client.ts'

const NAMESPACE = 'n'
const SIZES = ['1Gi', '2Gi', '4Gi'] as const
const MODES = [['ReadWriteOnce'], ['ReadWriteOnce', 'ReadWriteMany']] as const
const CLAIMS = 5
const VOLUMES = 5
/** Users, deletions and crashes come within this time. */
const BUSY_MS = 20_000
/** By then every event has come and every claim has been looked at once more. */
const END_MS = 75_000

/** What came of a schedule. */
export interface BindingVerdict {
  /** What should never be so and was, with the time in ms; undefined for nothing. */
  readonly broken: string | undefined
  readonly bound: number
  readonly crashes: number
}

/** Users, a binder that dies now and then, and an API server whose answers and events come when the seed says. */
export class BindingSchedule {
  readonly #random: Random
  readonly #clock = new VirtualClock()
  readonly #cluster = new SmallCluster()
  readonly #controllers: () => readonly Controller[]
  #client: LaggingClient | undefined
  #broken: string | undefined
  #crashes = 0

  constructor(seed: number, controllers: () => readonly Controller[]) {
    this.#random = seededRandom(seed)
    this.#controllers = controllers
  }

  async run(): Promise<BindingVerdict> {
    for (let at = 0; at < VOLUMES; at++) this.#later(() => this.#makeVolume(at))
    for (let at = 0; at < CLAIMS; at++) {
      this.#later(() => this.#makeClaim(at))
      if (this.#below(4) > 0) continue
      this.#later(() => this.#cluster.delete(ClaimKind, { namespace: NAMESPACE, name: `claim-${at}` }))
      this.#later(() => this.#makeClaim(at))
    }
    let manager = this.#live()
    for (let left = this.#below(3); left > 0; left--)
      this.#later(async () => {
        this.#client!.die()
        void manager.stop()
        this.#crashes++
        manager = this.#live()
      })
    await this.#clock.advance(END_MS)
    await this.#mustHaveBound()
    this.#client!.die()
    void manager.stop()
    const claims = await this.#claims()
    return { broken: this.#broken, bound: claims.filter(({ status }) => status?.phase === 'Bound').length, crashes: this.#crashes }
  }

  #live(): Manager {
    this.#client = new LaggingClient(this.#cluster, this.#clock, this.#random, () => this.#check())
    const options = { client: this.#client, gates: { enabled: () => false }, clock: this.#clock, random: this.#random }
    const manager = new Manager({ ...options, uids: uidSource(this.#random) }).add(...this.#controllers())
    // Its process may die before it has listed anything.
    manager.start().catch(() => undefined)
    return manager
  }

  /** What a user does, whoever was faster. */
  #later(work: () => Promise<unknown>): void {
    const act = (): void =>
      void work().catch((error: unknown) => {
        if (!isNotFound(error) && !isAlreadyExists(error)) throw error
      })
    this.#clock.setTimer(act, this.#below(BUSY_MS))
  }

  #makeVolume(at: number): Promise<PersistentVolume> {
    const reserved = this.#below(5) === 0 ? { claimRef: { namespace: NAMESPACE, name: `claim-${this.#below(CLAIMS)}` } } : {}
    return this.#cluster.create<PersistentVolume>(VolumeKind, {
      metadata: { name: `volume-${at}` },
      spec: {
        capacity: { storage: this.#oneOf(SIZES) },
        accessModes: [...this.#oneOf(MODES)],
        persistentVolumeReclaimPolicy: 'Retain',
        ...reserved,
      },
    })
  }

  async #makeClaim(at: number): Promise<void> {
    const named = this.#below(5) === 0 ? { volumeName: `volume-${this.#below(VOLUMES)}` } : {}
    const claim = await this.#cluster.create<PersistentVolumeClaim>(ClaimKind, {
      metadata: { namespace: NAMESPACE, name: `claim-${at}` },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: this.#oneOf(SIZES) } }, ...named },
      status: { phase: 'Pending' },
    })
    if (this.#below(4) === 0) await this.#provision(claim)
  }

  /** A volume made for a claim before the binder may have heard of the claim. */
  async #provision({ metadata, spec }: PersistentVolumeClaim): Promise<void> {
    const { namespace, name, uid } = metadata
    await this.#cluster.create<PersistentVolume>(VolumeKind, {
      metadata: { name: `made-${uid}` },
      spec: {
        capacity: spec.resources!.requests!,
        accessModes: ['ReadWriteOnce'],
        claimRef: { namespace: namespace!, name: name!, uid: uid! },
      },
    })
  }

  /** What must be so after each write. */
  async #check(): Promise<void> {
    const volumes = await this.#volumes()
    const holders = new Map<string, string>()
    const claims = await this.#claims()
    for (const { metadata, spec } of claims) {
      if (metadata.annotations?.[BIND_COMPLETED] === undefined) continue
      const name = spec?.volumeName ?? ''
      if (holders.has(name)) this.#breaks(`${holders.get(name)} and ${metadata.name} are both bound to ${name}`)
      holders.set(name, metadata.name ?? '')
      if (volumes.find((volume) => volume.metadata.name === name)?.spec?.claimRef?.uid !== metadata.uid)
        this.#breaks(`${metadata.name} is bound to ${name}, which is not its`)
    }
    for (const { metadata, spec, status } of volumes) {
      const claim = claims.find((one) => one.metadata.uid === spec?.claimRef?.uid)
      const isNeeded = claim !== undefined && (claim.spec?.volumeName ?? metadata.name) === metadata.name
      if (isNeeded && status?.phase === 'Released') this.#breaks(`${metadata.name} is Released, although ${claim.metadata.name} is there`)
    }
  }

  /** In the end no claim waits beside a volume that would do. */
  async #mustHaveBound(): Promise<void> {
    const free = (await this.#volumes()).filter(({ spec, status }) => spec?.claimRef === undefined && status?.phase === 'Available')
    for (const { metadata, spec, status } of await this.#claims()) {
      if (status?.phase === 'Bound' || spec?.volumeName) continue
      const size = Number.parseInt(spec?.resources?.requests?.['storage'] ?? '', 10)
      const fit = free.find((volume) => Number.parseInt(volume.spec?.capacity?.['storage'] ?? '', 10) >= size)
      if (fit !== undefined) this.#breaks(`${metadata.name} waits, although ${fit.metadata.name} is free`)
    }
  }

  #breaks(what: string): void {
    this.#broken ??= `${what} (${this.#clock.monotonicMs()} ms)`
  }

  async #claims(): Promise<PersistentVolumeClaim[]> {
    return (await this.#cluster.list<PersistentVolumeClaim>(ClaimKind)).items
  }

  async #volumes(): Promise<PersistentVolume[]> {
    return (await this.#cluster.list<PersistentVolume>(VolumeKind)).items
  }

  #below(limit: number): number {
    return this.#random.nextUint32() % limit
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#below(values.length)]!
  }
}
