import { CLOSE, COLON, COMMA, CUT, isText, OPEN, QUOTE, unexpected } from './json-bytes.ts'
import { closingQuote } from './json-check.ts'
import { behindSpace } from './json-extent.ts'

/** What `next()` found: the value of one more member, the end of the object, or that the bytes end before either. */
export type Found = 'value' | 'end' | 'cut'

/** Walks over the members of a JSON object in bytes, without parsing their values. */
export class MemberCursor {
  readonly #bytes: Buffer
  readonly #end: number
  /** Where the value begins, once `next()` found one; its reader moves it behind the value. Behind the object, once that ended. */
  at: number
  /** The name of the member as it is written, escapes and all. */
  name = ''
  #first: boolean

  /** `at`: where the object begins, or goes on behind the value of a member when it is `begun`. */
  constructor(bytes: Buffer, at: number, end: number, begun = false) {
    this.#bytes = bytes
    this.#end = end
    this.#first = !begun
    this.at = behindSpace(bytes, at, end)
    if (!begun && this.at < end && bytes[this.at] !== OPEN) throw unexpected(bytes, this.at)
  }

  /** Moves to the next member. `expected`: its name, if it is what the caller guesses. Throws a SyntaxError when there is neither a member nor an end. */
  next(expected = ''): Found {
    const [bytes, end] = [this.#bytes, this.#end]
    let at = behindSpace(bytes, this.#first ? this.at + 1 : this.at, end)
    if (at >= end) return 'cut'
    if (bytes[at] === CLOSE) {
      this.at = at + 1
      return 'end'
    }
    if (!this.#first) {
      if (bytes[at] !== COMMA) throw unexpected(bytes, at)
      at = behindSpace(bytes, at + 1, end)
      if (at >= end) return 'cut'
    }
    if (bytes[at] !== QUOTE) throw unexpected(bytes, at)
    const quote = closingQuote(bytes, at, end)
    if (quote === CUT) return 'cut'
    const colon = behindSpace(bytes, quote + 1, end)
    if (colon < end && bytes[colon] !== COLON) throw unexpected(bytes, colon)
    const value = behindSpace(bytes, colon + 1, end)
    if (value >= end) return 'cut'
    this.name = isText(bytes, at + 1, quote, expected) ? expected : bytes.toString('utf8', at + 1, quote)
    this.at = value
    this.#first = false
    return 'value'
  }
}
