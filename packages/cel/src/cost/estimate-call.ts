import type { CelNode, NodeOf } from '../syntax/cel-node.ts'
import { type Bounds, fixed, scaled, sum, times, union } from './bounds.ts'
import { estimateLibraryCall } from './estimate-library-call.ts'
import type { SizeEstimates } from './size-estimates.ts'

/** What a call may cost, and how large its result may be. */
export interface CallEstimate {
  readonly cost: Bounds
  readonly size?: Bounds | undefined
}

export const TRAVERSAL = 0.1
export const REGEX = 0.25

/** A call of one overload; `args` is what evaluating the arguments costs. The receiver is counted by the caller. */
export function estimateCall(node: NodeOf<'call'>, overload: string, args: readonly Bounds[], sizes: SizeEstimates): CallEstimate {
  const all = sum(...args)
  const own = estimateLibraryCall(node, overload, sizes) ?? estimateStandardCall(node, overload, sizes)
  if (overload === 'conditional') {
    const [condition, yes, no] = args
    return { cost: sum(condition!, union(yes!, no!)), size: union(sizes.size(node.args[1]!), sizes.size(node.args[2]!)) }
  }
  return { cost: sum(own.cost, all), size: own.size }
}

/** Strings that are walked through by a pattern; one more, so that an empty one does not make the pattern free. */
export const regexEstimate = (text: Bounds, pattern: Bounds): Bounds =>
  times(scaled(sum(text, fixed(1)), TRAVERSAL), scaled(pattern, REGEX))

function estimateStandardCall(node: NodeOf<'call'>, overload: string, sizes: SizeEstimates): CallEstimate {
  const [first, second] = node.args as readonly [CelNode, CelNode]
  switch (overload) {
    case 'string_to_bytes': {
      const size = sizes.size(first)
      return { cost: scaled(size, TRAVERSAL), size: { min: size.min, max: size.max * 4 } }
    }
    case 'bytes_to_string': {
      const size = sizes.size(first)
      return { cost: scaled(size, TRAVERSAL), size: { min: Math.floor(size.min / 4), max: size.max } }
    }
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scaled(sizes.size(first), TRAVERSAL) }
    case 'in_list':
      return { cost: sizes.size(second) }
    case 'matches_string':
      return { cost: regexEstimate(sizes.size(node.target!), sizes.size(first)) }
    case 'contains_string':
      return { cost: times(scaled(sizes.size(node.target!), TRAVERSAL), scaled(sizes.size(first), TRAVERSAL)) }
    case 'add_list':
      return { cost: fixed(1), size: sum(sizes.size(first), sizes.size(second)) }
    case 'add_string':
    case 'add_bytes': {
      const size = sum(sizes.size(first), sizes.size(second))
      return { cost: scaled(size, TRAVERSAL), size }
    }
    case 'equals':
    case 'not_equals':
      return { cost: comparison(sizes.size(first), sizes.size(second)) }
  }
  if (/^(less|greater)(_equals)?_(string|bytes)$/.test(overload)) return { cost: comparison(sizes.size(first), sizes.size(second)) }
  return { cost: fixed(1) }
}

/** As far as the shorter one goes. */
function comparison(a: Bounds, b: Bounds): Bounds {
  const max = Math.min(a.max, b.max)
  return scaled({ min: max > 0 ? 1 : 0, max }, TRAVERSAL)
}
