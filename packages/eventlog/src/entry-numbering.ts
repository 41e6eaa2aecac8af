import { EventLogError, ExpectationFailed } from './errors.ts'
import type { AppendEntry, Entry } from './event-log.ts'

/**
 * Gives entries their revisions as they are queued: each is checked against the live revision of its key, with everything numbered before it in
 * place. What does not get into the log is taken back, the last one first.
 */
export class EntryNumbering {
  readonly #live: Map<string, number>
  #lastRevision: number
  /** A batch is being encoded, by somebody's code. */
  #busy = false

  /** Takes over `live`, the live revision of every live key, and counts on after `lastRevision`. */
  constructor(live: Map<string, number>, lastRevision: number) {
    this.#live = live
    this.#lastRevision = lastRevision
  }

  /** Throws where an encoder appends: its own revision is not settled yet. */
  assertIdle(): void {
    if (this.#busy) throw new EventLogError('INVALID_ARGUMENT', 'Cannot append: another batch is being encoded')
  }

  /** All of them or none: what throws leaves no number behind. */
  number(wanted: readonly AppendEntry[], timeMs: number): Entry[] {
    const numbered: Entry[] = []
    this.#busy = true
    try {
      for (const one of wanted) numbered.push(this.#one(one, timeMs))
      return numbered
    } catch (error) {
      this.takeBack(numbered)
      throw error
    } finally {
      this.#busy = false
    }
  }

  /** Undoes the numbering of the entries that were numbered last. */
  takeBack(numbered: readonly Entry[]): void {
    for (let i = numbered.length - 1; i >= 0; i--) {
      const { key, prior } = numbered[i]!
      if (prior === 0) this.#live.delete(key)
      else this.#live.set(key, prior)
    }
    this.#lastRevision -= numbered.length
  }

  #one(wanted: AppendEntry, timeMs: number): Entry {
    const { key, operation, expect, cause } = wanted
    assertText('key', key)
    if (cause !== undefined) assertText('cause', cause)
    const prior = this.#live.get(key) ?? 0
    if (expect !== prior) throw new ExpectationFailed(key, expect, prior)
    if ((operation === 'create') !== (prior === 0)) {
      throw new EventLogError('INVALID_ARGUMENT', `Cannot ${operation} "${key}": its live revision is ${prior}`)
    }
    const revision = this.#lastRevision + 1
    const value = wanted.encode(revision)
    this.#lastRevision = revision
    if (operation === 'delete') this.#live.delete(key)
    else this.#live.set(key, revision)
    return { revision, timeMs, key, operation, prior, cause, value }
  }
}

/** Refuses what a log cannot keep as text. */
export function assertText(what: string, text: string): void {
  if (text === '' || !text.isWellFormed()) {
    throw new EventLogError(
      'INVALID_ARGUMENT',
      `Cannot append under the ${what} ${JSON.stringify(text)}: it is ${text === '' ? 'empty' : 'no well-formed Unicode'}`,
    )
  }
}
