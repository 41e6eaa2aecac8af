import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { type Quantity, quantityOf } from '@kubetape/apimachinery'

/** The capacity of a claim before an expansion that a node has yet to finish: what the claim shows if it is bound anew meanwhile. */
export const PRE_RESIZE_ANNOTATION = 'volume.alpha.kubernetes.io/pre-resize-capacity'
/** Who expands a claim: the name of an in-tree plugin or, where that has moved out, of its CSI driver. */
export const RESIZER_ANNOTATION = 'volume.kubernetes.io/storage-resizer'

type Claim = Readonly<PersistentVolumeClaim>
type Volume = Readonly<PersistentVolume>

/** What a claim asks for. */
export const requestOf = ({ spec }: Claim): string => spec?.resources?.requests?.['storage'] ?? '0'
/** What a claim has. */
export const capacityOf = ({ status }: Claim): string => status?.capacity?.['storage'] ?? '0'
/** What an expansion under way goes for (KEP-1790); undefined where nobody has written it. */
export const allocatedTo = ({ status }: Claim): string | undefined => status?.allocatedResources?.['storage']
/** How far an expansion is (KEP-1790). */
export const expansionState = ({ status }: Claim): string | undefined => status?.allocatedResourceStatuses?.['storage']
export const volumeSize = ({ spec }: Volume): string => spec?.capacity?.['storage'] ?? '0'

/** Negative, 0 or positive as one amount is less than, equal to or greater than the other. */
export const compareSizes = (one: string, other: string): number => sizeOf(one).compare(sizeOf(other))
const sizeOf = (text: string): Quantity => quantityOf(text)

/** A bound claim that asks for more than it has. */
export const wantsMore = (claim: Claim): boolean =>
  claim.status?.phase === 'Bound' && Boolean(claim.spec?.volumeName) && compareSizes(requestOf(claim), capacityOf(claim)) > 0

export const awaitsNode = ({ metadata }: Volume): boolean => metadata.annotations?.[PRE_RESIZE_ANNOTATION] !== undefined

/** A node has done its part, of all that was asked for: with recovery a request may have become smaller meanwhile. */
export const nodeIsDone = (claim: Claim, volume: Volume): boolean =>
  compareSizes(capacityOf(claim), requestOf(claim)) >= 0 && compareSizes(capacityOf(claim), volumeSize(volume)) >= 0

/** Whether the two are bound to each other, as the volume has it. */
export function isOf(volume: Volume, { metadata }: Claim): boolean {
  const { claimRef } = volume.spec ?? {}
  return claimRef?.namespace === metadata.namespace && claimRef?.name === metadata.name && claimRef?.uid === metadata.uid
}

/** A volume of another size; with `before`, one that awaits its node. A mark that is there already stays: it is of the first of several expansions. */
export function grown(volume: Volume, size: string, before?: string): PersistentVolume {
  const { metadata, spec } = volume
  const marks =
    before === undefined || awaitsNode(volume) ? {} : { annotations: { ...metadata.annotations, [PRE_RESIZE_ANNOTATION]: before } }
  return { ...volume, metadata: { ...metadata, ...marks }, spec: { ...spec, capacity: { ...spec?.capacity, storage: size } } }
}

/** A volume whose node has finished. */
export function withoutMark(volume: Volume): PersistentVolume {
  const { [PRE_RESIZE_ANNOTATION]: _, ...annotations } = volume.metadata.annotations ?? {}
  return { ...volume, metadata: { ...volume.metadata, annotations } }
}
