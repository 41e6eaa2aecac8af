import type { CelCost } from '../cel-program.ts'
import type { CelType } from '../cel-type.ts'
import type { CelNode, NodeOf } from '../syntax/cel-node.ts'
import { type Bounds, fixed, NOTHING, sum, times, union } from './bounds.ts'
import { type CallEstimate, estimateCall } from './estimate-call.ts'
import { SizeEstimates } from './size-estimates.ts'

const ONE = fixed(1)
const LIST_CREATE = 10
const MAP_CREATE = 30

/** What an expression may cost at most and at least, with the numbers by which v1.31 decides which rules a CRD may have. */
export function estimateCost(root: CelNode, variables: Readonly<Record<string, CelType>>): CelCost {
  return new Estimator(variables).cost(root)
}

class Estimator {
  readonly #sizes: SizeEstimates
  /** What iteration variables iterate over, innermost last. */
  readonly #ranges: (readonly [string, CelNode])[] = []

  constructor(variables: Readonly<Record<string, CelType>>) {
    this.#sizes = new SizeEstimates(variables)
  }

  cost(node: CelNode): Bounds {
    switch (node.kind) {
      case 'literal':
        return NOTHING
      case 'ident':
        this.#sizes.declareIdent(node, this.#ranges.findLast(([name]) => name === node.name)?.[1])
        return ONE
      case 'select':
        return this.#select(node)
      case 'call':
        return this.#call(node)
      case 'logic':
        return this.#logic(node)
      case 'list':
        return sum(fixed(LIST_CREATE), ...node.items.map((one) => this.cost(one)))
      case 'map':
        return sum(fixed(MAP_CREATE), ...node.entries.flat().map((one) => this.cost(one)))
      case 'macro':
        return this.#macro(node)
      case 'optional-map':
        return this.#optionalMap(node)
    }
  }

  #select(node: NodeOf<'select'>): Bounds {
    const operand = this.cost(node.operand)
    if (node.test) return operand
    this.#sizes.declareField(node)
    const { kind } = node.operand.type
    return node.optional || kind === 'map' || kind === 'object' ? sum(operand, ONE) : operand
  }

  #call(node: NodeOf<'call'>): Bounds {
    const args = node.args.map((one) => this.cost(one))
    if (node.overloads.length === 0) return NOTHING
    const target = node.target === undefined ? NOTHING : this.cost(node.target)
    let cost: Bounds | undefined
    let size: Bounds | undefined
    for (const overload of node.overloads) {
      const estimate: CallEstimate = estimateCall(node, overload, args, this.#sizes)
      cost = cost === undefined ? estimate.cost : union(cost, estimate.cost)
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size)
    }
    if (node.name === '_[_]' || node.name === '_[?_]') this.#sizes.declareElement(node)
    if (size !== undefined) this.#sizes.computed(node, size)
    return sum(target, cost!)
  }

  /** At least the first term is evaluated, at most all. */
  #logic({ terms }: NodeOf<'logic'>): Bounds {
    const costs = terms.map((one) => this.cost(one))
    return { min: costs[0]!.min, max: sum(...costs).max }
  }

  /** As the loop that the macro is written out to. */
  #macro(node: NodeOf<'macro'>): Bounds {
    const range = this.cost(node.range)
    this.#ranges.push([node.variable, node.range])
    const predicate = node.predicate === undefined ? NOTHING : this.cost(node.predicate)
    const item = node.transform === undefined ? ONE : this.cost(node.transform)
    this.#ranges.pop()
    const append = sum(fixed(12), item)
    const round = (): Bounds => {
      switch (node.name) {
        case 'all':
          return { min: 2 + 1, max: sum(fixed(2 + 1), predicate).max }
        case 'exists':
          return { min: 3 + 1, max: sum(fixed(3 + 1), predicate).max }
        case 'exists_one':
          return sum(predicate, { min: 1, max: 2 })
        case 'filter':
          return sum(predicate, union(append, ONE))
        case 'map':
          return node.predicate === undefined ? append : sum(predicate, union(append, ONE))
      }
    }
    const collects = node.name === 'map' || node.name === 'filter'
    const count = this.#sizes.size(node.range)
    this.#sizes.computed(node, count)
    const result = node.name === 'exists_one' ? sum(ONE, this.#sizes.accumulatorEquality()) : ONE
    return sum(range, collects ? fixed(LIST_CREATE) : NOTHING, result, times(count, round()))
  }

  #optionalMap(node: NodeOf<'optional-map'>): Bounds {
    const target = this.cost(node.target)
    this.#ranges.push([node.variable, node.target])
    const transform = this.cost(node.transform)
    this.#ranges.pop()
    const mapped = sum(target, transform, fixed(LIST_CREATE + 2))
    return sum(target, ONE, union(mapped, ONE))
  }
}
