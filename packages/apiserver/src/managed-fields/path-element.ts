import type { ListShape, ShapeKey } from './value-shape.ts'

/** The path element of a field, or of a key of a map. */
export const fieldElement = (name: string): string => `f:${name}`

/** An item of a list that cannot be told from others, with upstream's words. Terminal: the body must change. */
export class ElementError extends Error {
  readonly code = 'LIST_ELEMENT' as const

  constructor(message: string) {
    super(message)
    this.name = 'ElementError'
  }
}

/** The path element of an item of a set or of a list with keys. Throws an ElementError for an item that has none. */
export function itemElement({ relation, keys }: ListShape, item: unknown): string {
  if (relation === 'map') return keyElement(keys, item)
  if (item === null || item === undefined) throw new ElementError("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) throw new ElementError('not supported: associative list with lists as elements')
  if (typeof item === 'object') throw new ElementError("associative list without keys has an element that's a map type")
  return `v:${scalarText(item)}`
}

function keyElement(keys: readonly ShapeKey[], item: unknown): string {
  if (item === null || item === undefined) throw new ElementError('associative list with keys may not have a null element')
  if (typeof item !== 'object' || Array.isArray(item)) throw new ElementError('associative list with keys may not have non-map elements')
  let element = ''
  for (const { name, fallback } of keys) {
    const own = (item as Record<string, unknown>)[name]
    const value = own === undefined ? fallback : own
    if (value === undefined)
      throw new ElementError(
        `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`,
      )
    element += `${element === '' ? 'k:{' : ','}${JSON.stringify(name)}:${scalarText(value)}`
  }
  return `${element}}`
}

/** Integers beyond 2^53 are bigints, which JSON.stringify does not take. */
const scalarText = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))

/** An element as messages print it: `.name`, `[name="a",port=80]`, `[="a"]`, `[0]`. */
export function printElement(element: string): string {
  const text = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${text}`
    case 'k':
      return `[${Object.entries(JSON.parse(text) as object)
        .map(([name, value]) => `${name}=${printScalar(value)}`)
        .join(',')}]`
    case 'v':
      return `[=${printScalar(JSON.parse(text))}]`
    default:
      return `[${text}]`
  }
}

function printScalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printScalar).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}=${printScalar(member)}`)
    .join(';')}}`
}

const KINDS = 'fkvi'

/** The order in which elements are told: fields, items by keys, items by value, indexes; each by what they hold. */
export function compareElements(a: string, b: string): number {
  const byKind = KINDS.indexOf(a[0]!) - KINDS.indexOf(b[0]!)
  if (byKind !== 0 || a[0] === 'f') return byKind || compareScalars(a, b)
  if (a[0] === 'i') return Number(a.slice(2)) - Number(b.slice(2))
  const [left, right] = [JSON.parse(a.slice(2)) as unknown, JSON.parse(b.slice(2)) as unknown]
  if (a[0] === 'v') return compareScalars(left, right)
  const [mine, theirs] = [Object.entries(left as object), Object.entries(right as object)]
  for (let at = 0; at < Math.min(mine.length, theirs.length); at++) {
    const found = compareScalars(mine[at]![0], theirs[at]![0]) || compareScalars(mine[at]![1], theirs[at]![1])
    if (found !== 0) return found
  }
  return mine.length - theirs.length
}

function compareScalars(a: unknown, b: unknown): number {
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0
}
