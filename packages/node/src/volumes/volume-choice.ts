import type { Node, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { labelSelectorOf, type Quantity, quantityOf, ZERO_QUANTITY } from '@kubetape/apimachinery'
import { nodeMatches } from '../node-fit.ts'

/** The provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

/** Whether a volume may be given to a claim that waits for its first consumer: nobody has it, or it is kept for that claim. */
export function isFree({ metadata, spec, status }: PersistentVolume): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase === 'Available' && spec.claimRef === undefined
}

/** The smallest of these volumes that the claim can have and the node can reach; undefined: none. `taken` are names. */
export function chooseVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  let best: { volume: PersistentVolume; size: Quantity } | undefined
  const selector = claim.spec.selector === undefined ? undefined : labelSelectorOf(claim.spec.selector)
  const wanted = sizeOf(claim.spec.resources?.requests?.['storage'])
  for (const volume of volumes) {
    const { metadata, spec } = volume
    const size = sizeOf(spec.capacity?.['storage'])
    if (
      taken.has(metadata.name ?? '') ||
      !isFree(volume) ||
      size.compare(wanted) < 0 ||
      (best !== undefined && size.compare(best.size) >= 0)
    )
      continue
    if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) continue
    if ((spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) continue
    if (!(claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode))) continue
    if (selector !== undefined && !selector.matches(metadata.labels ?? {})) continue
    if (!reaches(volume, node)) continue
    best = { volume, size }
  }
  return best?.volume
}

/** Whether the class lets volumes be made for this node; without topologies it does for every node. */
export function allowsTopology({ allowedTopologies = [] }: StorageClass, { metadata }: Node): boolean {
  if (allowedTopologies.length === 0) return true
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? '')),
  )
}

const sizeOf = (text: string | undefined): Quantity => (text === undefined ? ZERO_QUANTITY : quantityOf(text))

/** Whether a volume can be used on the node. */
export function reaches({ spec: { nodeAffinity } }: PersistentVolume, node: Node): boolean {
  return nodeAffinity?.required === undefined || nodeMatches(nodeAffinity.required.nodeSelectorTerms, node)
}
