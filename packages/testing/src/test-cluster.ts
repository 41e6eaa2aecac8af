import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { ControlPlane, type ControlPlaneOptions } from '@kubetape/control-plane'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createJournal, type Journal } from '@kubetape/journal'
import { type Controller, Manager, type RunLog } from '@kubetape/runtime'
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
  /** What the controllers under test ask for their gates. Default: those of the cluster. */
  readonly gates?: Gates
  /** Makes a logger for the controllers under test. Default: silent. */
  readonly log?: (fields: Record<string, unknown>) => RunLog
  /** More for `ControlPlane.start`. */
  readonly controlPlane?: Pick<ControlPlaneOptions, 'runtimeConfig' | 'admission' | 'authorization' | 'random'>
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
  #client: FaultyClient | undefined
  #manager: Manager | undefined
  #isStopped = false

  private constructor(clock: VirtualClock, plane: ControlPlane, options: TestClusterOptions) {
    this.clock = clock
    this.plane = plane
    this.#options = options
    this.#journal = createJournal(plane.log)
    this.faults = new Faults({ crash: () => this.crash(), resourceVersion: () => String(plane.log.head()) })
  }

  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const clock = new VirtualClock()
    const { nodes, featureGates, builtin } = options
    const plane = await within(
      clock,
      ControlPlane.start({
        ...options.controlPlane,
        clock,
        ...(nodes === undefined ? {} : { nodes }),
        ...(featureGates === undefined ? {} : { featureGates }),
        ...(builtin === undefined ? {} : { controllers: builtin }),
      }),
    )
    const cluster = new TestCluster(clock, plane, options)
    if (options.crds !== undefined) await cluster.within(installCrds(cluster.client(), options.crds))
    await cluster.within(cluster.#startManager())
    return cluster
  }

  get log(): EventLog {
    return this.plane.log
  }

  /** A client of an administrator: wrap what it answers in `within`, so that the time that it takes passes. */
  client(): Client {
    return this.plane.client('test')
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
    let seen = this.log.head()
    let quietSince = begin
    const step = Math.max(1, Math.min(100, quietMs / 4))
    for (;;) {
      await this.clock.advance(step)
      const isBusy = this.#writesSince(seen).length > 0 || !(this.#manager?.idle ?? true) || !this.plane.manager.idle
      const now = this.clock.monotonicMs()
      if (isBusy) quietSince = now
      seen = this.log.head()
      if (now - quietSince >= quietMs) return
      if (now - begin >= maxMs) throw new Error(`Cannot settle: after ${maxMs} ms of virtual time ${this.#lastWrites()}`)
    }
  }

  /** Ends the controllers under test as a killed process ends, and starts them anew. What they kept in memory is gone. */
  crash(): void {
    if (this.#isStopped) return
    this.#client?.die()
    void this.#manager?.stop()
    void this.#startManager()
  }

  /** Fails with the first run of the controllers under test that today's code would not do again. */
  async expectReplaysSame(): Promise<void> {
    await this.within(this.log.flush())
    await expectSameRuns(this.log, this.#options.controllers ?? [])
  }

  /** Ends everything; a second call does nothing. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    if (this.#manager !== undefined) await this.within(this.#manager.stop())
    this.#journal.close()
    await this.within(this.plane.stop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #startManager(): Promise<void> {
    const { controllers = [], gates, log } = this.#options
    if (controllers.length === 0) return
    this.#client = new FaultyClient(this.plane.client('under-test'), this.faults)
    this.#manager = new Manager({
      client: this.#client,
      gates: gates ?? this.plane.gates,
      clock: this.clock,
      journal: this.#journal,
      mutationDetector: true,
      ...(log === undefined ? {} : { log }),
    }).add(...controllers)
    await this.#manager.start()
  }

  #writesSince(revision: number): string[] {
    const entries = this.log.entries({ from: revision + 1, limit: this.log.head() - revision })
    return entries.map(({ key }) => key).filter((key) => !HEARTBEATS.test(key))
  }

  #lastWrites(): string {
    const keys = [...new Set(this.#writesSince(Math.max(0, this.log.head() - 20)))]
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
