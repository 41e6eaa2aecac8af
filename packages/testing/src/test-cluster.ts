import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { ControlPlane, type ControlPlaneOptions } from '@kubetape/control-plane'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { createJournal, type Journal } from '@kubetape/journal'
import { RECORDING_META, TapeRecorder } from '@kubetape/replay'
import { clientOfClusters, type Controller, Manager, type RunLog } from '@kubetape/runtime'
import { type CrdSource, installCrds } from './crds.ts'
import { Faults } from './faults.ts'
import { FaultyClient } from './faulty-client.ts'
import { expectSameRuns } from './same-decisions.ts'

export interface TestClusterOptions {
  /** The controllers under test. They run in a Manager of their own, which can crash and see less than there is. */
  readonly controllers?: readonly Controller[]
  /** Definitions to install first: objects, or YAML files and folders of them. */
  readonly crds?: readonly CrdSource[]
  /** Simulated nodes. Default 0: no Pod ever runs. */
  readonly nodes?: number
  /** Built-in controllers to run, as `kubetape up --controllers`. Default `['*']`: garbage collection, namespaces, Jobs … work. */
  readonly builtin?: readonly string[]
  /** As `--feature-gates`. */
  readonly featureGates?: string
  /**
   * Other clusters, by name, for kinds that are `inCluster(name, kind)`: each a control plane of its own on the same clock. The runs of the
   * controllers are then on a recording of all of them (`tape`), since no log of one has what is in another.
   */
  readonly clusters?: readonly string[]
  /** What the controllers under test ask for their gates. Default: those of the cluster. */
  readonly gates?: Gates
  /** Makes a logger for the controllers under test. Default: silent. */
  readonly log?: (fields: Record<string, unknown>) => RunLog
  /** More for `ControlPlane.start`. */
  readonly controlPlane?: Pick<ControlPlaneOptions, 'runtimeConfig' | 'admission' | 'authorization' | 'random' | 'drivers'>
}

export interface SettleOptions {
  /** Nothing was written and nothing ran for this long: settled. Default 2 s. */
  readonly quietMs?: number
  /** A cluster that is still busy after this long will not settle. Default 10 min. */
  readonly maxMs?: number
}

/** As long as a group commit may wait for company: what a request takes at most on a clock that stands still otherwise. */
const REQUEST_MS = 5
/** After so many turns of the real event loop without an answer, time is let pass for whatever is waited for. */
const TURNS_MAX = 50
const QUIET_MS = 2000
/** What nodes and leaders write for ever. */
const HEARTBEATS = /^(coordination\.k8s\.io\/leases|\/nodes)\//
const SETTLE_MAX_MS = 600_000

/**
 * A whole cluster in memory on virtual time, with controllers under test: an hour passes in milliseconds, and only when a test says so. What a
 * caller may rely on:
 *
 * - Methods let pass exactly the time that they need; nothing happens between calls.
 * - `settle` ends when nobody has anything left to do, and fails naming who writes for ever.
 * - Every run is on `log`: `expectReplaysSame` holds it against the code.
 */
export class TestCluster implements AsyncDisposable {
  readonly clock: VirtualClock
  readonly plane: ControlPlane
  readonly faults: Faults
  readonly #options: TestClusterOptions
  readonly #journal: Journal
  readonly #others: ReadonlyMap<string, ControlPlane>
  readonly #recorded: EventLog | undefined
  /** Of the life of the controllers that runs. */
  #clients: readonly FaultyClient[] = []
  #manager: Manager | undefined
  #isStopped = false

  private constructor(clock: VirtualClock, plane: ControlPlane, others: ReadonlyMap<string, ControlPlane>, options: TestClusterOptions) {
    this.clock = clock
    this.plane = plane
    this.#others = others
    this.#options = options
    this.#recorded = others.size === 0 ? undefined : createMemoryLog({ clock, meta: { [RECORDING_META]: 'none' } })
    this.#journal = createJournal(plane.log)
    this.faults = new Faults({ crash: () => this.crash(), resourceVersion: (kind) => String(this.cluster(kind.cluster).log.head()) })
  }

  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const clock = new VirtualClock()
    const { clusters = [], nodes, featureGates, builtin } = options
    const newPlane = (): Promise<ControlPlane> =>
      within(
        clock,
        ControlPlane.start({
          ...options.controlPlane,
          clock,
          ...(nodes === undefined ? {} : { nodes }),
          ...(featureGates === undefined ? {} : { featureGates }),
          ...(builtin === undefined ? {} : { controllers: builtin }),
        }),
      )
    const plane = await newPlane()
    const others = new Map<string, ControlPlane>()
    for (const name of clusters) others.set(name, await newPlane())
    const cluster = new TestCluster(clock, plane, others, options)
    if (options.crds !== undefined) await cluster.within(installCrds(cluster.client(), options.crds))
    await cluster.within(cluster.#startManager())
    return cluster
  }

  get log(): EventLog {
    return this.plane.log
  }

  /** Where the runs of the controllers under test are: the cluster's own log or, with several clusters, a recording of all of them. */
  get tape(): EventLog {
    return this.#recorded ?? this.log
  }

  /** A client of an administrator: wrap what it answers in `within`, so that the time that it takes passes. It reaches the other clusters too. */
  client(): Client {
    return clientOfClusters(
      this.plane.client('test'),
      Object.fromEntries([...this.#others].map(([name, plane]) => [name, plane.client('test')])),
    )
  }

  /** The cluster of this name; without one, the one that the controllers are of. */
  cluster(name?: string): ControlPlane {
    const plane = name === undefined ? this.plane : this.#others.get(name)
    if (plane === undefined)
      throw new Error(`Cannot find cluster "${name}": the test has ${[...this.#others.keys()].join(', ') || 'no other'}`)
    return plane
  }

  /** Lets the time pass that this takes, and answers what comes of it. */
  within<T>(work: Promise<T>): Promise<T> {
    return within(this.clock, work)
  }

  /** Creates what a user would have created. */
  create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.within(this.client().create(kind, object))
  }

  /** Lets virtual time pass. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms)
  }

  /** Lets time pass until nobody has anything left to do but heartbeats; delayed work that is further away than `quietMs` is left alone. */
  async settle({ quietMs = QUIET_MS, maxMs = SETTLE_MAX_MS }: SettleOptions = {}): Promise<void> {
    const begin = this.clock.monotonicMs()
    let seen = this.#heads()
    let quietSince = begin
    const step = Math.max(1, Math.min(100, quietMs / 4))
    for (;;) {
      await this.clock.advance(step)
      const isBusy =
        this.#writesSince(seen).length > 0 || !(this.#manager?.idle ?? true) || this.#planes.some(({ manager }) => !manager.idle)
      const now = this.clock.monotonicMs()
      if (isBusy) quietSince = now
      seen = this.#heads()
      if (now - quietSince >= quietMs) return
      if (now - begin >= maxMs) throw new Error(`Cannot settle: after ${maxMs} ms of virtual time ${this.#lastWrites()}`)
    }
  }

  /** Ends the controllers under test as a killed process ends, and starts them anew. What they kept in memory is gone. */
  crash(): void {
    if (this.#isStopped) return
    for (const client of this.#clients) client.die()
    void this.#manager?.stop()
    void this.#startManager()
  }

  /** Fails with the first run of the controllers under test that today's code would not do again. */
  async expectReplaysSame(): Promise<void> {
    await this.within(this.tape.flush())
    await expectSameRuns(this.tape, this.#options.controllers ?? [])
  }

  /** Ends everything; a second call does nothing. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    if (this.#manager !== undefined) await this.within(this.#manager.stop())
    this.#journal.close()
    for (const plane of this.#planes) await this.within(plane.stop())
    await this.#recorded?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #startManager(): Promise<void> {
    const { controllers = [], gates, log } = this.#options
    if (controllers.length === 0) return
    const faulty = (plane: ControlPlane): FaultyClient => new FaultyClient(plane.client('under-test'), this.faults)
    const client = faulty(this.plane)
    const clusters = Object.fromEntries([...this.#others].map(([name, plane]) => [name, faulty(plane)]))
    this.#clients = [client, ...Object.values(clusters)]
    this.#manager = new Manager({
      client,
      clusters,
      gates: gates ?? this.plane.gates,
      clock: this.clock,
      journal: this.#journal,
      // A restart begins a session of its own, as the recorder of another process does.
      ...(this.#recorded === undefined ? {} : { recording: new TapeRecorder(this.#recorded, { clock: this.clock }) }),
      mutationDetector: true,
      ...(log === undefined ? {} : { log }),
    }).add(...controllers)
    await this.#manager.start()
  }

  get #planes(): readonly ControlPlane[] {
    return [this.plane, ...this.#others.values()]
  }

  #heads(): number[] {
    return this.#planes.map(({ log }) => log.head())
  }

  #writesSince(revisions: readonly number[]): string[] {
    const entries = this.#planes.flatMap(({ log }, at) => log.entries({ from: revisions[at]! + 1, limit: log.head() - revisions[at]! }))
    return entries.map(({ key }) => key).filter((key) => !HEARTBEATS.test(key))
  }

  #lastWrites(): string {
    const keys = [...new Set(this.#writesSince(this.#heads().map((head) => Math.max(0, head - 20))))]
    return keys.length === 0 ? 'controllers still run, and write nothing' : `these are still written: ${keys.join(', ')}`
  }
}

/** Fires timers that are due soon, and lets the real event loop turn for what no clock drives (keys are made by the machine). */
async function within<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isSettled = false
  const note = (): void => {
    isSettled = true
  }
  work.then(note, note)
  const real = systemClock()
  for (let turns = 0; ; turns++) {
    await clock.runUntilIdle(REQUEST_MS)
    if (isSettled) return work
    await new Promise<void>((resolve) => real.defer(resolve))
    if (turns < TURNS_MAX) continue
    turns = 0
    await clock.advance(100)
  }
}
