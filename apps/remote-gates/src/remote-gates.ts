import { addFeaturesToExistingFeatureGates, type FeatureLog, type FeatureSpecs, type Gates } from '@kubetape/client-go-features'
import { type Clock, sleep } from '@kubetape/determinism'

/** How `RemoteGates` are made. */
export interface RemoteGatesOptions {
  /** Answers a GET with JSON: a map of features to true or false. Features that it does not name have their defaults. */
  readonly url: string
  readonly clock: Clock
  readonly log: FeatureLog
  /** Default 30,000. */
  readonly pollMs?: number
  /** How long an answer may take. Default 5,000. */
  readonly timeoutMs?: number
  /** Default: the global one. */
  readonly fetch?: typeof fetch
}

/**
 * Gates that a configuration service keeps. What a caller may rely on:
 *
 * - `start` resolves after the first poll, whatever came of it: features are then read from what is known.
 * - While the source is away, or answers what cannot be used, the last good values hold, before the first ones the defaults. The log says
 *   once that it is away and for how long the values will be old, and once that it is back.
 * - A change is logged. What was decided before, such as how a running informer got its list, stays decided.
 */
export class RemoteGates implements Gates {
  readonly #options: RemoteGatesOptions
  readonly #stop = new AbortController()
  #features: FeatureSpecs = {}
  #values: ReadonlyMap<string, boolean> = new Map()
  #goodMs: number | undefined
  #away = false

  constructor(options: RemoteGatesOptions) {
    this.#options = options
    addFeaturesToExistingFeatureGates({ add: (features) => void (this.#features = { ...this.#features, ...features }) })
  }

  async start(): Promise<void> {
    await this.#poll()
    void this.#keepPolling()
  }

  stop(): void {
    this.#stop.abort(new Error('the gates were stopped'))
  }

  enabled(feature: string): boolean {
    const value = this.#values.get(feature) ?? this.#features[feature]?.default
    if (value === undefined) throw new Error(`Cannot read feature "${feature}": there is no such feature`)
    return value
  }

  async #keepPolling(): Promise<void> {
    const { clock, pollMs = 30_000 } = this.#options
    while (!this.#stop.signal.aborted) {
      await sleep(clock, pollMs, { signal: this.#stop.signal }).catch(() => undefined)
      if (!this.#stop.signal.aborted) await this.#poll()
    }
  }

  async #poll(): Promise<void> {
    const { url, clock, log } = this.#options
    try {
      this.#take(await this.#ask())
      if (this.#away) log.warn({ url }, 'the source of feature gates is back')
      this.#away = false
      this.#goodMs = clock.monotonicMs()
    } catch (error) {
      if (this.#away || this.#stop.signal.aborted) return
      this.#away = true
      const holds =
        this.#goodMs === undefined
          ? 'the defaults hold'
          : `the values of ${Math.round((clock.monotonicMs() - this.#goodMs) / 1000)} s ago hold`
      log.error({ url }, `the source of feature gates is away (${(error as Error).message}); ${holds} until it is back`)
    }
  }

  async #ask(): Promise<unknown> {
    const { url, clock, timeoutMs = 5000, fetch: ask = fetch } = this.#options
    const late = new AbortController()
    const timer = clock.setTimer(() => late.abort(new Error(`no answer for ${timeoutMs} ms`)), timeoutMs)
    try {
      const response = await ask(url, { signal: AbortSignal.any([late.signal, this.#stop.signal]) })
      if (!response.ok) throw new Error(`it answered ${response.status}`)
      return await response.json()
    } finally {
      timer.cancel()
    }
  }

  #take(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) throw new Error('its answer is no map of features')
    const values = new Map<string, boolean>()
    for (const [name, value] of Object.entries(answer)) {
      const spec = Object.hasOwn(this.#features, name) ? this.#features[name] : undefined
      if (typeof value !== 'boolean') throw new Error(`feature "${name}" is neither true nor false`)
      // A service may know features of other programs; a locked one is not its to decide.
      if (spec !== undefined && !spec.lockToDefault) values.set(name, value)
    }
    const changed = Object.keys(this.#features).filter((name) => values.get(name) !== this.#values.get(name))
    if (changed.length > 0) this.#options.log.warn({ features: Object.fromEntries(values) }, `the source changed ${changed.join(', ')}`)
    this.#values = values
  }
}
