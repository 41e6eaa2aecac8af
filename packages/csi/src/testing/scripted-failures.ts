import type { CsiMethodName } from '../client/timeouts.ts'
import { type CsiCode, CsiError } from '../csi-error.ts'

/** What goes wrong with calls of a method. */
export interface ScriptedFailure {
  readonly code: CsiCode
  /** Default: the code in words. */
  readonly message?: string
  /** Whether the effect is there all the same. Default `before`: it is not. */
  readonly when?: 'before' | 'after'
  /** How many calls fail. Default 1; Infinity until `heal`. */
  readonly times?: number
  /** Which calls are meant. Default: all. */
  readonly matching?: (request: unknown) => boolean
}

/** Failures that a test has ordered for calls to come; of several for one method the first that matches is used up first. */
export class ScriptedFailures {
  readonly #failures = new Map<CsiMethodName, { failure: ScriptedFailure; left: number }[]>()

  add(method: CsiMethodName, failure: ScriptedFailure): void {
    const failures = this.#failures.get(method) ?? []
    failures.push({ failure, left: failure.times ?? 1 })
    this.#failures.set(method, failures)
  }

  /** Takes back what has been ordered, for one method or for all. */
  clear(method?: CsiMethodName): void {
    if (method === undefined) this.#failures.clear()
    else this.#failures.delete(method)
  }

  take(method: CsiMethodName, request: unknown): { readonly when: 'before' | 'after'; readonly error: CsiError } | undefined {
    const found = this.#failures.get(method)?.find(({ failure, left }) => left > 0 && (failure.matching?.(request) ?? true))
    if (found === undefined) return undefined
    found.left--
    const { code, message = code.toLowerCase().replaceAll('_', ' '), when = 'before' } = found.failure
    return { when, error: new CsiError(code, message) }
  }
}
