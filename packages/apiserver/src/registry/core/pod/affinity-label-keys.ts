import type { Pod, PodAffinityTerm } from '@kubetape/api/types/core/v1'
import { affinityTerms } from './pod-defaults.ts'

/**
 * Adds a new Pod's own label values to its affinity terms: matchLabelKeys must have them, mismatchLabelKeys must not (KEP-3633). Keys that the
 * Pod has not and terms without a selector are left alone; labels that change later change nothing.
 */
export function mergeLabelKeys(pod: Pod): void {
  const labels = pod.metadata.labels ?? {}
  for (const term of affinityTerms(pod.spec)) {
    merge(term, term.matchLabelKeys, 'In', labels)
    merge(term, term.mismatchLabelKeys, 'NotIn', labels)
  }
}

function merge(
  { labelSelector }: PodAffinityTerm,
  keys: readonly string[] = [],
  operator: 'In' | 'NotIn',
  labels: Readonly<Record<string, string>>,
): void {
  if (labelSelector === undefined) return
  for (const key of keys) {
    const value = labels[key]
    if (value !== undefined)
      labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), { key, operator, values: [value] }]
  }
}
