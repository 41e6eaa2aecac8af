import { isAscii } from 'node:buffer'
import { type JsonObject, type KubeObject, parseExactJson } from '@kubetape/apimachinery'
import { COLON, CUT, isText, OPEN, OPEN_LIST, QUOTE } from './json-bytes.ts'
import { behindSpace, endOfValue } from './json-extent.ts'
import { LazyMembers } from './lazy-members.ts'
import { MemberCursor } from './member-cursor.ts'
import type { SharedFields } from './shared-fields.ts'

/** Members of fewer bytes are parsed at once: to keep their text would cost as much. */
const LAZY_BYTES_MIN = 256
/** Objects with more members are parsed as a whole. */
const MEMBERS_MAX = 64
const FIELDS = 'fieldsV1'

/** What an object is when it does not say so itself, as the items of a list of a built-in kind. */
export interface ObjectHead {
  readonly kind: string
  readonly apiVersion: string
}

/** A part of the bytes that is read already. */
interface Spot {
  readonly from: number
  readonly to: number
  readonly value: unknown
}

/**
 * Reads objects of the API from bytes. Metadata and small members are parsed at once, larger ones (`spec`, `status`, `data`) when somebody asks
 * for them; statements of whose the fields are (`fieldsV1`) are shared. No object keeps the bytes that it was read from.
 */
export class ObjectReader {
  readonly #fields: SharedFields
  /** Where the object that was read last ended. */
  end = 0
  /** Names, beginnings and ends of the members of the object that is being read. The names of the one before are the first guess. */
  readonly #names: string[] = []
  readonly #from: number[] = []
  readonly #to: number[] = []
  #spots: Spot[] = []

  constructor(fields: SharedFields) {
    this.#fields = fields
  }

  /**
   * The object that begins at `at`, undefined when it is cut. `ascii`: all of the bytes are known to be. Throws a SyntaxError when it is no object,
   * whether what is wrong is parsed now or later.
   */
  read(bytes: Buffer, at: number, end: number, head: ObjectHead, ascii = isAscii(bytes)): KubeObject | undefined {
    const count = this.#scan(bytes, at, end)
    if (count === undefined) return undefined
    if (!this.#isOrdinary(count)) return withHead(parseExactJson(bytes.toString('utf8', at, this.end)) as JsonObject, head)
    const text = ascii ? 'latin1' : 'utf8'
    const hasHead = this.#has('kind', count) && this.#has('apiVersion', count)
    const object: JsonObject = hasHead ? {} : { kind: head.kind, apiVersion: head.apiVersion }
    let lazy: LazyMembers | undefined
    for (let member = 0; member < count; member++) {
      const [name, from, to] = [this.#names[member]!, this.#from[member]!, this.#to[member]!]
      if (name === 'metadata') object[name] = this.#metadata(bytes, from, to, text)
      else if (to - from >= LAZY_BYTES_MIN && (bytes[from] === OPEN || bytes[from] === OPEN_LIST))
        (lazy ??= new LazyMembers(object)).add(name, bytes.toString(text, from, to))
      else object[name] = known(bytes, from, to, name, head) ?? parseExactJson(bytes.toString(text, from, to))
    }
    return object
  }

  /** How many members the object has, noted with where they are. Undefined: it is cut. */
  #scan(bytes: Buffer, at: number, end: number): number | undefined {
    const cursor = new MemberCursor(bytes, at, end)
    this.#spots = []
    for (let count = 0; ; count++) {
      const found = cursor.next(this.#names[count])
      if (found === 'cut') return undefined
      if (found === 'end') {
        this.end = cursor.at
        return count
      }
      const from = cursor.at
      const to = endOfValue(
        bytes,
        from,
        end,
        cursor.name === 'metadata' ? (start, behind) => this.#skipFields(bytes, start, behind, end) : undefined,
      )
      if (to === CUT) return undefined
      cursor.at = to
      this.#names[count] = cursor.name
      this.#from[count] = from
      this.#to[count] = to
    }
  }

  /** Reads the statement that follows the key from `start` to `behind`, where that is the key of one. */
  #skipFields(bytes: Buffer, start: number, behind: number, end: number): number {
    if (!isText(bytes, start + 1, behind - 1, FIELDS)) return behind
    const colon = behindSpace(bytes, behind, end)
    if (bytes[colon] !== COLON) return behind
    const from = behindSpace(bytes, colon + 1, end)
    if (bytes[from] !== OPEN) return behind
    const statement = this.#fields.take(bytes, from, end)
    if (statement === undefined) return CUT
    const to = from + statement.bytes.length
    this.#spots.push({ from, to, value: statement.value })
    return to
  }

  /** Whether the names are what they seem to be, and each is there once. */
  #isOrdinary(count: number): boolean {
    if (count > MEMBERS_MAX) return false
    for (let member = 0; member < count; member++) {
      const name = this.#names[member]!
      if (name === '__proto__' || name.includes('\\') || this.#names.indexOf(name) !== member) return false
    }
    return true
  }

  #has(name: string, count: number): boolean {
    const at = this.#names.indexOf(name)
    return at >= 0 && at < count
  }

  #metadata(bytes: Buffer, from: number, to: number, encoding: 'latin1' | 'utf8'): unknown {
    const spots = this.#spots
    if (spots.length > 0) {
      let text = ''
      let at = from
      for (let number = 0; number < spots.length; number++) {
        text += bytes.toString(encoding, at, spots[number]!.from) + String(number)
        at = spots[number]!.to
      }
      const metadata = parseExactJson(text + bytes.toString(encoding, at, to))
      if (putBack(metadata as Managed | null, spots)) return metadata
    }
    return parseExactJson(bytes.toString(encoding, from, to))
  }
}

interface Managed {
  readonly managedFields?: { fieldsV1?: unknown }[]
}

/** Puts the values where their numbers stand. False when some of them stood elsewhere. */
function putBack(metadata: Managed | null, spots: readonly Spot[]): boolean {
  let next = 0
  for (const entry of metadata?.managedFields ?? []) {
    if (entry.fieldsV1 === undefined) continue
    if (entry.fieldsV1 !== next) return false
    entry.fieldsV1 = spots[next++]!.value
  }
  return next === spots.length
}

/** The kind and the version are the same in all that are asked for together. */
function known(bytes: Buffer, from: number, to: number, name: string, head: ObjectHead): string | undefined {
  if ((name !== 'kind' && name !== 'apiVersion') || bytes[from] !== QUOTE) return undefined
  return isText(bytes, from + 1, to - 1, head[name]) ? head[name] : undefined
}

/** The object with `kind` and `apiVersion` first where it has not both. */
function withHead(object: JsonObject, head: ObjectHead): KubeObject {
  return Object.hasOwn(object, 'kind') && Object.hasOwn(object, 'apiVersion') ? object : { ...head, ...object }
}
