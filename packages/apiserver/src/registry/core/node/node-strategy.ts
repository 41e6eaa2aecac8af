import type { Node } from '@kubetape/api/types/core/v1'
import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, UpdateStrategy } from '../../strategy.ts'
import { nodeRow } from './node-table.ts'
import { validateNode, validateNodeChange, validateNodeUpdate } from './node-validation.ts'

/** The old and the new field of the Pods' range say the same; without capacity of its own, allocatable is the capacity. */
function defaultNode(draft: Draft): void {
  const node = draft as Node
  const spec = (node.spec ??= {})
  if (spec.podCIDR && spec.podCIDR !== spec.podCIDRs?.[0]) spec.podCIDRs = [spec.podCIDR]
  if (spec.podCIDRs?.[0] !== undefined) spec.podCIDR = spec.podCIDRs[0]
  const { status } = node
  if (status?.capacity !== undefined && status.allocatable === undefined) status.allocatable = { ...status.capacity }
}

/** Dynamic kubelet configuration is gone (KEP-281): only nodes that have it keep it. */
function dropConfigSource(draft: Draft, old: Readonly<Node> | undefined): void {
  const { spec } = draft as Node
  if (old?.spec?.configSource === undefined) delete spec.configSource
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, stored) => {
    const node = draft as Node
    const old = stored as Readonly<Node>
    node.spec = cloneJson(old.spec)
    if (node.status !== undefined && old.status?.config === undefined) delete node.status.config
  },
  validateUpdate: validateNodeChange,
}

function warnings(draft: Readonly<KubeObject>): string[] {
  const { spec } = draft as Readonly<Node>
  const texts: string[] = []
  if (spec.configSource !== undefined)
    texts.push('spec.configSource: the feature is deprecated in v1.22, will be completely removed in v1.26')
  if (spec.externalID) texts.push('spec.externalID: this field is deprecated, and is unused by Kubernetes')
  return texts
}

/** Nodes (API reference, v1 Node). A new Node may come with its status. */
export const nodeStrategy: Strategy = {
  default: defaultNode,
  prepareForCreate: (draft) => dropConfigSource(draft, undefined),
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
    dropConfigSource(draft, old as Readonly<Node>)
  },
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  warnings,
  subresources: { status },
  generation: 'none',
  selectableFields: (object) => ({ 'spec.unschedulable': String((object as Readonly<Node>).spec?.unschedulable ?? false) }),
  tableRow: nodeRow,
}
