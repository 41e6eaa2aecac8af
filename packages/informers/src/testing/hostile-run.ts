import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import { HttpClient } from '@kubetape/client'
import { type Random, randomInt, seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Informer } from '../informer.ts'
import type { StoreChange } from '../store.ts'
import { type ConnectionFate, MemoryNetwork } from './memory-network.ts'
import { ModelServer, type RequestFate } from './model-server.ts'
import { POD } from './pods.ts'

/**
 * How long after a network has become kind again, or after a change that is later, the change is seen at the latest. The worst that may stand
 * then: a watch that has just gone silent (180 s until it is taken for dead), a wait of a minute (30 s, stretched by up to its own length), a
 * watch that is answered 410, another such wait, a list. What else may stand is shorter: a request without an answer is given up after 75 s, a
 * server that asked to wait asked for 30 s at most. Late events are 20 s late. The rest is for turns between timers.
 */
export const SEEN_WITHIN_MS = 180_000 + 2 * 60_000 + 20_000 + 5000

export interface HostileOptions {
  readonly seed: number
  /** The gate WatchListClient. */
  readonly streams: boolean
  /** Whether the server can stream lists. */
  readonly serverStreams: boolean
  /** Virtual time. */
  readonly hours?: number
  /** For tests of the test: something to break. */
  readonly idleMs?: number
}

/** What came of a run; everything that went wrong stands in `failures`. */
export interface HostileResult {
  readonly failures: readonly string[]
  readonly watches: number
  readonly lists: number
  readonly streamedLists: number
  readonly changes: number
  readonly interruptions: number
  /** The longest that a store was behind the server, in virtual ms. */
  readonly longestBehindMs: number
}

/** An informer on a real HTTP client against a server and a network that are out to confuse it, in turns of hostile and kind times. */
export class HostileRun {
  readonly clock = new VirtualClock()
  readonly #random: Random
  readonly #options: HostileOptions
  readonly #server: ModelServer
  readonly #network: MemoryNetwork
  readonly #informer: Informer
  /** What the changes say there is. */
  readonly #mirror = new Map<string, KubeObject>()
  readonly #failures: string[] = []
  #changes = 0
  #interruptions = 0
  #isHostile = true
  #uids = 0
  #levelMs = 0
  #longestBehindMs = 0

  constructor(options: HostileOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#server = new ModelServer(this.clock)
    this.#server.streams = options.serverStreams
    this.#server.fate = (isWatch) => this.#requestFate(isWatch)
    this.#network = new MemoryNetwork(this.#server.http)
    this.#network.fate = () => this.#connectionFate()
    const agent = this.#network.agent()
    const client = new HttpClient({
      url: 'http://model',
      clock: this.clock,
      credentials: { current: () => ({ agent, headers: {} }), close: () => agent.destroy() },
    })
    this.#informer = new Informer(client, POD, {
      clock: this.clock,
      random: seededRandom(options.seed + 1),
      gates: { enabled: (feature) => options.streams && feature === 'WatchListClient' },
      mutationDetector: true,
      ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
      onInterrupted: () => this.#interruptions++,
    })
    this.#informer.changes.subscribe((change) => this.#note(change))
  }

  async play(): Promise<HostileResult> {
    for (let at = 0; at < 20; at++) this.#changeSomething()
    this.#informer.start()
    const endMs = (this.#options.hours ?? 1) * 3_600_000
    while (this.clock.monotonicMs() < endMs) {
      this.#isHostile = true
      const untilMs = this.clock.monotonicMs() + this.#between(30_000, 400_000)
      while (this.clock.monotonicMs() < untilMs) await this.#hostileMoment()
      this.#isHostile = false
      await this.#expectSeen('what changed in hostile times')
      for (let times = this.#between(0, 5); times > 0; times--) this.#changeSomething()
      if (this.#chance(2)) await this.#expectSeen('what changed in kind times')
    }
    this.#isHostile = false
    await this.#expectSeen('everything')
    this.#expectNoStorm()
    await this.#stop()
    const { watchesAt, lists, streamedLists } = this.#server
    return {
      failures: this.#failures,
      watches: watchesAt.length,
      lists,
      streamedLists,
      changes: this.#changes,
      interruptions: this.#interruptions,
      longestBehindMs: this.#longestBehindMs,
    }
  }

  async #stop(): Promise<void> {
    this.#informer.stop()
    await this.#network.settle()
    this.#network.cut()
    this.#server.stop()
    await this.#network.settle()
    if (this.clock.pendingTimers > 0) this.#failures.push(`${this.clock.pendingTimers} timers are left over`)
    if (this.#network.connections > 0) this.#failures.push(`${this.#network.connections} connections are left over`)
  }

  async #hostileMoment(): Promise<void> {
    switch (this.#between(0, 9)) {
      case 0:
        this.#network.cut()
        break
      case 1:
        this.#network.silence()
        break
      case 2:
        this.#server.compact()
        break
      default:
        for (let times = this.#between(1, 4); times > 0; times--) this.#changeSomething()
    }
    await this.#pass(this.#between(10, 20_000))
  }

  /** Lets time pass, timer by timer, all bytes arriving in between. */
  async #pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms
    for (;;) {
      await this.#network.settle()
      this.#lookHowFarBehind()
      const now = this.clock.monotonicMs()
      const next = this.clock.nextTimerMs ?? Infinity
      await this.clock.advance(Math.max(0, Math.min(next, endMs) - now))
      if (next > endMs) break
    }
    await this.#network.settle()
  }

  #lookHowFarBehind(): void {
    const now = this.clock.monotonicMs()
    if (this.#difference() === undefined) this.#levelMs = now
    else this.#longestBehindMs = Math.max(this.#longestBehindMs, now - this.#levelMs)
  }

  async #expectSeen(what: string): Promise<void> {
    const endMs = this.clock.monotonicMs() + SEEN_WITHIN_MS
    while (this.#difference() !== undefined && this.clock.monotonicMs() < endMs) await this.#pass(1000)
    const difference = this.#difference()
    if (difference !== undefined) this.#fail(`${what} was not seen within ${SEEN_WITHIN_MS} ms: ${difference}`)
  }

  /** How store, changes and server differ. */
  #difference(): string | undefined {
    const { store } = this.#informer
    for (const [name, object] of this.#server.objects) {
      const seen = store.get(`a/${name}`)
      if (seen?.metadata?.resourceVersion !== object.metadata?.resourceVersion)
        return `${name} is ${seen?.metadata?.resourceVersion ?? 'missing'}, not ${object.metadata?.resourceVersion}`
    }
    return store.size === this.#server.objects.size
      ? undefined
      : `the store has ${store.size} objects, the server ${this.#server.objects.size}`
  }

  /** Each change must lead from what the changes before it said. */
  #note({ type, object, previous }: StoreChange<KubeObject>): void {
    this.#changes++
    const key = objectKey(object)
    const before = this.#mirror.get(key)
    const versionOf = (one: KubeObject | undefined): number => Number(one?.metadata?.resourceVersion ?? 0)
    if (previous !== before && type !== 'deleted') this.#fail(`${type} ${key} follows another object than was shown before`)
    if ((type === 'added') !== (before === undefined)) this.#fail(`${type} ${key}, which was ${before === undefined ? 'not ' : ''}there`)
    if (type === 'updated' && before?.metadata?.uid !== object.metadata?.uid) this.#fail(`updated ${key} is another object`)
    if (versionOf(object) < versionOf(before)) this.#fail(`${type} ${key} goes back from ${versionOf(before)} to ${versionOf(object)}`)
    if (!this.#server.had(object)) this.#fail(`${type} ${key} at ${versionOf(object)} was never so`)
    if (type === 'deleted') this.#mirror.delete(key)
    else this.#mirror.set(key, object)
    const shown = this.#informer.store.get(key)
    // A listing takes effect as a whole, so the store may be ahead of the change that is told of.
    if (type === 'updated' && versionOf(shown) !== 0 && versionOf(shown) < versionOf(object))
      this.#fail(`the store is behind ${type} ${key}`)
  }

  #expectNoStorm(): void {
    const { watchesAt } = this.#server
    watchesAt.forEach((atMs, index) => {
      const beforeMs = watchesAt[index - 1] ?? Number.NEGATIVE_INFINITY
      if (atMs - beforeMs < 1000) this.#fail(`two watches within ${atMs - beforeMs} ms, at ${atMs}`)
    })
    for (const [key, object] of this.#mirror)
      if (this.#informer.store.get(key) !== object) this.#fail(`the changes say that ${key} is another object than the store`)
    if (this.#mirror.size !== this.#informer.store.size) this.#fail('the changes say that there are other objects than the store')
  }

  #changeSomething(): void {
    const name = `pod-${this.#between(0, 30)}`
    if (this.#server.objects.has(name) && this.#chance(3)) {
      this.#server.remove(name)
      // Another object with the name of the first.
      if (this.#chance(3)) this.#server.put(name, `uid-${++this.#uids}`, 'again')
    } else this.#server.put(name, `uid-${++this.#uids}`, String(this.#between(0, 1000)))
  }

  #requestFate(isWatch: boolean): RequestFate {
    if (!this.#isHostile) return {}
    const refusal = ([410, 429, 500, 503] as const)[this.#between(0, 12)]
    if (refusal !== undefined && (isWatch || refusal !== 410)) return { refuse: refusal, retryAfterSeconds: this.#between(0, 30) }
    if (!isWatch) return {}
    const how = (['410', 'torn', 'quietly'] as const)[this.#between(0, 6)]
    return {
      withholdsBookmarks: this.#chance(2),
      lateMs: this.#chance(3) ? this.#between(1, 20_000) : 0,
      repeats: this.#chance(4),
      ...(how === undefined ? {} : { ends: { afterMs: this.#chance(3) ? 0 : this.#between(0, 120_000), how } }),
    }
  }

  #connectionFate(): ConnectionFate {
    if (!this.#isHostile) return {}
    switch (this.#between(0, 9)) {
      case 0:
        return { isRefused: true }
      case 1:
        return { cutAfterBytes: this.#between(0, 3000) }
      case 2:
        return { silentAfterBytes: this.#between(0, 3000) }
      default:
        return {}
    }
  }

  #fail(what: string): void {
    this.#failures.push(`seed ${this.#options.seed}, ${this.clock.monotonicMs()} ms: ${what}`)
  }

  #between(from: number, to: number): number {
    return from + randomInt(this.#random, to - from + 1)
  }

  /** One time in so many. */
  #chance(times: number): boolean {
    return randomInt(this.#random, times) === 0
  }
}
