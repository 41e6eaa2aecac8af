import { readFileSync } from 'node:fs'
import type { Clock } from '@kubetape/determinism'

/** Tokens of Pods are renewed well before they expire, so it is enough to look this often (client-go's number). */
const REREAD_MS = 60_000

/** A bearer token in a file that somebody renews: read again every minute; while it cannot be read, the last token is used on. */
export class TokenFile {
  readonly #path: string
  readonly #clock: Clock
  #token: string | undefined
  #readMs = 0

  constructor(path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
  }

  /** The token now. Throws when the file cannot be read, or is empty, for the first time. */
  current(): string {
    const nowMs = this.#clock.monotonicMs()
    if (this.#token !== undefined && nowMs - this.#readMs < REREAD_MS) return this.#token
    try {
      this.#token = this.#read()
    } catch (error) {
      if (this.#token === undefined) throw error
    }
    this.#readMs = nowMs
    return this.#token
  }

  #read(): string {
    const token = readFileSync(this.#path, 'utf8').trim()
    if (token === '') throw new Error(`its token file "${this.#path}" is empty`)
    return token
  }
}
