import type { Pod } from '@kubetape/api/types/core/v1'
import { type KubeObject, qualifiedNameErrors, Quantity } from '@kubetape/apimachinery'
import { addAmounts, type Amounts, amountsOf } from './amounts.ts'
import { type Evaluator, objectCountName, type ScopeRequirement } from './evaluator.ts'
import { podAmounts } from './pod-amounts.ts'
import { podMatchesScope } from './quota-scopes.ts'

const PODS = { group: '', resource: 'pods' } as const
const ONE = Quantity.of(1)
const COUNT = objectCountName(PODS)
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const
const NAMES = new Set([COUNT, 'pods', ...COMPUTE, ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`])])
/** A quota of these makes every container say how much it needs. */
const DEMANDED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'])

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')
const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0

/** Counts Pods and what they ask for. One that has ended, or should be gone, still counts as an object and uses nothing else. */
export const podEvaluator: Evaluator = {
  resource: PODS,
  chargesUpdates: false,
  counts: (name) =>
    NAMES.has(name) ||
    name.startsWith('hugepages-') ||
    name.startsWith('requests.hugepages-') ||
    (!isNative(name) && name.startsWith('requests.')),
  matchesScope: (requirement: ScopeRequirement, object) => podMatchesScope(requirement, object as unknown as Pod),
  usage(object, nowMs) {
    const pod = object as unknown as Readonly<Pod>
    const usage = new Map([[COUNT, ONE]])
    if (hasEnded(pod, nowMs)) return usage
    const requests = podAmounts(pod.spec, 'requests', { overhead: true })
    const limits = podAmounts(pod.spec, 'limits', { overhead: true })
    return addAmounts(usage, computeUsage(requests, limits))
  },
  constraint: demand,
}

function hasEnded({ metadata, status }: Readonly<Pod>, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false
  return nowMs > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

/** The names in a quota for what is asked for and limited. */
function computeUsage(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map([['pods', ONE]])
  for (const name of COMPUTE) {
    const [request, limit] = [requests.get(name), limits.get(name)]
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request)
    if (limit !== undefined) usage.set(`limits.${name}`, limit)
  }
  for (const [name, request] of requests) {
    const pages = name.startsWith('hugepages-')
    if (pages) usage.set(name, request)
    if (pages || isExtended(name)) usage.set(`requests.${name}`, request)
  }
  return usage
}

/** `must specify cpu for: a,b; memory for: c` */
function demand(names: readonly string[], object: Readonly<KubeObject>): string | undefined {
  const demanded = names.filter((name) => DEMANDED.has(name)).sort()
  if (demanded.length === 0) return undefined
  const { spec } = object as unknown as Readonly<Pod>
  const missing = new Map<string, Set<string>>()
  for (const { name: container, resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const said = computeUsage(amountsOf(resources?.requests), amountsOf(resources?.limits))
    for (const name of demanded) if (!said.has(name)) missing.set(name, (missing.get(name) ?? new Set()).add(container))
  }
  if (missing.size === 0) return undefined
  const texts = [...missing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`)
  return `must specify ${texts.join('; ')}`
}
