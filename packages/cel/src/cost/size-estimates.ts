import type { CelType } from '../cel-type.ts'
import type { CelNode, NodeOf } from '../syntax/cel-node.ts'
import { CelUint } from '../runtime/values.ts'
import { codePoints } from '../library/conversions.ts'
import { type Bounds, fixed, scaled, UNKNOWN } from './bounds.ts'

/** How large values may be: from literals, from what was computed of operands, or from the types that a path of fields leads to. */
export class SizeEstimates {
  readonly #variables: Readonly<Record<string, CelType>>
  readonly #computed = new Map<CelNode, Bounds>()
  /** The declared types of nodes that are paths from a variable. */
  readonly #declared = new Map<CelNode, CelType>()

  constructor(variables: Readonly<Record<string, CelType>>) {
    this.#variables = variables
  }

  computed(node: CelNode, size: Bounds): void {
    this.#computed.set(node, size)
  }

  /** `range`: what an iteration variable iterates over. One over no path has the size of the root, as upstream has it. */
  declareIdent(node: NodeOf<'ident'>, range: CelNode | undefined): void {
    if (range === undefined) {
      const type = this.#variables[node.name] ?? this.#root
      if (type !== undefined) this.#declared.set(node, type)
      return
    }
    const over = this.#declared.get(range)
    if (over === undefined) {
      if (this.#root !== undefined) this.#declared.set(node, this.#root)
    } else this.#set(node, elementOf(over, true))
  }

  declareField(node: NodeOf<'select'>): void {
    const of = this.#declared.get(node.operand)
    // Upstream does not find the values of maps this way.
    if (of?.kind === 'object') this.#set(node, Object.hasOwn(of.fields, node.field) ? of.fields[node.field]!.type : undefined)
  }

  declareElement(node: NodeOf<'call'>): void {
    const of = this.#declared.get(node.args[0]!)
    if (of !== undefined) this.#set(node, elementOf(of, false))
  }

  #set(node: CelNode, type: CelType | undefined): void {
    if (type !== undefined) this.#declared.set(node, type)
  }

  get #root(): CelType | undefined {
    return this.#variables['self']
  }

  /** As CEL sizes it: scalars are 1. */
  size(node: CelNode): Bounds {
    return this.known(node) ?? (isScalar(node.type) ? fixed(1) : UNKNOWN)
  }

  /** As Kubernetes' libraries size it: what is not known is anything. */
  librarySize(node: CelNode): Bounds {
    return this.known(node) ?? UNKNOWN
  }

  known(node: CelNode): Bounds | undefined {
    const computed = this.#computed.get(node) ?? literalSize(node)
    if (computed !== undefined) return computed
    const declared = this.#declared.get(node)
    return declared === undefined ? undefined : { min: 0, max: declaredSize(declared) }
  }

  /** Of the elements of a list. */
  elementSize(node: CelNode): Bounds {
    const of = this.#declared.get(node)
    const element = of === undefined ? undefined : elementOf(of, false)
    return element === undefined ? UNKNOWN : { min: 0, max: declaredSize(element) }
  }

  /** What comparing a counter with 1 costs: a variable that is nobody's field is taken for the root. */
  accumulatorEquality(): Bounds {
    const size = this.#root === undefined ? 1 : Math.min(declaredSize(this.#root), 1)
    return scaled({ min: size > 0 ? 1 : 0, max: size }, 0.1)
  }
}

function elementOf(type: CelType, keys: boolean): CelType | undefined {
  if (type.kind === 'list') return type.items
  if (type.kind === 'map') return keys ? (type.keys ?? { kind: 'string' }) : type.values
  return undefined
}

function declaredSize(type: CelType): number {
  switch (type.kind) {
    case 'string':
    case 'bytes':
    case 'timestamp':
    case 'duration':
    case 'dyn':
      return type.maxLength ?? Infinity
    case 'list':
      return type.maxItems ?? Infinity
    case 'map':
      return type.maxProperties ?? Infinity
    default:
      return 0
  }
}

function literalSize(node: CelNode): Bounds | undefined {
  if (node.kind === 'list') return fixed(node.items.length)
  if (node.kind === 'map') return fixed(node.entries.length)
  if (node.kind !== 'literal') return undefined
  if (typeof node.value === 'string') return fixed(codePoints(node.value))
  if (node.value instanceof Uint8Array) return fixed(node.value.length)
  return node.value === null || typeof node.value !== 'object' || node.value instanceof CelUint ? fixed(1) : undefined
}

const isScalar = ({ kind }: CelType): boolean =>
  kind === 'bool' || kind === 'double' || kind === 'duration' || kind === 'int' || kind === 'timestamp' || kind === 'uint'
