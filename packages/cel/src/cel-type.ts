/**
 * A type of an expression. Objects with declared fields come from schemas: a field that is not declared is a compile error. Sizes bound what the cost
 * estimate assumes; without them it assumes the worst (KEP-2876).
 */
export type CelType =
  | { readonly kind: 'bool' | 'int' | 'uint' | 'double' | 'bytes' | 'timestamp' | 'duration' | 'null' | 'dyn' | 'type' }
  /** `maxLength` counts characters. */
  | { readonly kind: 'string'; readonly maxLength?: number }
  | { readonly kind: 'list'; readonly items: CelType; readonly maxItems?: number }
  | { readonly kind: 'map'; readonly values: CelType; readonly maxProperties?: number }
  | { readonly kind: 'object'; readonly name: string; readonly fields: Readonly<Record<string, CelField>> }
  | { readonly kind: 'optional'; readonly of: CelType }
  /** Of Kubernetes' libraries: `kubernetes.Quantity`, `net.IP`, `net.CIDR`, `kubernetes.URL`, `kubernetes.authorization.Authorizer` … */
  | { readonly kind: 'opaque'; readonly name: string }

/** A field of an object type; names that are no CEL identifiers are given escaped (`__namespace__`, `a__dash__b`). */
export interface CelField {
  readonly type: CelType
  /** The name in JSON. */
  readonly property: string
  /** Whether `has()` may be false. */
  readonly optional: boolean
}
