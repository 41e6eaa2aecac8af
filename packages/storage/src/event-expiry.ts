import type { Clock, Timer } from '@kubetape/determinism'
import type { Commit, Entry, EventLog } from '@kubetape/eventlog'
import { parseLogKey, resourcePrefix } from './object-keys.ts'
import type { Storage } from './storage.ts'

/** Where Events are stored, under either of their API groups. */
export const EVENT_PREFIXES = ['', 'events.k8s.io'].map((group) => resourcePrefix({ group, resource: 'events' }))

/** kube-apiserver's default of `--event-ttl`. */
const EVENT_TTL_MS = 3_600_000
/** Deletions that may share a commit. */
const BATCH_MAX = 500
/** Time for others between two batches, and after a failure. */
const PAUSE_MS = 100
const RETRY_MS = 10_000
const LOAD_PAGE = 10_000

interface Due {
  readonly key: string
  readonly revision: number
  readonly atMs: number
}

/** Deletes each Event when nobody wrote it for the time it lives. Costs O(1) a write and O(Events) memory. */
export class EventExpiry {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #cause: () => string | undefined
  readonly #onError: (error: unknown) => void
  readonly #stopListening: () => void
  /** In order of `atMs`; those before `#first` are done. */
  #queue: Due[]
  #first = 0
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(options: {
    storage: Storage
    log: EventLog
    clock: Clock
    eventTtlMs?: number
    cause?: () => string
    onError?: (error: unknown) => void
  }) {
    this.#storage = options.storage
    this.#clock = options.clock
    this.#ttlMs = options.eventTtlMs ?? EVENT_TTL_MS
    this.#cause = options.cause ?? (() => undefined)
    this.#onError = options.onError ?? (() => undefined)
    this.#queue = this.#load(options.log)
    this.#stopListening = options.log.onCommit((commit) => this.#follow(commit))
    this.#schedule(0)
  }

  /** Resolves when the deletions under way are through. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopListening()
    this.#timer?.cancel()
    await this.#running
  }

  /** Events that are there already, by the wall time of their last write; a clock that was set back makes none live longer than the TTL from now. */
  #load(log: EventLog): Due[] {
    const now = this.#clock.monotonicMs()
    const wall = this.#clock.wallMs()
    const due: Due[] = []
    for (const prefix of EVENT_PREFIXES) {
      for (let after = ''; ;) {
        const page: Entry[] = log.range({ prefix, ...(after ? { after } : {}), limit: LOAD_PAGE })
        for (const { key, revision, timeMs } of page)
          due.push({ key, revision, atMs: now + Math.min(this.#ttlMs, timeMs + this.#ttlMs - wall) })
        if (page.length < LOAD_PAGE) break
        after = page.at(-1)!.key
      }
    }
    return due.sort((a, b) => a.atMs - b.atMs)
  }

  #follow(commit: Commit): void {
    const atMs = this.#clock.monotonicMs() + this.#ttlMs
    for (const { key, revision, operation } of commit.entries) {
      if (operation !== 'delete' && EVENT_PREFIXES.some((prefix) => key.startsWith(prefix))) this.#queue.push({ key, revision, atMs })
    }
    this.#schedule(0)
  }

  /** Sets the timer for the first one that is due, not before `pauseMs` from now. */
  #schedule(pauseMs: number): void {
    const first = this.#queue[this.#first]
    if (this.#stopped || first === undefined || this.#timer !== undefined || this.#running !== undefined) return
    const delayMs = Math.max(pauseMs, first.atMs - this.#clock.monotonicMs())
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined
      this.#running = this.#expire().then((pause) => {
        this.#running = undefined
        this.#schedule(pause)
      })
    }, delayMs)
  }

  /** Deletes what is due, at most a batch. Answers how long to wait at least before the next. */
  async #expire(): Promise<number> {
    const begin = this.#first
    try {
      const done = await Promise.all(this.#deleteDue())
      if (!done.includes(false)) {
        this.#dropDone()
        return PAUSE_MS
      }
    } catch (error) {
      this.#onError(error)
    }
    this.#first = begin
    return RETRY_MS
  }

  #deleteDue(): Promise<boolean>[] {
    const deletions: Promise<boolean>[] = []
    const now = this.#clock.monotonicMs()
    while (deletions.length < BATCH_MAX) {
      const due = this.#queue[this.#first]
      if (due === undefined || due.atMs > now) break
      this.#first++
      if (this.#isNewest(due)) deletions.push(this.#delete(due))
    }
    return deletions
  }

  #dropDone(): void {
    if (this.#first <= this.#queue.length >> 1) return
    this.#queue = this.#queue.slice(this.#first)
    this.#first = 0
  }

  #isNewest({ key, revision }: Due): boolean {
    const { namespace, name, ...resource } = parseLogKey(key)
    return this.#storage.get(resource, namespace, name)?.revision === revision
  }

  /** False when it failed, unless that is because somebody wrote the Event in this very moment. */
  async #delete({ key, revision }: Due): Promise<boolean> {
    try {
      const { namespace, name, ...resource } = parseLogKey(key)
      const { object } = this.#storage.get(resource, namespace, name)!
      const cause = this.#cause()
      const deletion = { ...resource, namespace, name, operation: 'delete' as const, expect: revision, object: { ...object }, slim: true }
      await this.#storage.commit([deletion], cause === undefined ? {} : { cause })
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EXPECTATION_FAILED') return true
      this.#onError(error)
      return false
    }
  }
}
