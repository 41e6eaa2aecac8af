import type { KubeObject } from '@kubetape/apimachinery'

/** Annotations that make a StorageClass the default one; the second is the older. */
export const DEFAULT_CLASS_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
/** The annotation that marks a VolumeAttributesClass in tables. */
export const DEFAULT_ATTRIBUTES_CLASS_ANNOTATIONS = ['volumeattributesclass.alpha.kubernetes.io/is-default-class']

/** Whether an annotation says that this is the default of its kind. */
export const isDefaultClass = ({ metadata }: Readonly<KubeObject>, annotations: readonly string[]): boolean =>
  annotations.some((one) => metadata?.annotations?.[one] === 'true')

/** The name with a mark where this is the default of its kind. */
export const markedName = (object: Readonly<KubeObject>, annotations: readonly string[]): string =>
  `${object.metadata?.name ?? ''}${isDefaultClass(object, annotations) ? ' (default)' : ''}`
