import { CelList, CelMap } from './collections.ts'
import { actualSize, type CallCost, regexCost, STRING_TRAVERSAL, traversal } from './call-cost.ts'

/** Only two authorization checks fit into one expression. */
const AUTHORIZATION_CHECK = 350_000
/** The longest pattern among the formats, in characters. */
const FORMAT_REGEX_MAX = 200

/** What a call of Kubernetes' libraries costs where costs are strict. */
export function libraryCallCost(name: string, overload: string): CallCost {
  switch (name) {
    case 'check':
      return AUTHORIZATION_CHECK
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return { before: ([list]) => traversalCost(list) }
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
      return { before: ([text]) => traversal(actualSize(text)) }
    case 'ip':
      return overload === 'cidr_ip' ? 1 : { before: ([text]) => traversal(actualSize(text)) }
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return { before: ([text]) => traversal(actualSize(text), 2 * STRING_TRAVERSAL) }
    case 'join':
      return { after: (result) => traversal(actualSize(result), 2 * STRING_TRAVERSAL) }
    case 'find':
    case 'findAll':
      return { before: regexCost }
    case 'format':
      return { before: ([text]) => traversal(actualSize(text)) }
    case 'containsIP':
      return {
        before: ([range, other]) =>
          traversal(2 * actualSize(range)) + (overload === 'cidr_contains_ip_string' ? traversal(actualSize(other)) : 0),
      }
    case 'containsCIDR':
      return {
        before: ([range, other]) =>
          traversal(2 * actualSize(range)) +
          traversal(actualSize(range)) +
          1 +
          (overload === 'cidr_contains_cidr_string' ? traversal(actualSize(other)) : 0),
      }
    case 'validate':
      return { before: ([, text]) => traversal(1 + actualSize(text)) * traversal(FORMAT_REGEX_MAX, 0.25) }
    default:
      return 1
  }
}

/** A walk through everything that a value holds. */
function traversalCost(value: unknown): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * STRING_TRAVERSAL)
  if (value instanceof Uint8Array) return Math.floor(value.length * STRING_TRAVERSAL)
  let cost = 0
  if (value instanceof CelList) {
    if (value.size > 10_000_000) return value.size
    for (const item of value) cost += traversalCost(item)
    return cost
  }
  if (value instanceof CelMap) {
    for (const key of value.keys()) cost += traversalCost(key) + traversalCost(value.get(key))
    return cost
  }
  return 1
}
