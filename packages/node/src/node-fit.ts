import type { Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from '@kubetape/api/types/core/v1'
import type { Amounts } from './pod-resources.ts'

/** A node with what is already on it. */
export interface NodeRoom {
  readonly node: Node
  readonly allocatable: Amounts
  /** Requests of the Pods on it. */
  used: Amounts
  pods: number
}

/** Why a Pod cannot go on a node, in kube-scheduler's words. `helpless`: evicting others would not help. */
export interface Misfit {
  readonly reasons: readonly string[]
  readonly helpless: boolean
}

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** The first rule that keeps a Pod off a node, in the order of kube-scheduler's filters; undefined: it fits. */
export function misfit(pod: Pod, requests: Amounts, room: NodeRoom): Misfit | undefined {
  const { spec } = room.node
  const tolerations = pod.spec.tolerations ?? []
  if (spec?.unschedulable && !tolerated(UNSCHEDULABLE_TAINT, tolerations))
    return { reasons: ['node(s) were unschedulable'], helpless: true }
  const taint = spec?.taints?.find((one) => one.effect !== 'PreferNoSchedule' && !tolerated(one, tolerations))
  if (taint !== undefined) return { reasons: [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`], helpless: true }
  if (!selects(pod, room.node)) return { reasons: ["node(s) didn't match Pod's node affinity/selector"], helpless: true }
  return crowding(requests, room)
}

function crowding(requests: Amounts, { allocatable, used, pods }: NodeRoom): Misfit | undefined {
  const reasons: string[] = []
  let helpless = false
  const podsMax = allocatable['pods'] ?? 0
  if (pods + 1 > podsMax) reasons.push('Too many pods')
  for (const [resource, wanted] of Object.entries(requests)) {
    const total = allocatable[resource] ?? 0
    if (wanted === 0 || wanted <= total - (used[resource] ?? 0)) continue
    reasons.push(`Insufficient ${resource}`)
    if (wanted > total) helpless = true
  }
  return reasons.length === 0 ? undefined : { reasons, helpless }
}

function tolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(({ key, effect, operator, value }) => {
    if (effect && effect !== taint.effect) return false
    if (operator === 'Exists') return !key || key === taint.key
    return key === taint.key && (value ?? '') === (taint.value ?? '')
  })
}

/** nodeSelector and the required node affinity; of the terms one must match, of a term every requirement. */
function selects({ spec: { nodeSelector, affinity } }: Pod, { metadata }: Node): boolean {
  const labels = metadata.labels ?? {}
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms === undefined || nodeMatches(terms, { metadata })
}

/** Whether one of these terms matches the node; none of none does. */
export function nodeMatches(terms: readonly NodeSelectorTerm[], { metadata }: Pick<Node, 'metadata'>): boolean {
  return terms.some((term) => termMatches(term, metadata.labels ?? {}, metadata.name ?? ''))
}

function termMatches(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  labels: Readonly<Record<string, string>>,
  name: string,
): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  return (
    matchExpressions.every((one) => requirementMatches(one, labels[one.key])) &&
    matchFields.every((one) => requirementMatches(one, one.key === 'metadata.name' ? name : undefined))
  )
}

function requirementMatches({ operator, values = [] }: NodeSelectorRequirement, actual: string | undefined): boolean {
  switch (operator) {
    case 'Exists':
      return actual !== undefined
    case 'DoesNotExist':
      return actual === undefined
    case 'In':
      return actual !== undefined && values.includes(actual)
    case 'NotIn':
      return actual === undefined || !values.includes(actual)
    case 'Gt':
      return actual !== undefined && Number(actual) > Number(values[0])
    case 'Lt':
      return actual !== undefined && Number(actual) < Number(values[0])
  }
}
