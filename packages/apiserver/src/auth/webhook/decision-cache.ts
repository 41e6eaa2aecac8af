import type { Clock } from '@kubetape/determinism'
import type { Decision } from '../authorizer.ts'

/** So many decisions are kept; the least recently used ones go first. */
export const DECISIONS_MAX = 8192
/** Questions with longer texts are not worth their memory. */
const KEY_LENGTH_MAX = 10_000

export interface DecisionCacheOptions {
  readonly clock: Clock
  /** How long permissions are kept, in milliseconds; 0: not at all. */
  readonly authorizedTtlMs: number
  /** How long everything else is. */
  readonly unauthorizedTtlMs: number
}

/** Decisions of somebody who is slow to ask. */
export class DecisionCache {
  readonly #options: DecisionCacheOptions
  /** In the order of their use. */
  readonly #known = new Map<string, { readonly decision: Decision; readonly untilMs: number }>()

  constructor(options: DecisionCacheOptions) {
    this.#options = options
  }

  get(key: string): Decision | undefined {
    const entry = this.#known.get(key)
    if (entry === undefined) return undefined
    this.#known.delete(key)
    if (entry.untilMs <= this.#options.clock.monotonicMs()) return undefined
    this.#known.set(key, entry)
    return entry.decision
  }

  set(key: string, decision: Decision): void {
    const { clock, authorizedTtlMs, unauthorizedTtlMs } = this.#options
    const ttlMs = decision.verdict === 'allow' ? authorizedTtlMs : unauthorizedTtlMs
    if (ttlMs <= 0 || key.length > KEY_LENGTH_MAX) return
    this.#known.set(key, { decision, untilMs: clock.monotonicMs() + ttlMs })
    if (this.#known.size > DECISIONS_MAX) this.#known.delete(this.#known.keys().next().value!)
  }
}
