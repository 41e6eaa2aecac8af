import type { NodeOf } from '../syntax/cel-node.ts'
import { type Bounds, fixed, scaled, sum, times } from './bounds.ts'
import { type CallEstimate, regexEstimate, TRAVERSAL } from './estimate-call.ts'
import type { SizeEstimates } from './size-estimates.ts'

/** Only two authorization checks fit into one expression. */
const AUTHORIZATION_CHECK = 350_000
const NOMINAL = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored fieldSelector labelSelector masked prefixLength family ' +
    'isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub'
  ).split(' '),
)
/** An address in bytes. */
const ADDRESS: Bounds = { min: 4, max: 16 }

/** A call of Kubernetes' libraries; undefined for all others. */
export function estimateLibraryCall(node: NodeOf<'call'>, overload: string, sizes: SizeEstimates): CallEstimate | undefined {
  const { name, target, args } = node
  const [first] = args
  if (name === 'check') return { cost: fixed(AUTHORIZATION_CHECK) }
  if (NOMINAL.has(name)) return { cost: fixed(1) }
  const of = (one: typeof first): Bounds => sizes.librarySize(one!)
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return { cost: listWalk(node, sizes) }
    case 'url':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
      return { cost: scaled(of(first), TRAVERSAL) }
    case 'ip':
      return { cost: overload === 'cidr_ip' ? fixed(1) : scaled(of(first), TRAVERSAL) }
    case 'ip.isCanonical':
      return { cost: scaled(of(first), 2 * TRAVERSAL) }
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: scaled(of(target), TRAVERSAL), size: of(target) }
    case 'replace':
      return { cost: scaled(of(target), 2 * TRAVERSAL), size: replacedSize(of(target), of(first), of(args[1])) }
    case 'split': {
      const count =
        args[1]?.kind === 'literal' && typeof args[1].value === 'bigint' && args[1].value >= 0n ? Number(args[1].value) : of(target).max
      return { cost: scaled(of(target), 2 * TRAVERSAL), size: { min: 0, max: count } }
    }
    case 'join': {
      const size = joinedSize(node, sizes)
      return { cost: scaled(size, TRAVERSAL), size }
    }
    case 'find':
    case 'findAll':
      return { cost: regexEstimate(of(target), of(first)), size: { min: 0, max: of(target).max } }
    case 'format':
      return { cost: scaled(sizes.size(target!), TRAVERSAL) }
    case 'containsIP':
    case 'containsCIDR':
      return { cost: containment(node, overload, sizes) }
    case 'sets.contains':
    case 'sets.intersects':
    case 'sets.equivalent':
      return { cost: sum(scaled(times(sizes.size(first!), sizes.size(args[1]!)), name === 'sets.equivalent' ? 2 : 1), fixed(1)) }
  }
  return undefined
}

/** One unit for each element, and what comparing strings costs. */
function listWalk({ target }: NodeOf<'call'>, sizes: SizeEstimates): Bounds {
  const { type } = target!
  if (type.kind !== 'list') return scaled(sizes.librarySize(target!), TRAVERSAL)
  const { kind } = type.items
  const element = kind === 'string' || kind === 'bytes' ? sum(fixed(1), scaled(sizes.elementSize(target!), TRAVERSAL)) : fixed(1)
  return times(sizes.librarySize(target!), element)
}

/** The most that is left and put in, and the least. */
function replacedSize(text: Bounds, from: Bounds, to: Bounds): Bounds {
  const most = (): number => {
    if (from.min === 0) return times(fixed(text.max + 1), to).max + text.max
    return to.max <= from.min ? text.max : times(fixed(Math.ceil(text.max / from.min)), to).max
  }
  const least = (): number => {
    if (from.max === 0) return times(fixed(text.min + 1), to).min + text.min
    return from.max <= to.min ? text.min : Math.ceil(text.min / from.max) * to.min
  }
  return { min: least(), max: most() }
}

function joinedSize({ target, args }: NodeOf<'call'>, sizes: SizeEstimates): Bounds {
  const list = sizes.librarySize(target!)
  const texts = target!.type.kind === 'list' ? times(list, sizes.elementSize(target!)) : fixed(0)
  if (args.length === 0) return texts
  const separators: Bounds = { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) }
  return sum(texts, times(sizes.librarySize(args[0]!), separators))
}

function containment({ name, args }: NodeOf<'call'>, overload: string, sizes: SizeEstimates): Bounds {
  const compared = scaled(sum(ADDRESS, ADDRESS), TRAVERSAL)
  const masked = name === 'containsCIDR' ? sum(scaled(ADDRESS, TRAVERSAL), fixed(1)) : fixed(0)
  const parsed = overload.endsWith('_string') ? scaled(sizes.librarySize(args[0]!), TRAVERSAL) : fixed(0)
  return sum(compared, masked, parsed)
}
