import { type CelType, ERROR } from '../cel-type.ts'

/** The macros that are no function calls; `has` is a select that tests. */
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter'

interface NodeBase {
  /** Where messages about it point: an offset into the expression. */
  readonly pos: number
  /** What the checker found. */
  type: CelType
}

/** An expression as it was written, with the macros told apart from calls. The checker writes its findings into the nodes. */
export type CelNode =
  | (NodeBase & { readonly kind: 'literal'; readonly value: unknown })
  | (NodeBase & { readonly kind: 'ident'; readonly name: string; /** It names a type, not a variable. */ denotes?: CelType })
  | (NodeBase & {
      readonly kind: 'select'
      readonly operand: CelNode
      readonly field: string
      /** `has(operand.field)`. */
      readonly test: boolean
      /** `operand.?field`. */
      readonly optional: boolean
    })
  | (NodeBase & {
      readonly kind: 'call'
      /** May become a qualified one (`ip.isCanonical`), then without a target. */
      name: string
      target: CelNode | undefined
      readonly args: readonly CelNode[]
      /** Ids of the overloads that may be meant. */
      overloads: readonly string[]
    })
  /** `&&` and `||` of two or more. */
  | (NodeBase & {
      readonly kind: 'logic'
      readonly name: '_&&_' | '_||_'
      readonly terms: readonly CelNode[]
      readonly positions: readonly number[]
    })
  | (NodeBase & { readonly kind: 'list'; readonly items: readonly CelNode[] })
  | (NodeBase & { readonly kind: 'map'; readonly entries: readonly (readonly [CelNode, CelNode])[] })
  | (NodeBase & {
      readonly kind: 'macro'
      readonly name: MacroName
      readonly range: CelNode
      readonly variable: string
      /** Undefined for `map` of two arguments. */
      readonly predicate: CelNode | undefined
      /** Of `map`. */
      readonly transform: CelNode | undefined
    })
  /** `optMap` and `optFlatMap`. */
  | (NodeBase & {
      readonly kind: 'optional-map'
      readonly flat: boolean
      readonly target: CelNode
      readonly variable: string
      readonly transform: CelNode
    })

export type NodeOf<Kind extends CelNode['kind']> = Extract<CelNode, { kind: Kind }>

/** The type of a node that was not checked yet. */
export const UNCHECKED: CelType = ERROR
