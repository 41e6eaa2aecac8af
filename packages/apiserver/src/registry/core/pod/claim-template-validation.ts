import {
  deepEqual,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  type ObjectMeta,
  quantityOf,
  required,
  validateAnnotations,
  validateLabels,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from '@kubetape/api/types/core/v1'
import { checkSubdomain } from './field-rule.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** Metadata that the template of a claim may not have, in the order of ObjectMeta; upstream prints Go's spelling of `uid`. */
const FIXED_META: readonly [keyof ObjectMeta, string][] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
]

/** Validates the claim that a generic ephemeral volume makes (KEP-1698). */
export function validateClaimTemplate(template: PersistentVolumeClaimTemplate, path: FieldPath): FieldError[] {
  const metadata = template.metadata ?? {}
  const place = path.child('metadata')
  return [
    ...validateAnnotations(metadata.annotations, place.child('annotations')),
    ...validateLabels(metadata.labels, place.child('labels')),
    ...FIXED_META.filter(([field]) => metadata[field] !== undefined && metadata[field] !== null && metadata[field] !== '').map(
      ([, printed]) => forbidden(place.child(printed), 'cannot be set'),
    ),
    ...validateClaimSpec(template.spec ?? {}, path.child('spec')),
  ]
}

/** Validates the spec of a PersistentVolumeClaim as far as it needs no older version (API reference, PersistentVolumeClaimSpec). */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: FieldPath): FieldError[] {
  const modes = spec.accessModes ?? []
  const errors: FieldError[] = []
  if (modes.length === 0) errors.push(required(path.child('accessModes'), 'at least 1 access mode is required'))
  errors.push(...validateLabelSelector(spec.selector, path.child('selector')))
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path.child('accessModes'), mode, ACCESS_MODES))
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(path.child('accessModes'), 'may not use ReadWriteOncePod with other access modes'))
  }
  const storage = spec.resources?.requests?.['storage']
  const place = path.child('resources').key('storage')
  if (storage === undefined) errors.push(required(place))
  else if (quantityOf(storage).sign <= 0) errors.push(invalid(place, storage, 'must be greater than zero'))
  if (spec.storageClassName) errors.push(...checkSubdomain(path.child('storageClassName'), spec.storageClassName))
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode))
    errors.push(notSupported(path.child('volumeMode'), spec.volumeMode, VOLUME_MODES))
  return [...errors, ...validateSources(spec, path)]
}

/** What a claim is filled from: the old and the new field say the same. */
function validateSources(spec: PersistentVolumeClaimSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const { dataSource, dataSourceRef } = spec
  for (const field of ['dataSource', 'dataSourceRef'] as const) {
    const source = spec[field]
    if (source === undefined) continue
    const place = path.child(field)
    if (!source.name) errors.push(required(place.child('name')))
    if (!source.kind) errors.push(required(place.child('kind')))
    if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim')
      errors.push(invalid(place, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
  }
  if (dataSource === undefined || dataSourceRef === undefined) return errors
  const where = String(path.child('dataSource'))
  if (dataSourceRef.namespace) errors.push(invalid(path, where, 'may not be specified when dataSourceRef.namespace is specified', where))
  else if (!deepEqual({ ...dataSourceRef, namespace: undefined }, dataSource))
    errors.push(invalid(path, where, 'must match dataSourceRef', where))
  return errors
}
