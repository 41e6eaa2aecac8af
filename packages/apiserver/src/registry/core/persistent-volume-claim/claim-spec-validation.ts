import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  quantityOf,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type { PersistentVolumeClaimSpec, TypedLocalObjectReference, TypedObjectReference } from '@kubetape/api/types/core/v1'
import { validateAccessModes, VOLUME_MODES } from '../access-modes.ts'
import { checkRule, checkSubdomain } from '../pod/field-rule.ts'

/** Upstream shows the path of the field for its value, as Go prints one; the address in it means nothing. */
const SOURCE_PATH = 'field.Path{name:"dataSource", index:"", parent:(*field.Path)(0xc000000000)}'

/** What the validation of a claim's spec lets pass: rules that came later do not break claims that were stored before. */
export interface ClaimSpecRules {
  /** Fields of VolumeAttributesClass are judged: its gate is on, or the stored claim uses them (KEP-3751). */
  readonly judgesAttributesClass: boolean
  readonly allowBadSelectorValues?: boolean
  /** Groups of data sources may be no domains. */
  readonly allowBadSourceGroups?: boolean
}

/** Validates the spec of a PersistentVolumeClaim as far as it needs no older version (API reference, PersistentVolumeClaimSpec). */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: FieldPath, rules: ClaimSpecRules): FieldError[] {
  const { accessModes = [], storageClassName, volumeMode, volumeAttributesClassName } = spec
  const errors: FieldError[] = []
  if (accessModes.length === 0) errors.push(required(path.child('accessModes'), 'at least 1 access mode is required'))
  errors.push(
    ...validateLabelSelector(spec.selector, path.child('selector'), { anyValues: rules.allowBadSelectorValues ?? false }),
    ...validateAccessModes(accessModes, path.child('accessModes')),
  )
  const storage = spec.resources?.requests?.['storage']
  const place = path.child('resources').key('storage')
  if (storage === undefined) errors.push(required(place))
  else if (quantityOf(storage).sign <= 0) errors.push(invalid(place, storage, 'must be greater than zero'))
  if (storageClassName) errors.push(...checkSubdomain(path.child('storageClassName'), storageClassName))
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported(path.child('volumeMode'), volumeMode, VOLUME_MODES))
  errors.push(...validateSources(spec, path, rules))
  if (volumeAttributesClassName && rules.judgesAttributesClass)
    errors.push(...checkSubdomain(path.child('volumeAttributesClassName'), volumeAttributesClassName))
  return errors
}

/** What a claim is filled from: the old and the new field say the same, unless the source is in another namespace (KEP-1495, KEP-3294). */
function validateSources(spec: PersistentVolumeClaimSpec, path: FieldPath, rules: ClaimSpecRules): FieldError[] {
  const { dataSource, dataSourceRef } = spec
  const errors: FieldError[] = []
  if (dataSource) errors.push(...validateSource(dataSource, path.child('dataSource'), rules))
  if (dataSourceRef) {
    const place = path.child('dataSourceRef')
    errors.push(...validateSource(dataSourceRef, place, rules))
    if (dataSourceRef.namespace) errors.push(...checkRule(place.child('namespace'), dataSourceRef.namespace, dnsLabelErrors))
  }
  if (!dataSource || !dataSourceRef) return errors
  const refuse = (why: string): number => errors.push(invalid(path, dataSource, why, SOURCE_PATH))
  if (dataSourceRef.namespace) refuse('may not be specified when dataSourceRef.namespace is specified')
  else if (!isSameSource(dataSource, dataSourceRef)) refuse('must match dataSourceRef')
  return errors
}

function validateSource(
  { name, kind = '', apiGroup }: TypedLocalObjectReference,
  path: FieldPath,
  { allowBadSourceGroups }: ClaimSpecRules,
): FieldError[] {
  const errors: FieldError[] = []
  if (!name) errors.push(required(path.child('name')))
  if (!kind) errors.push(required(path.child('kind')))
  if (!apiGroup && kind !== 'PersistentVolumeClaim')
    errors.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
  if (apiGroup && !allowBadSourceGroups) errors.push(...checkRule(path.child('apiGroup'), apiGroup, dnsSubdomainErrors))
  return errors
}

const isSameSource = (source: TypedLocalObjectReference, reference: TypedObjectReference): boolean =>
  (source.apiGroup ?? undefined) === (reference.apiGroup ?? undefined) && source.kind === reference.kind && source.name === reference.name
