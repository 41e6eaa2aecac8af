import { parseExactJson } from '@kubetape/apimachinery'

/** Where an object keeps the members that are read when somebody asks for them. */
const MEMBERS = Symbol('members')
/** What `util.inspect`, and so `console.log`, asks an object for. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** A member's JSON text, before anybody asked for it. */
class Unread {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

interface LazyObject {
  readonly [MEMBERS]: unknown[]
}

/**
 * Gives an object members that are parsed when somebody first asks for them, as for decision 6: most of what an informer holds is never looked at.
 * What users of the object see is what they would see if all had been parsed: keys, spreading, JSON, structuredClone, deep equality, inspection,
 * assignment (refused when the object is frozen), deletion. Only property descriptors tell.
 */
export class LazyMembers {
  readonly #object: object
  readonly #members: unknown[] = []

  constructor(object: object) {
    this.#object = object
    Object.defineProperty(object, MEMBERS, { value: this.#members })
    Object.defineProperty(object, INSPECT, INSPECTED)
  }

  /** Adds the next member. `text` is kept: it should be no slice of a long one, and must be known to be JSON: otherwise its SyntaxError is thrown where it is asked for. */
  add(name: string, text: string): void {
    Object.defineProperty(this.#object, name, accessorOf(name, this.#members.push(new Unread(text)) - 1))
  }
}

const INSPECTED: PropertyDescriptor = {
  value(this: object): object {
    return { ...this }
  },
  writable: true,
  configurable: true,
}

/** Objects that share their accessors share their shape, without which each would take kilobytes and be slow. */
const ACCESSORS = new Map<string, PropertyDescriptor>()
/** Names of members of kinds are few; who invents them must not fill the memory. */
const ACCESSORS_MAX = 1024

function accessorOf(name: string, at: number): PropertyDescriptor {
  const key = `${at} ${name}`
  const known = ACCESSORS.get(key)
  if (known !== undefined) return known
  if (ACCESSORS.size >= ACCESSORS_MAX) ACCESSORS.clear()
  const accessor: PropertyDescriptor = {
    get(this: LazyObject): unknown {
      const members = this[MEMBERS]
      const value = members[at]
      return value instanceof Unread ? (members[at] = parseExactJson(value.text)) : value
    },
    set(this: LazyObject, value: unknown): void {
      if (!Object.hasOwn(this, MEMBERS)) Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      else if (Object.isFrozen(this)) throw new TypeError(`Cannot assign to read only property '${name}' of object '#<Object>'`)
      else this[MEMBERS][at] = value
    },
    enumerable: true,
    configurable: true,
  }
  ACCESSORS.set(key, accessor)
  return accessor
}
