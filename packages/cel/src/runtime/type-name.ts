import { CelList, CelMap, JsonMap } from './collections.ts'
import { CelDuration, CelOpaque, CelOptional, CelTimestamp, CelTypeValue, CelUint } from './values.ts'

/** What `type(x)` is called. */
export function typeNameOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    default:
      return objectTypeName(value)
  }
}

function objectTypeName(value: unknown): string {
  if (value === null) return 'null_type'
  if (value instanceof CelUint) return 'uint'
  if (value instanceof CelList) return 'list'
  if (value instanceof JsonMap && value.type.kind === 'object') return value.type.name
  if (value instanceof CelMap) return 'map'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp'
  if (value instanceof CelDuration) return 'google.protobuf.Duration'
  if (value instanceof CelTypeValue) return 'type'
  if (value instanceof CelOptional) return 'optional_type'
  return value instanceof CelOpaque ? value.typeName : 'dyn'
}
