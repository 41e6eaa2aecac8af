import type { FieldPath } from '@kubetape/apimachinery'
import type { NodeSelectorTerm } from '@kubetape/api/types/core/v1'
import type { LabelSelector } from '@kubetape/api/types/meta/v1'
import { warningAt } from './path-warning.ts'

/** Labels of nodes that have new names, with what is said of the old ones. */
export const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

/** Old names of labels in a term that selects nodes. */
export function nodeTermWarnings(term: Readonly<NodeSelectorTerm>, path: FieldPath): string[] {
  return (term.matchExpressions ?? []).flatMap(({ key }, at) => {
    const message = DEPRECATED_NODE_LABELS[key]
    return message === undefined ? [] : [warningAt(path.child('matchExpressions').index(at).child('key'), `${key} is ${message}`)]
  })
}

/** Old names of labels in a label selector that is about nodes. */
export function nodeSelectorWarnings(selector: Readonly<LabelSelector> | undefined, path: FieldPath): string[] {
  const labels = Object.keys(selector?.matchLabels ?? {}).flatMap((key) => {
    const message = DEPRECATED_NODE_LABELS[key]
    return message === undefined ? [] : [warningAt(path.child('matchLabels').child(key), message)]
  })
  return [...nodeTermWarnings({ matchExpressions: selector?.matchExpressions ?? [] } as NodeSelectorTerm, path), ...labels]
}
