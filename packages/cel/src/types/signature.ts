import type { CelType } from '../cel-type.ts'

/** One way in which a function may be called. */
export interface Overload {
  readonly id: string
  /** The receiver comes first among `parameters`. */
  readonly member: boolean
  readonly parameters: readonly CelType[]
  readonly result: CelType
}

/** Reads `string.(string, int): bool` (called on a string) or `(list(A)): int`. Names with a dot are types of libraries. */
export function parseOverload(id: string, text: string): Overload {
  const reader = new Reader(text)
  const receiver = text.startsWith('(') ? undefined : reader.type()
  if (receiver !== undefined) reader.take('.')
  const parameters = reader.types()
  reader.take(':')
  return {
    id,
    member: receiver !== undefined,
    parameters: receiver === undefined ? parameters : [receiver, ...parameters],
    result: reader.type(),
  }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text.replaceAll(' ', '')
  }

  take(char: string): void {
    if (this.#text[this.#at] !== char) throw new Error(`Cannot read signature "${this.#text}": no "${char}" at ${this.#at}`)
    this.#at++
  }

  types(): CelType[] {
    const all: CelType[] = []
    this.take('(')
    while (this.#text[this.#at] !== ')') {
      if (all.length > 0) this.take(',')
      all.push(this.type())
    }
    this.take(')')
    return all
  }

  type(): CelType {
    const name = /^[A-Za-z_0-9]+(?:\.[A-Za-z]+)*/.exec(this.#text.slice(this.#at))![0]
    this.#at += name.length
    if (/^[A-Z]$/.test(name)) return { kind: 'param', name }
    switch (name) {
      case 'list':
        return { kind: 'list', items: this.types()[0]! }
      case 'map': {
        const [keys, values] = this.types()
        return { kind: 'map', keys: keys!, values: values! }
      }
      case 'optional':
        return { kind: 'optional', of: this.types()[0]! }
      case 'type':
        return this.#text[this.#at] === '(' ? { kind: 'type', of: this.types()[0]! } : { kind: 'type' }
      case 'bool':
      case 'int':
      case 'uint':
      case 'double':
      case 'string':
      case 'bytes':
      case 'timestamp':
      case 'duration':
      case 'null':
      case 'dyn':
        return { kind: name }
      default:
        return { kind: 'opaque', name }
    }
  }
}
