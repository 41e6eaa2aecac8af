import type { SubjectAccessReviewSpec } from '@kubetape/api/types/authorization/v1'
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  type KubeObject,
  labelValueErrors,
  type ObjectMeta,
  qualifiedNameErrors,
  required,
} from '@kubetape/apimachinery'
import { printGoMetadata, printGoNonResourceAttributes } from './print-go.ts'
import type { SelectorAttributes } from './review-spec.ts'

const SPEC = FieldPath.of('spec')
const RESOURCE = SPEC.child('resourceAttributes')
const NON_RESOURCE = SPEC.child('nonResourceAttributes')
const METADATA = FieldPath.of('metadata')

/** What is asked: exactly one of a resource and a path. */
function validateQuestion({ resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    const printed = printGoNonResourceAttributes(nonResourceAttributes)
    return [invalid(NON_RESOURCE, nonResourceAttributes, 'cannot be specified in combination with resourceAttributes', printed)]
  }
  if (!resourceAttributes && !nonResourceAttributes)
    return [invalid(RESOURCE, undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]
  return []
}

function validateSelectors({ resourceAttributes }: SubjectAccessReviewSpec): FieldError[] {
  if (!resourceAttributes) return []
  return [
    ...validateSelector(resourceAttributes.fieldSelector, RESOURCE.child('fieldSelector'), false),
    ...validateSelector(resourceAttributes.labelSelector, RESOURCE.child('labelSelector'), true),
  ]
}

function validateSelector(selector: SelectorAttributes | null | undefined, path: FieldPath, ofLabels: boolean): FieldError[] {
  if (!selector) return []
  const { rawSelector = '', requirements = [] } = selector
  const errors: FieldError[] = []
  if (rawSelector !== '' && requirements.length > 0)
    errors.push(invalid(path.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements'))
  if (rawSelector === '' && requirements.length === 0)
    errors.push(required(path.child('requirements'), `when ${String(path)} is specified, requirements or rawSelector is required`))
  for (const [at, one] of requirements.entries()) errors.push(...validateRequirement(one, path.child('requirements').index(at), ofLabels))
  return errors
}

/** Operators that are not known are let through: newer clients may ask authorizers that know them. */
function validateRequirement(
  { key = '', operator = '', values = [] }: NonNullable<SelectorAttributes['requirements']>[number],
  path: FieldPath,
  ofLabels: boolean,
): FieldError[] {
  const errors = !ofLabels && key === '' ? [required(path.child('key'), 'must be specified')] : []
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
    errors.push(required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"))
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    errors.push(forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  if (!ofLabels) return errors
  for (const message of qualifiedNameErrors(key)) errors.push(invalid(path.child('key'), key, message))
  for (const [at, value] of values.entries())
    for (const message of labelValueErrors(value)) errors.push(invalid(path.child('values').index(at), value, message))
  return errors
}

function validateSubject({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  return user === '' && groups.length === 0 ? [invalid(SPEC.child('user'), user, 'at least one of user or group must be specified')] : []
}

/** Reviews are questions, not objects: they have no name and no labels. */
function validateMetadata(metadata: ObjectMeta, why: string): FieldError[] {
  const isEmpty = Object.entries(metadata).every(([field, value]) => field === 'managedFields' || value === null || value === undefined)
  return isEmpty ? [] : [invalid(METADATA, metadata, why, printGoMetadata(metadata))]
}

/** A SubjectAccessReview: who may do what anywhere. */
export function validateSubjectAccessReview(spec: SubjectAccessReviewSpec, { metadata = {} }: KubeObject): FieldError[] {
  return [...validateQuestion(spec), ...validateSubject(spec), ...validateSelectors(spec), ...validateMetadata(metadata, 'must be empty')]
}

/** A SelfSubjectAccessReview: what the asker may do. */
export function validateSelfSubjectAccessReview(spec: SubjectAccessReviewSpec, { metadata = {} }: KubeObject): FieldError[] {
  return [...validateQuestion(spec), ...validateSelectors(spec), ...validateMetadata(metadata, 'must be empty')]
}

/** A LocalSubjectAccessReview: who may do what in the namespace of the review. */
export function validateLocalSubjectAccessReview(spec: SubjectAccessReviewSpec, { metadata = {} }: KubeObject): FieldError[] {
  const { namespace = '', ...rest } = metadata
  const errors = [
    ...validateQuestion(spec),
    ...validateSubject(spec),
    ...validateSelectors(spec),
    ...validateMetadata(rest, 'must be empty except for namespace'),
  ]
  const { resourceAttributes, nonResourceAttributes } = spec
  if (resourceAttributes && (resourceAttributes.namespace ?? '') !== namespace)
    errors.push(invalid(RESOURCE.child('namespace'), resourceAttributes.namespace ?? '', 'must match metadata.namespace'))
  if (nonResourceAttributes) {
    const printed = printGoNonResourceAttributes(nonResourceAttributes)
    errors.push(invalid(NON_RESOURCE, nonResourceAttributes, 'disallowed on this kind of request', printed))
  }
  return errors
}
