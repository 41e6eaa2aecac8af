import { type Quantity, quantityOf } from '@kubetape/apimachinery'
import type { Amounts } from '@kubetape/quota'

/** What something asks for and is limited to. */
export interface Asked {
  readonly requests: Amounts
  readonly limits: Amounts
}

/** Something with limits on it, as messages call it: a Container, a Pod, a PersistentVolumeClaim. */
interface Rule {
  readonly type: string
  readonly name: string
  readonly enforced: Quantity
}

/** One rule of each resource in `list`, in the order of their names; the texts of those that are broken. */
export function brokenRules(
  type: string,
  list: Readonly<Record<string, string>> | undefined,
  judge: (rule: Rule) => string | undefined,
): string[] {
  return Object.keys(list ?? {})
    .sort()
    .map((name) => judge({ type, name, enforced: quantityOf(list![name]) }))
    .filter((text) => text !== undefined)
}

/** At least the minimum is asked for, and allowed. */
export const minimum =
  ({ requests, limits }: Asked) =>
  ({ type, name, enforced }: Rule): string | undefined => {
    const rule = `minimum ${name} usage per ${type} is ${String(enforced)}`
    const [request, limit] = [requests.get(name), limits.get(name)]
    if (request === undefined) return `${rule}.  No request is specified`
    if (request.compare(enforced) < 0) return `${rule}, but request is ${String(request)}`
    return limit !== undefined && limit.compare(enforced) < 0 ? `${rule}, but limit is ${String(limit)}` : undefined
  }

/** At most the maximum is allowed, and asked for. */
export const maximum =
  ({ requests, limits }: Asked) =>
  ({ type, name, enforced }: Rule): string | undefined => {
    const rule = `maximum ${name} usage per ${type} is ${String(enforced)}`
    const [request, limit] = [requests.get(name), limits.get(name)]
    if (limit === undefined) return `${rule}.  No limit is specified`
    if (limit.compare(enforced) > 0) return `${rule}, but limit is ${String(limit)}`
    return request !== undefined && request.compare(enforced) > 0 ? `${rule}, but request is ${String(request)}` : undefined
  }

/** At most the maximum is asked for. */
export const maximumRequest =
  ({ requests }: Asked) =>
  ({ type, name, enforced }: Rule): string | undefined => {
    const rule = `maximum ${name} usage per ${type} is ${String(enforced)}`
    const request = requests.get(name)
    if (request === undefined) return `${rule}.  No request is specified`
    return request.compare(enforced) > 0 ? `${rule}, but request is ${String(request)}` : undefined
  }

/** The limit is no more than so many times the request. */
export const maximumRatio =
  ({ requests, limits }: Asked) =>
  ({ type, name, enforced }: Rule): string | undefined => {
    const rule = `${name} max limit to request ratio per ${type} is ${String(enforced)}`
    const [request, limit] = [requests.get(name), limits.get(name)]
    if (request === undefined || request.isZero) return `${rule}, but no request is specified or request is 0`
    if (limit === undefined || limit.isZero) return `${rule}, but no limit is specified or limit is 0`
    const ratio = limit.asNumber() / request.asNumber()
    return ratio > enforced.asNumber() ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined
  }
