import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { hasCondition, type Kind, type KubeObject } from '@kubetape/apimachinery'

/** What one look at a resource in a terminating namespace found. */
export interface ResourceContent {
  readonly kind: Kind
  /** Objects that are left. */
  readonly remaining: readonly KubeObject[]
  /** Why deleting or listing failed. */
  readonly failure: string | undefined
}

/** One kind per resource, namespaced ones only: several versions show the same objects. The first version wins. */
export function contentKinds(builtin: readonly Kind[], definitions: readonly CustomResourceDefinition[]): Kind[] {
  const kinds = new Map<string, Kind>()
  for (const kind of [...builtin, ...definitions.flatMap(customKind)]) {
    const id = `${kind.group}/${kind.resource}`
    if (kind.namespaced && !kinds.has(id)) kinds.set(id, kind)
  }
  return [...kinds.values()]
}

/** The kind that an established definition serves, in the version that is stored if it is served. */
export function customKind({ spec, status }: CustomResourceDefinition): Kind[] {
  if (!hasCondition(status?.conditions, 'Established')) return []
  const version = spec.versions.find((one) => one.served && one.storage) ?? spec.versions.find((one) => one.served)
  if (version === undefined) return []
  return [
    {
      group: spec.group,
      version: version.name,
      kind: spec.names.kind,
      resource: spec.names.plural,
      namespaced: spec.scope === 'Namespaced',
    },
  ]
}

/** How long Pods may still take to end, in seconds: those that a node runs, by their grace period. Other resources take no time. */
export function graceSeconds({ kind, remaining }: ResourceContent): number {
  if (kind.group !== '' || kind.resource !== 'pods') return 0
  let longest = 0
  for (const { spec, status, metadata } of remaining as unknown as Pod[]) {
    if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') continue
    longest = Math.max(longest, metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 0)
  }
  return longest
}
