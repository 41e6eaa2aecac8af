import { type CelType, STRING } from '../cel-type.ts'
import type { Substitution } from './assignable.ts'
import type { Overload } from './signature.ts'

/** The overload with type parameters of its own, so that two calls do not share them. */
export function instantiate(overload: Overload, parameter: () => CelType): Pick<Overload, 'parameters' | 'result'> {
  const names: Substitution = new Map()
  const rename = (type: CelType): CelType => {
    switch (type.kind) {
      case 'param': {
        const known = names.get(type.name) ?? parameter()
        names.set(type.name, known)
        return known
      }
      case 'list':
        return { ...type, items: rename(type.items) }
      case 'map':
        return { ...type, keys: rename(type.keys ?? STRING), values: rename(type.values) }
      case 'optional':
        return { kind: 'optional', of: rename(type.of) }
      case 'type':
        return type.of === undefined ? type : { kind: 'type', of: rename(type.of) }
      default:
        return type
    }
  }
  return { parameters: overload.parameters.map(rename), result: rename(overload.result) }
}
