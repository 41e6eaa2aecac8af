import { type CelType, DYN } from '../cel-type.ts'
import type { CelFunction } from '../library/library.ts'

/** What an expression may speak of. */
export interface CheckEnvironment {
  readonly variables: Readonly<Record<string, CelType>>
  readonly functions: ReadonlyMap<string, CelFunction>
}

/** Names that stand for types: `type(x) == int`. */
export const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', { kind: 'bool' }],
  ['bytes', { kind: 'bytes' }],
  ['double', { kind: 'double' }],
  ['google.protobuf.Duration', { kind: 'duration' }],
  ['google.protobuf.Timestamp', { kind: 'timestamp' }],
  ['int', { kind: 'int' }],
  ['list', { kind: 'list', items: DYN }],
  ['map', { kind: 'map', keys: DYN, values: DYN }],
  ['null_type', { kind: 'null' }],
  ['optional_type', { kind: 'optional', of: DYN }],
  ['string', { kind: 'string' }],
  ['type', { kind: 'type' }],
  ['uint', { kind: 'uint' }],
  ['net.IP', { kind: 'opaque', name: 'net.IP' }],
  ['net.CIDR', { kind: 'opaque', name: 'net.CIDR' }],
  ['kubernetes.Quantity', { kind: 'opaque', name: 'kubernetes.Quantity' }],
  ['kubernetes.URL', { kind: 'opaque', name: 'kubernetes.URL' }],
])
