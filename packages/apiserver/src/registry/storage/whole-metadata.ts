import { type FieldError, validateObjectMeta, validateObjectMetaUpdate } from '@kubetape/apimachinery'
import type { KubeObject } from '@kubetape/apimachinery'

/** All of an object's metadata, as the validation of a changed object of a cluster-wide kind judges it again. */
export const validateMetadata = ({ metadata }: Readonly<KubeObject>, namespaced = false): FieldError[] =>
  validateObjectMeta(metadata!, { namespaced, qualifiedFinalizers: true })

/** The change of an object's metadata, as the validation of a changed object judges it again. */
export const validateMetadataChange = ({ metadata }: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] =>
  validateObjectMetaUpdate(metadata!, old.metadata!)
