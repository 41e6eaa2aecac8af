import { deepFreeze, parseExactJson } from '@kubetape/apimachinery'

const FIELDS = '"fieldsV1":'
/** Texts are looked up by their first characters; many agree in them and differ later. */
const HEAD = 96
/** How many texts are remembered; when there are more, all are forgotten. */
const TEXTS_MAX = 1024
/** Longer texts are too rarely the same to be remembered. */
const TEXT_MAX = 32_768

interface Known {
  readonly text: string
  readonly value: unknown
}

interface Managed {
  readonly metadata?: { readonly managedFields?: { fieldsV1?: unknown }[] }
}

/**
 * Reads JSON in which objects say who manages their fields. Those statements (`fieldsV1`) are more than half of a typical object, and the same in
 * all that were made alike, so each is parsed once, frozen, and shared by all objects that have it. The rest is as `parseExactJson` has it.
 */
export class SharedFields {
  readonly #byHead = new Map<string, Known[]>()
  #size = 0

  /** `objectsOf`: the objects of the document that may have managed fields. */
  parse(text: string, objectsOf: (document: unknown) => readonly unknown[]): unknown {
    const found: unknown[] = []
    let rest = ''
    let from = 0
    for (let at = text.indexOf(FIELDS); at >= 0; at = text.indexOf(FIELDS, from)) {
      const start = at + FIELDS.length
      const known = this.#take(text, start)
      // Where it is no member with an object, the ordinary way reads it.
      if (known === undefined || text[at - 1] === '\\') return parseExactJson(text)
      rest += text.slice(from, start) + String(found.length)
      found.push(known.value)
      from = start + known.text.length
    }
    if (found.length === 0) return parseExactJson(text)
    const document = parseExactJson(rest + text.slice(from))
    return putBack(objectsOf(document), found) ? document : parseExactJson(text)
  }

  /** The object that begins at `start`. An object's text says where it ends, so one that is known and begins there is the one. */
  #take(text: string, start: number): Known | undefined {
    const head = text.slice(start, start + HEAD)
    const alike = this.#byHead.get(head)
    const known = alike?.find((one) => text.startsWith(one.text, start))
    if (known !== undefined) return known
    const end = objectEnd(text, start)
    if (end === undefined) return undefined
    const own = text.slice(start, end)
    const taken = { text: own, value: deepFreeze(parseExactJson(own)) }
    if (own.length > TEXT_MAX) return taken
    if (++this.#size > TEXTS_MAX) {
      this.#byHead.clear()
      this.#size = 1
    }
    // The text is a copy: a slice would keep the whole document.
    const kept = { text: Buffer.from(own).toString(), value: taken.value }
    const same = this.#byHead.get(head)
    if (same === undefined) this.#byHead.set(Buffer.from(head).toString(), [kept])
    else same.unshift(kept)
    return taken
  }
}

/** Puts the values where their numbers stand. False when some of them stood elsewhere. */
function putBack(objects: readonly unknown[], found: readonly unknown[]): boolean {
  let next = 0
  for (const object of objects)
    for (const entry of (object as Managed | undefined)?.metadata?.managedFields ?? []) {
      if (entry.fieldsV1 === undefined) continue
      if (entry.fieldsV1 !== next) return false
      entry.fieldsV1 = found[next++]
    }
  return next === found.length
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d]

/** Where the object that begins at `start` ends; undefined when there is none, or it is cut. */
function objectEnd(text: string, start: number): number | undefined {
  if (text.charCodeAt(start) !== OPEN) return undefined
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN) depth++
    else if (code === CLOSE && --depth === 0) return at + 1
    else if (code === QUOTE)
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
        if (text.charCodeAt(at) === BACKSLASH) at++
      }
  }
  return undefined
}
