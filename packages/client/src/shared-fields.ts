import { deepFreeze, parseExactJson } from '@kubetape/apimachinery'
import { CUT } from './json-bytes.ts'
import { endOfValue } from './json-extent.ts'

/** Statements are looked up by their first bytes; many agree in them and differ later. */
const HEAD = 96
/** How many statements are remembered; when there are more, all are forgotten. */
const STATEMENTS_MAX = 1024
/** Longer ones are too rarely the same to be remembered. */
const STATEMENT_BYTES_MAX = 32_768

/** What an object says of whose its fields are (`fieldsV1`), read. */
export interface Statement {
  readonly bytes: Buffer
  /** Deeply frozen, and the same for all that say the same. */
  readonly value: unknown
}

/**
 * Reads who manages the fields of objects. Those statements (`fieldsV1`) are more than half of a typical object, and the same in all that were
 * made alike, so each is parsed once and shared by all objects that have it.
 */
export class SharedFields {
  readonly #byHead = new Map<string, Statement[]>()
  #size = 0

  /**
   * The statement that begins at `at`; undefined when it is cut. An object's bytes say where it ends, so one that is known and begins here is the
   * one. Throws a SyntaxError when it is no JSON.
   */
  take(bytes: Buffer, at: number, end: number): Statement | undefined {
    const head = bytes.toString('latin1', at, Math.min(at + HEAD, end))
    const alike = this.#byHead.get(head)
    if (alike !== undefined) for (const known of alike) if (beginsWith(bytes, at, end, known.bytes)) return known
    const behind = endOfValue(bytes, at, end)
    if (behind === CUT) return undefined
    // A copy of its own: a slice would keep the whole document.
    const own = Buffer.allocUnsafeSlow(behind - at)
    bytes.copy(own, 0, at, behind)
    const statement = { bytes: own, value: deepFreeze(parseExactJson(own.toString('utf8'))) }
    if (own.length <= STATEMENT_BYTES_MAX) this.#remember(head, statement)
    return statement
  }

  #remember(head: string, statement: Statement): void {
    if (++this.#size > STATEMENTS_MAX) {
      this.#byHead.clear()
      this.#size = 1
    }
    const alike = this.#byHead.get(head)
    if (alike === undefined) this.#byHead.set(head, [statement])
    else alike.unshift(statement)
  }
}

function beginsWith(bytes: Buffer, at: number, end: number, known: Buffer): boolean {
  return known.length <= end - at && bytes.compare(known, 0, known.length, at, at + known.length) === 0
}
