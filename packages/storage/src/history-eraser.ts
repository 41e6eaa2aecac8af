import type { Clock, Timer } from '@kubetape/determinism'
import type { Commit, Entry, EventLog } from '@kubetape/eventlog'
import { EVENT_PREFIXES } from './event-expiry.ts'
import { resourcePrefix } from './object-keys.ts'

const LEASE_PREFIX = resourcePrefix({ group: 'coordination.k8s.io', resource: 'leases' })

/** Replaced versions stay readable for this long, so that a list in pages can be finished (upstream compacts every five minutes). */
const GRACE_MS = 300_000
/** How often what is due is erased. */
const EVERY_MS = 60_000
/** Values erased in one transaction. */
const BATCH_MAX = 1000
/** Time for others between two batches. */
const PAUSE_MS = 100
/** Revisions looked through at a time for what a crash left behind. */
const SCAN_REVISIONS = 2000

interface Replaced {
  /** The version that was replaced. */
  readonly revision: number
  /** Erase the versions before it too. */
  readonly chain: boolean
  readonly atMs: number
}

/**
 * Erases the values of replaced Lease versions and of deleted Events. Rows and hashes stay, so the chain of the log stays whole.
 * What a crash kept from being erased is found again in the last minutes of the log, in small steps after the start.
 */
export class HistoryEraser {
  readonly #log: EventLog
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #stopListening: () => void
  #queue: Replaced[] = []
  #first = 0
  #timer: Timer | undefined
  #scanTimer: Timer | undefined

  constructor(options: { log: EventLog; clock: Clock; onError?: (error: unknown) => void }) {
    this.#log = options.log
    this.#clock = options.clock
    this.#onError = options.onError ?? (() => undefined)
    this.#stopListening = this.#log.onCommit((commit) => this.#follow(commit))
    this.#scanBefore(this.#log.head() + 1, undefined)
  }

  /** Erases all that was replaced, due or not. */
  stop(): void {
    this.#stopListening()
    this.#timer?.cancel()
    this.#scanTimer?.cancel()
    try {
      this.#erase(this.#queue.slice(this.#first))
    } catch (error) {
      this.#onError(error)
    }
  }

  #follow({ entries }: Commit): void {
    for (const entry of entries) this.#note(entry, this.#clock.monotonicMs() + GRACE_MS)
  }

  #note({ key, prior, operation }: Entry, atMs: number): void {
    if (prior === 0) return
    const isEvent = operation === 'delete' && EVENT_PREFIXES.some((prefix) => key.startsWith(prefix))
    if (!isEvent && !key.startsWith(LEASE_PREFIX)) return
    this.#queue.push({ revision: prior, chain: isEvent, atMs })
    this.#timer ??= this.#clock.setTimer(() => this.#eraseDue(), EVERY_MS)
  }

  #eraseDue(): void {
    this.#timer = undefined
    const now = this.#clock.monotonicMs()
    let end = this.#first
    while (end < this.#queue.length && end - this.#first < BATCH_MAX && this.#queue[end]!.atMs <= now) end++
    let pauseMs = end - this.#first === BATCH_MAX ? PAUSE_MS : EVERY_MS
    try {
      if (end > this.#first) this.#erase(this.#queue.slice(this.#first, end))
      this.#first = end
    } catch (error) {
      this.#onError(error)
      pauseMs = EVERY_MS
    }
    if (this.#first > this.#queue.length >> 1) {
      this.#queue = this.#queue.slice(this.#first)
      this.#first = 0
    }
    if (this.#queue.length > this.#first) this.#timer = this.#clock.setTimer(() => this.#eraseDue(), pauseMs)
  }

  #erase(replaced: readonly Replaced[]): void {
    const revisions: number[] = []
    for (const { revision, chain } of replaced) {
      revisions.push(revision)
      if (!chain) continue
      for (let prior = this.#log.entry(revision)?.prior ?? 0; prior > 0; prior = this.#log.entry(prior)?.prior ?? 0) revisions.push(prior)
    }
    if (revisions.length > 0) this.#log.erase(revisions)
  }

  /** Looks through the revisions below `end` as far back as `oldestMs`, later. */
  #scanBefore(end: number, oldestMs: number | undefined, delayMs = PAUSE_MS): void {
    if (end <= 1) return
    this.#scanTimer = this.#clock.setTimer(() => {
      try {
        this.#scan(end, oldestMs ?? this.#oldestMs(end - 1))
      } catch (error) {
        this.#onError(error)
        this.#scanBefore(end, oldestMs, EVERY_MS)
      }
    }, delayMs)
  }

  /** Whoever ran before has erased what was replaced long before the log's end; only what is younger can be left. */
  #oldestMs(head: number): number {
    const endedMs = this.#log.entry(head)?.timeMs ?? Infinity
    return Math.min(this.#clock.wallMs(), endedMs) - GRACE_MS - 2 * EVERY_MS
  }

  /** Reads everything first, so that a scan that fails and is done again notes nothing twice. */
  #scan(end: number, oldestMs: number): void {
    const from = Math.max(1, end - SCAN_REVISIONS)
    const left = [...EVENT_PREFIXES, LEASE_PREFIX]
      .flatMap((prefix) => this.#log.entries({ from, to: end - 1, limit: SCAN_REVISIONS, prefix }))
      .filter(({ prior }) => this.#log.entry(prior)?.value !== undefined)
    const [oldest] = this.#log.entries({ from, limit: 1 })
    for (const entry of left) this.#recover(entry)
    if (oldest !== undefined && oldest.timeMs >= oldestMs) this.#scanBefore(from, oldestMs)
  }

  #recover(entry: Entry): void {
    const ageMs = Math.max(0, this.#clock.wallMs() - entry.timeMs)
    this.#note(entry, this.#clock.monotonicMs() + Math.max(0, GRACE_MS - ageMs))
  }
}
