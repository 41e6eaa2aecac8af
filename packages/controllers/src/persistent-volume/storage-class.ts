import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { CLASS_ANNOTATION, DEFAULT_CLASS_ANNOTATIONS, SELECTED_NODE } from './storage-annotations.ts'

/** The class of a claim or a volume: the old annotation, even an empty one, goes before the field; '' for none. */
export function classNameOf({ metadata, spec }: Readonly<PersistentVolume> | Readonly<PersistentVolumeClaim>): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? ''
}

/** Whether the claim says anything about its class: one that asks for none, '', does. */
export function hasClass({ metadata, spec }: Readonly<PersistentVolumeClaim>): boolean {
  return metadata.annotations?.[CLASS_ANNOTATION] !== undefined || spec?.storageClassName !== undefined
}

/** The class for claims that say nothing (KEP-3333): of several the newest, then the first by name. */
export function defaultClass(classes: readonly Readonly<StorageClass>[]): StorageClass | undefined {
  const marked = classes.filter(({ metadata }) => DEFAULT_CLASS_ANNOTATIONS.some((name) => metadata.annotations?.[name] === 'true'))
  const newestFirst = (a: Readonly<StorageClass>, b: Readonly<StorageClass>): number =>
    madeAt(b) - madeAt(a) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)
  return marked.sort(newestFirst)[0]
}

const madeAt = ({ metadata }: Readonly<StorageClass>): number => Date.parse(metadata.creationTimestamp ?? '') || 0

/** Whether a claim of this class is bound to no volume before a Pod needs it; a class that is not there makes no claim wait. */
export const bindsLate = (storageClass: Readonly<StorageClass> | undefined): boolean =>
  storageClass?.volumeBindingMode === 'WaitForFirstConsumer'

/** Whether the scheduler has asked for a volume to be made for a claim that waits for its consumer. */
export const hasSelectedNode = ({ metadata }: Readonly<PersistentVolumeClaim>): boolean =>
  metadata.annotations?.[SELECTED_NODE] !== undefined
