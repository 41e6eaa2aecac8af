import { isAscii } from 'node:buffer'
import { type JsonObject, parseExactJson, setMember } from '@kubetape/apimachinery'
import { CLOSE_LIST, COMMA, CUT, OPEN, OPEN_LIST, unexpected } from './json-bytes.ts'
import { behindSpace, endOfValue } from './json-extent.ts'
import { MemberCursor } from './member-cursor.ts'
import type { ObjectHead, ObjectReader } from './object-reader.ts'
import type { BodyReader } from './wire-request.ts'

/** So much is read at once: with less the ends of blocks would be looked at twice too often, with more reading would begin late. */
const BLOCK_BYTES = 128 * 1024

/**
 * Reads a list while it still arrives, item by item, so that the server, the network and the reading all go on at the same time and the answer
 * is never in memory as a whole.
 */
export class ListReader implements BodyReader {
  readonly #objects: ObjectReader
  readonly #head: ObjectHead
  readonly #list: JsonObject = {}
  /** What has arrived and is not read yet, at the beginning of a buffer that is used again and again. */
  #bytes = Buffer.allocUnsafe(2 * BLOCK_BYTES)
  #filled = 0
  /** Reading goes on when so much is there. */
  #wanted = BLOCK_BYTES
  /** Where reading goes on: before the list, between its members, between its items, behind it. */
  #state: 'before' | 'members' | 'items' | 'behind' = 'before'
  #items: unknown[] = []

  /** `head`: what the items are. */
  constructor(objects: ObjectReader, head: ObjectHead) {
    this.#objects = objects
    this.#head = head
  }

  push(chunk: Buffer): void {
    const filled = this.#filled + chunk.length
    if (filled > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * filled)
      this.#bytes.copy(larger, 0, 0, this.#filled)
      this.#bytes = larger
    }
    chunk.copy(this.#bytes, this.#filled)
    this.#filled = filled
    if (filled >= this.#wanted) this.#readOn()
  }

  /** The list. Throws a SyntaxError when it is none. */
  end(): unknown {
    this.#readOn()
    if (this.#state !== 'behind' || this.#filled > 0) throw new SyntaxError('Cannot read a list: it is cut')
    return this.#list
  }

  #readOn(): void {
    const ascii = isAscii(this.#bytes.subarray(0, this.#filled))
    let read = 0
    for (let at: number | undefined = 0; at !== undefined; at = this.#state === 'items' ? this.#item(at, ascii) : this.#member(at))
      read = at
    this.#bytes.copy(this.#bytes, 0, read, this.#filled)
    this.#filled -= read
    // An item that is longer than a block is not looked at again with each piece that comes.
    this.#wanted = read === 0 ? 2 * this.#filled : BLOCK_BYTES
  }

  /** Reads the next member of the list, or begins its items; answers where to go on, undefined: when more is there. */
  #member(at: number): number | undefined {
    const [bytes, end] = [this.#bytes, this.#filled]
    if (this.#state === 'behind') {
      const next = behindSpace(bytes, at, end)
      if (next < end) throw unexpected(bytes, next)
      return next === at ? undefined : next
    }
    const cursor = new MemberCursor(bytes, at, end, this.#state === 'members')
    const found = cursor.next()
    if (found === 'cut') return undefined
    if (found === 'end') {
      this.#state = 'behind'
      return cursor.at
    }
    const name = cursor.name.includes('\\') ? (JSON.parse(`"${cursor.name}"`) as string) : cursor.name
    if (name === 'items' && bytes[cursor.at] === OPEN_LIST) {
      this.#list['items'] = this.#items = []
      this.#state = 'items'
      return cursor.at + 1
    }
    const behind = endOfValue(bytes, cursor.at, end)
    if (behind === CUT) return undefined
    setMember(this.#list, name, parseExactJson(bytes.toString('utf8', cursor.at, behind)))
    this.#state = 'members'
    return behind
  }

  /** Reads the next item, or ends them. */
  #item(at: number, ascii: boolean): number | undefined {
    const [bytes, end] = [this.#bytes, this.#filled]
    let from = behindSpace(bytes, at, end)
    if (from >= end) return undefined
    if (bytes[from] === CLOSE_LIST) {
      this.#state = 'members'
      return from + 1
    }
    if (this.#items.length > 0) {
      if (bytes[from] !== COMMA) throw unexpected(bytes, from)
      from = behindSpace(bytes, from + 1, end)
    }
    if (from < end && bytes[from] === OPEN) {
      const object = this.#objects.read(bytes, from, end, this.#head, ascii)
      if (object === undefined) return undefined
      this.#items.push(object)
      return this.#objects.end
    }
    const behind = endOfValue(bytes, from, end)
    if (behind === CUT) return undefined
    this.#items.push(parseExactJson(bytes.toString('utf8', from, behind)))
    return behind
  }
}
