/**
 * A type of an expression. Objects with declared fields come from schemas: a field that is not declared is a compile error. Sizes bound what the cost
 * estimate assumes; without them it assumes the worst (KEP-2876).
 */
export type CelType =
  | {
      readonly kind: 'bool' | 'int' | 'uint' | 'double' | 'null' | 'error' | 'any'
    }
  /** `maxLength` counts what an estimate takes for the size; of values that are strings in JSON. */
  | { readonly kind: 'string' | 'bytes' | 'timestamp' | 'duration' | 'dyn'; readonly maxLength?: number }
  | {
      readonly kind: 'list'
      readonly items: CelType
      readonly maxItems?: number
      /** Sets are equal in any order, maps by their keys (x-kubernetes-list-type). Default: in order. */
      readonly listType?: 'set' | 'map'
      /** JSON names of the fields that are a map list's keys. */
      readonly listMapKeys?: readonly string[]
    }
  /** `keys`: default string. */
  | { readonly kind: 'map'; readonly values: CelType; readonly keys?: CelType; readonly maxProperties?: number }
  | { readonly kind: 'object'; readonly name: string; readonly fields: Readonly<Record<string, CelField>> }
  | { readonly kind: 'optional'; readonly of: CelType }
  /** Of `type(x)`. */
  | { readonly kind: 'type'; readonly of?: CelType }
  /** Of Kubernetes' libraries: `kubernetes.Quantity`, `net.IP`, `net.CIDR`, `kubernetes.URL`, `kubernetes.authorization.Authorizer` … */
  | { readonly kind: 'opaque'; readonly name: string }
  /** Stands for a type that is found out while checking. */
  | { readonly kind: 'param'; readonly name: string }

/** A field of an object type; names that are no CEL identifiers are given escaped (`__namespace__`, `a__dash__b`). */
export interface CelField {
  readonly type: CelType
  /** The name in JSON. */
  readonly property: string
  /** Whether `has()` may be false. */
  readonly optional: boolean
}

export const BOOL: CelType = Object.freeze({ kind: 'bool' })
export const INT: CelType = Object.freeze({ kind: 'int' })
export const STRING: CelType = Object.freeze({ kind: 'string' })
export const DYN: CelType = Object.freeze({ kind: 'dyn' })
export const NULL: CelType = Object.freeze({ kind: 'null' })
export const ERROR: CelType = Object.freeze({ kind: 'error' })

/** A type as messages of the compiler show it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'error':
      return '!error!'
    case 'list':
      return `list(${formatType(type.items)})`
    case 'map':
      return `map(${formatType(type.keys ?? STRING)}, ${formatType(type.values)})`
    case 'object':
    case 'opaque':
    case 'param':
      return type.name
    case 'optional':
      return `optional_type(${formatType(type.of)})`
    case 'type':
      return type.of === undefined ? 'type' : `type(${formatType(type.of)})`
    default:
      return type.kind
  }
}
