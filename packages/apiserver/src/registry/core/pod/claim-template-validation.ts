import { type FieldError, type FieldPath, forbidden, type ObjectMeta, validateAnnotations, validateLabels } from '@kubetape/apimachinery'
import type { PersistentVolumeClaimTemplate } from '@kubetape/api/types/core/v1'
import { type ClaimSpecRules, validateClaimSpec } from '../persistent-volume-claim/claim-spec-validation.ts'

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
export function validateClaimTemplate(template: PersistentVolumeClaimTemplate, path: FieldPath, rules: ClaimSpecRules): FieldError[] {
  const metadata = template.metadata ?? {}
  const place = path.child('metadata')
  return [
    ...validateAnnotations(metadata.annotations, place.child('annotations')),
    ...validateLabels(metadata.labels, place.child('labels')),
    ...FIXED_META.filter(([field]) => metadata[field] !== undefined && metadata[field] !== null && metadata[field] !== '').map(
      ([, printed]) => forbidden(place.child(printed), 'cannot be set'),
    ),
    ...validateClaimSpec(template.spec ?? {}, path.child('spec'), rules),
  ]
}
