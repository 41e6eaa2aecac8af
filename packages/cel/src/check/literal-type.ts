import { BOOL, type CelType, STRING } from '../cel-type.ts'
import { CelUint } from '../runtime/values.ts'

/** The type of a literal's value. */
export function literalType(value: unknown): CelType {
  switch (typeof value) {
    case 'bigint':
      return { kind: 'int' }
    case 'number':
      return { kind: 'double' }
    case 'string':
      return STRING
    case 'boolean':
      return BOOL
    default:
      return { kind: value === null ? 'null' : value instanceof CelUint ? 'uint' : 'bytes' }
  }
}
