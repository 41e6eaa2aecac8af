import { type CelType, DYN, STRING } from '../cel-type.ts'

/** What type parameters were found to stand for. */
export type Substitution = Map<string, CelType>

/** Whether a value of `actual` may stand where `expected` is wanted. What that says of type parameters is kept in `found`, unless the answer is no. */
export function isAssignable(found: Substitution, expected: CelType, actual: CelType): boolean {
  return areAssignable(found, [expected], [actual])
}

/** As `isAssignable`, for all of a list. */
export function areAssignable(found: Substitution, expected: readonly CelType[], actual: readonly CelType[]): boolean {
  if (expected.length !== actual.length) return false
  const before = new Map(found)
  for (const [index, one] of expected.entries()) {
    if (assign(found, one, actual[index]!)) continue
    found.clear()
    for (const [name, type] of before) found.set(name, type)
    return false
  }
  return true
}

const isOpen = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error' || type.kind === 'any'

function assign(found: Substitution, expected: CelType, actual: CelType): boolean {
  if (actual.kind === 'param') {
    const [valid, known] = standsFor(found, expected, actual)
    if (valid) return true
    if (known) return false
  }
  if (expected.kind === 'param') return standsFor(found, actual, expected)[0]
  if (isOpen(expected) || isOpen(actual)) return true
  if (expected.kind === 'null') return isNullable(actual)
  if (actual.kind === 'null') return isNullable(expected)
  switch (expected.kind) {
    case 'list':
      return actual.kind === 'list' && assign(found, expected.items, actual.items)
    case 'map':
      return (
        actual.kind === 'map' &&
        assign(found, expected.keys ?? STRING, actual.keys ?? STRING) &&
        assign(found, expected.values, actual.values)
      )
    case 'optional':
      return actual.kind === 'optional' && assign(found, expected.of, actual.of)
    case 'object':
    case 'opaque':
      return actual.kind === expected.kind && actual.name === expected.name
    default:
      return actual.kind === expected.kind
  }
}

const isNullable = (type: CelType): boolean =>
  type.kind === 'null' || type.kind === 'object' || type.kind === 'opaque' || type.kind === 'duration' || type.kind === 'timestamp'

/** Whether `type` may be what the parameter stands for; the second answer: whether it stood for something already. */
function standsFor(found: Substitution, type: CelType, parameter: CelType & { kind: 'param' }): readonly [boolean, boolean] {
  if (type.kind === 'param' && type.name === parameter.name) return [true, true]
  const known = found.get(parameter.name)
  if (known === undefined) {
    if (mentions(found, parameter.name, type)) return [false, false]
    found.set(parameter.name, type)
    return [true, false]
  }
  if (known.kind === 'param' && type.kind === 'param' && known.name === type.name) return [true, true]
  if (!assign(found, type, known)) return [false, true]
  const general = mostGeneral(type, known)
  if (!mentions(found, parameter.name, general)) found.set(parameter.name, general)
  return [true, true]
}

function mentions(found: Substitution, name: string, type: CelType): boolean {
  switch (type.kind) {
    case 'param': {
      if (type.name === name) return true
      const known = found.get(type.name)
      return known !== undefined && mentions(found, name, known)
    }
    case 'list':
      return mentions(found, name, type.items)
    case 'map':
      return mentions(found, name, type.keys ?? STRING) || mentions(found, name, type.values)
    case 'optional':
      return mentions(found, name, type.of)
    default:
      return false
  }
}

/** Of two types of which one may stand for the other. */
export function mostGeneral(one: CelType, other: CelType): CelType {
  return isEqualOrLessSpecific(one, other) ? one : other
}

function isEqualOrLessSpecific(one: CelType, other: CelType): boolean {
  if (isOpen(one) || one.kind === 'param') return true
  if (isOpen(other) || other.kind === 'param') return false
  if (one.kind !== other.kind) return one.kind !== 'null'
  if (one.kind === 'list' && other.kind === 'list') return isEqualOrLessSpecific(one.items, other.items)
  if (one.kind === 'map' && other.kind === 'map') {
    return isEqualOrLessSpecific(one.keys ?? STRING, other.keys ?? STRING) && isEqualOrLessSpecific(one.values, other.values)
  }
  if (one.kind === 'optional' && other.kind === 'optional') return isEqualOrLessSpecific(one.of, other.of)
  return true
}

/** The type with parameters replaced by what they stand for; those that stand for nothing become dyn where `close`. */
export function substitute(found: Substitution, type: CelType, close = false): CelType {
  switch (type.kind) {
    case 'param': {
      const known = found.get(type.name)
      return known !== undefined ? substitute(found, known, close) : close ? DYN : type
    }
    case 'list': {
      const items = substitute(found, type.items, close)
      return items === type.items ? type : { ...type, items }
    }
    case 'map': {
      const keys = substitute(found, type.keys ?? STRING, close)
      const values = substitute(found, type.values, close)
      return keys === (type.keys ?? STRING) && values === type.values ? type : { ...type, keys, values }
    }
    case 'optional':
      return { kind: 'optional', of: substitute(found, type.of, close) }
    case 'type':
      return type.of === undefined ? type : { kind: 'type', of: substitute(found, type.of, close) }
    default:
      return type
  }
}
