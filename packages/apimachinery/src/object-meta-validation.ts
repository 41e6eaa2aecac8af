import { type FieldError, FieldPath, forbidden, invalid, required, tooLong } from './field-error.ts'
import { printGoOwnerReference, printGoStrings } from './go-syntax.ts'
import { formatGroupVersionKind, parseGroupVersion } from './group-version.ts'
import { deepEqual } from './json-value.ts'
import { annotationKeyErrors, dnsLabelErrors, labelValueErrors, qualifiedNameErrors } from './names.ts'
import { type NameRule, nameErrors } from './name-rule.ts'
import { managedFieldsErrors } from './managed-fields-validation.ts'
import type { ObjectMeta, OwnerReference } from './object-meta.ts'
import { printTimeForMessage } from './time.ts'
import { utf8Length } from './utf8-length.ts'

/** Keys and values of all annotations of an object together: 256 KiB. */
export const ANNOTATIONS_MAX_BYTES = 262144

/** The finalizers by which a deletion orphans dependents or waits for them (garbage collection). */
export const ORPHAN_FINALIZER = 'orphan'
export const FOREGROUND_FINALIZER = 'foregroundDeletion'
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', ORPHAN_FINALIZER, FOREGROUND_FINALIZER]

/** What validation of metadata must know about the kind. */
export interface ObjectMetaRules {
  readonly namespaced: boolean
  /** What `metadata.name` must look like. Default: a DNS subdomain. */
  readonly nameRule?: NameRule
  /** Where the metadata is. Default: `metadata`. */
  readonly path?: FieldPath
  /** Finalizers must have a domain or be one of Kubernetes' own, as for most built-in kinds; custom resources are free. Default: false. */
  readonly qualifiedFinalizers?: boolean
}

const METADATA = FieldPath.of('metadata')

/**
 * Validates the metadata of a new object, names generated already. Errors come in the API server's order, in its words (v1.31).
 * One pass only: where the API server validates metadata twice and doubles the causes, its caller here must too.
 */
export function validateObjectMeta(meta: Readonly<ObjectMeta>, rules: ObjectMetaRules): FieldError[] {
  const path = rules.path ?? METADATA
  const rule = rules.nameRule ?? 'subdomain'
  const errors: FieldError[] = []
  if (meta.generateName) {
    for (const message of nameErrors(rule, meta.generateName, true))
      errors.push(invalid(path.child('generateName'), meta.generateName, message))
  }
  if (!meta.name) errors.push(required(path.child('name'), 'name or generateName is required'))
  else for (const message of nameErrors(rule, meta.name, false)) errors.push(invalid(path.child('name'), meta.name, message))
  errors.push(...validateNamespaceField(meta.namespace ?? '', rules.namespaced, path.child('namespace')))
  if ((meta.generation ?? 0) < 0) errors.push(invalid(path.child('generation'), meta.generation, 'must be greater than or equal to 0'))
  errors.push(...validateSharedMeta(meta, path))
  if (rules.qualifiedFinalizers) errors.push(...validateQualifiedFinalizers(meta.finalizers ?? [], path.child('finalizers')))
  return errors
}

/**
 * Validates changed metadata against the stored one: what may never change, what may only grow, and everything that a new object must satisfy
 * except its name. `meta` is expected to have a resourceVersion, filled in by the server where the client may leave it out.
 */
export function validateObjectMetaUpdate(meta: Readonly<ObjectMeta>, old: Readonly<ObjectMeta>, path: FieldPath = METADATA): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp) errors.push(...validateNoNewFinalizers(meta.finalizers ?? [], old.finalizers ?? [], path.child('finalizers')))
  if (!meta.resourceVersion) errors.push(invalid(path.child('resourceVersion'), '', 'must be specified for an update'))
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(path.child('generation'), meta.generation ?? 0, 'must not be decremented'))
  }
  for (const field of ['name', 'namespace', 'uid'] as const) {
    errors.push(...validateImmutable(meta[field] ?? '', old[field] ?? '', path.child(field)))
  }
  for (const field of ['creationTimestamp', 'deletionTimestamp'] as const) {
    const time = meta[field] ?? undefined
    const zero = field === 'creationTimestamp' ? '0001-01-01 00:00:00 +0000 UTC' : 'null'
    const printed = time === undefined ? zero : printTimeForMessage(time)
    errors.push(...validateImmutable(time, old[field] ?? undefined, path.child(field), printed))
  }
  errors.push(
    ...validateImmutable(meta.deletionGracePeriodSeconds, old.deletionGracePeriodSeconds, path.child('deletionGracePeriodSeconds')),
    ...validateSharedMeta(meta, path),
  )
  return errors
}

/** `field is immutable` unless the two values say the same. Give `printed` where the message prints the value in its own way. */
export function validateImmutable(value: unknown, old: unknown, path: FieldPath, printed?: string): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(path, value, 'field is immutable', ...(printed === undefined ? [] : [printed]))]
}

function validateNamespaceField(namespace: string, namespaced: boolean, path: FieldPath): FieldError[] {
  if (!namespaced) return namespace ? [forbidden(path, 'not allowed on this type')] : []
  if (!namespace) return [required(path)]
  return dnsLabelErrors(namespace).map((message) => invalid(path, namespace, message))
}

/** What creation and update have in common, in the API server's order. */
function validateSharedMeta(meta: Readonly<ObjectMeta>, path: FieldPath): FieldError[] {
  return [
    ...validateLabels(meta.labels, path.child('labels')),
    ...validateAnnotations(meta.annotations, path.child('annotations')),
    ...validateOwnerReferences(meta.ownerReferences ?? [], path.child('ownerReferences')),
    ...validateFinalizers(meta.finalizers ?? [], path.child('finalizers')),
    ...managedFieldsErrors(meta.managedFields ?? [], path.child('managedFields')),
  ]
}

/** Keys and values of labels; errors name the whole map, not the key. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  if (labels === undefined) return []
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(labels)) {
    for (const message of qualifiedNameErrors(key)) errors.push(invalid(path, key, message))
    for (const message of labelValueErrors(value)) errors.push(invalid(path, value, message))
  }
  return errors
}

/** Keys of annotations and their total size. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  if (annotations === undefined) return []
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of Object.entries(annotations)) {
    for (const message of annotationKeyErrors(key)) errors.push(invalid(path, key, message))
    bytes += utf8Length(key) + utf8Length(value)
  }
  if (bytes > ANNOTATIONS_MAX_BYTES) errors.push(tooLong(path, ANNOTATIONS_MAX_BYTES))
  return errors
}

/** Owner references must be complete, may not name an Event, and at most one may be the controller. */
export function validateOwnerReferences(owners: readonly OwnerReference[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  let controller: string | undefined
  for (const owner of owners) {
    errors.push(...validateOwnerReference(owner, path))
    if (owner.controller !== true) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller === undefined) controller = name
    else {
      const printed = `[]v1.OwnerReference{${owners.map(printGoOwnerReference).join(', ')}}`
      const message = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
      errors.push(invalid(path, owners, message, printed))
    }
  }
  return errors
}

function validateOwnerReference(owner: OwnerReference, path: FieldPath): FieldError[] {
  const { group, version } = groupVersionOf(owner.apiVersion ?? '')
  const errors: FieldError[] = []
  if (!version) errors.push(invalid(path.child('apiVersion'), owner.apiVersion ?? '', 'version must not be empty'))
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!owner[field]) errors.push(invalid(path.child(field), '', `${field} must not be empty`))
  }
  if (group === '' && version === 'v1' && owner.kind === 'Event') {
    const message = `${formatGroupVersionKind({ group, version, kind: owner.kind })} is disallowed from being an owner`
    errors.push(invalid(path, owner, message, printGoOwnerReference(owner)))
  }
  return errors
}

/** A malformed apiVersion counts as an empty one here; it is reported as such. */
function groupVersionOf(apiVersion: string): { group: string; version: string } {
  try {
    return parseGroupVersion(apiVersion)
  } catch {
    return { group: '', version: '' }
  }
}

/** Names of finalizers; orphaning and waiting for dependents exclude each other. */
export function validateFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((name) => qualifiedNameErrors(name).map((message) => invalid(path, name, message)))
  if (finalizers.includes(ORPHAN_FINALIZER) && finalizers.includes(FOREGROUND_FINALIZER)) {
    const message = `finalizer ${ORPHAN_FINALIZER} and ${FOREGROUND_FINALIZER} cannot be both set`
    errors.push(invalid(path, finalizers, message, printGoStrings(finalizers)))
  }
  return errors
}

/** Finalizers of built-in kinds have a domain, unless they are Kubernetes' own. */
export function validateQualifiedFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  return finalizers.flatMap((name, at) => {
    if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return []
    return [invalid(path.index(at), name, 'name is neither a standard finalizer name nor is it fully qualified')]
  })
}

/** An object that is being deleted gets no finalizers that it did not have. */
function validateNoNewFinalizers(finalizers: readonly string[], old: readonly string[], path: FieldPath): FieldError[] {
  const added = [...new Set(finalizers)].filter((name) => !old.includes(name)).sort()
  if (added.length === 0) return []
  return [forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${printGoStrings(added)}`)]
}
