/** One step of a path: what it makes of each value that the steps before found. */
type Step = (value: unknown) => unknown[]

/** A path that cannot be read. Terminal: the definition must change. */
export class JsonPathError extends Error {
  readonly code = 'JSON_PATH' as const

  constructor(text: string, why: string) {
    super(`Cannot read JSON path ${JSON.stringify(text)}: ${why}`)
    this.name = 'JsonPathError'
  }
}

/** Finds values in JSON. Paths that lead nowhere find nothing. */
export type JsonPath = (value: unknown) => unknown[]

/**
 * Compiles a JSONPath as kubectl and printer columns know it (Kubernetes documentation, "JSONPath Support"): fields (`.a`, `['a.b']`), `*`, indices and
 * slices (`[0]`, `[-1]`, `[1:3:2]`), unions (`[0,2]`), filters (`[?(@.type=="Ready")]`) and recursive descent (`..a`). Throws a JsonPathError.
 */
export function compileJsonPath(text: string): JsonPath {
  const steps: Step[] = []
  const reader = new PathReader(text)
  while (!reader.done) steps.push(reader.step())
  return (value) => steps.reduce<unknown[]>((values, step) => values.flatMap(step), [value])
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values within a value, one level down, in the order of keys. */
function members(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return isObject(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : []
}

function field(name: string): Step {
  if (name === '*') return members
  return (value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [])
}

function descend(value: unknown): unknown[] {
  return [value, ...members(value).flatMap(descend)]
}

function slice([from, to, by]: readonly (number | undefined)[]): Step {
  return (value) => {
    if (!Array.isArray(value)) return []
    const at = (position: number): number => (position < 0 ? position + value.length : position)
    const found: unknown[] = []
    for (let index = Math.max(0, at(from ?? 0)); index < Math.min(value.length, at(to ?? value.length)); index += Math.max(1, by ?? 1))
      found.push(value[index])
    return found
  }
}

class PathReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get done(): boolean {
    return this.#at >= this.#text.length
  }

  step(): Step {
    const { rest } = this
    if (rest.startsWith('..')) {
      this.#at += 2
      const name = this.#match(/^[^.[\]()]+/)
      const find = name === undefined ? undefined : field(name)
      return (value) => (find === undefined ? descend(value) : descend(value).flatMap(find))
    }
    if (rest === '.') {
      this.#at++
      return (value) => [value]
    }
    if (rest.startsWith('.')) {
      this.#at++
      if (this.rest.startsWith('[')) return this.step()
      const name = this.#match(/^(?:\\.|[^.[\]()])+/)
      if (name === undefined) throw this.#error('a name is missing')
      return field(name.replaceAll(/\\(.)/g, '$1'))
    }
    if (rest.startsWith('[')) return this.#brackets()
    throw this.#error(`unexpected ${JSON.stringify(rest[0])}`)
  }

  get rest(): string {
    return this.#text.slice(this.#at)
  }

  #brackets(): Step {
    const filter = this.#match(/^\[\?\((?:'[^']*'|"[^"]*"|[^)'"])*\)\]/)
    if (filter !== undefined) return filterStep(filter.slice(3, -2), (why) => this.#error(why))
    const inside = this.#match(/^\[(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\]'"])*\]/)
    if (inside === undefined) throw this.#error('a bracket is not closed')
    const parts = inside.slice(1, -1).match(/'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,]+/g)
    if (parts === null) throw this.#error('brackets are empty')
    const steps = parts.map((part) => this.#selection(part.trim()))
    return (value) => steps.flatMap((step) => step(value))
  }

  #selection(text: string): Step {
    const quoted = /^(['"])(.*)\1$/s.exec(text)
    if (quoted !== null) return field(quoted[2]!.replaceAll(/\\(.)/g, '$1'))
    if (text === '*') return members
    if (/^-?\d+$/.test(text)) {
      const index = Number(text)
      return (value) => {
        const found: unknown = Array.isArray(value) ? value.at(index) : undefined
        return found === undefined ? [] : [found]
      }
    }
    const range = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/.exec(text)
    if (range === null) throw this.#error(`${JSON.stringify(text)} is neither a name nor an index`)
    return slice(range.slice(1).map((part) => (part === undefined || part === '' ? undefined : Number(part))))
  }

  #match(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.rest)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #error(why: string): JsonPathError {
    return new JsonPathError(this.#text, why)
  }
}

/** `@.a == "x"`, `@.n > 3`, `@.a`: the elements of a list for which it holds. */
function filterStep(text: string, error: (why: string) => JsonPathError): Step {
  const parts = /^\s*(@[^=!<>]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/.exec(text)
  if (parts === null) throw error(`filter ${JSON.stringify(text)} cannot be read`)
  const left = compileJsonPath(parts[1]!.slice(1).trim() || '.')
  const [, , operator, operand] = parts
  if (operator === undefined) return (value) => elements(value).filter((one) => left(one).length > 0)
  const right: JsonPath = operand!.startsWith('@') ? compileJsonPath(operand!.slice(1)) : constant(operand!, error)
  return (value) =>
    elements(value).filter((one) => {
      const [a, b] = [left(one)[0], right(one)[0]]
      return a !== undefined && b !== undefined && compares(a, operator, b)
    })
}

const elements = (value: unknown): unknown[] => (Array.isArray(value) ? value : members(value))

function constant(text: string, error: (why: string) => JsonPathError): JsonPath {
  const quoted = /^(['"])(.*)\1$/s.exec(text)
  if (quoted !== null) return () => [quoted[2]]
  if (text === 'true' || text === 'false') return () => [text === 'true']
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return () => [Number(text)]
  throw error(`${JSON.stringify(text)} is no value`)
}

function compares(a: unknown, operator: string, b: unknown): boolean {
  if (operator === '==') return a === b
  if (operator === '!=') return a !== b
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false
  const [left, right] = [a, b as typeof a]
  return operator === '<' ? left < right : operator === '<=' ? left <= right : operator === '>' ? left > right : left >= right
}
