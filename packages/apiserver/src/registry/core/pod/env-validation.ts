import {
  configMapKeyErrors,
  dnsSubdomainErrors,
  envVarNameErrors,
  type FieldError,
  type FieldPath,
  invalid,
  nameErrors,
  notSupported,
  qualifiedNameErrors,
  relaxedEnvVarNameErrors,
  required,
} from '@kubetape/apimachinery'
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector } from '@kubetape/api/types/core/v1'
import { checkRule } from './field-rule.ts'
import { validateResourceFieldRef } from './resource-field-ref.ts'
import type { PodValidationOptions } from './validation-options.ts'

/** Fields of a Pod that a variable may show, in the order in which they are offered. */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

/** Fields that the downward API knows at all. */
const DOWNWARD_FIELDS = new Set([
  ...ENV_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
])

/** Validates the variables of a container (API reference, EnvVar). */
export function validateEnv(variables: readonly EnvVar[] | undefined, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors: FieldError[] = []
  for (const [at, variable] of (variables ?? []).entries()) {
    const place = path.index(at)
    if (!variable.name) errors.push(required(place.child('name')))
    else errors.push(...checkRule(place.child('name'), variable.name, nameRule(options)))
    if (variable.valueFrom) errors.push(...validateSource(variable.valueFrom, variable.value ?? '', place.child('valueFrom')))
  }
  return errors
}

/** Validates the ConfigMaps and Secrets that a container takes all its variables from (API reference, EnvFromSource). */
export function validateEnvFrom(
  sources: readonly EnvFromSource[] | undefined,
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [at, source] of (sources ?? []).entries()) {
    const place = path.index(at)
    if (source.prefix) errors.push(...checkRule(place.child('prefix'), source.prefix, nameRule(options)))
    const references = (['configMapRef', 'secretRef'] as const).filter((field) => source[field])
    for (const field of references) errors.push(...validateReferenceName(source[field]!.name ?? '', place.child(field, 'name')))
    if (references.length === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    else if (references.length > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  }
  return errors
}

const nameRule = (options: PodValidationOptions): ((value: string) => string[]) =>
  options.allowRelaxedEnvNames ? relaxedEnvVarNameErrors : envVarNameErrors

function validateReferenceName(name: string, path: FieldPath): FieldError[] {
  // Upstream judges these names as if more characters would follow: a dash may end them.
  return name === '' ? [required(path)] : checkRule(path, name, (value) => nameErrors('subdomain', value, true))
}

function validateSource(source: EnvVarSource, value: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  let given = 0
  if (source.fieldRef) {
    given++
    errors.push(...validateFieldRef(source.fieldRef, ENV_FIELDS, path.child('fieldRef')))
  }
  if (source.resourceFieldRef) {
    given++
    errors.push(...validateResourceFieldRef(source.resourceFieldRef, path.child('resourceFieldRef'), false))
  }
  for (const field of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[field]
    if (!reference) continue
    given++
    errors.push(...checkRule(path.child(field, 'name'), reference.name ?? '', dnsSubdomainErrors))
    if (!reference.key) errors.push(required(path.child(field, 'key')))
    else errors.push(...checkRule(path.child(field, 'key'), reference.key, configMapKeyErrors))
  }
  if (given === 0)
    errors.push(invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'))
  else if (value !== '') errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  else if (given > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  return errors
}

/** Validates a reference to one of the Pod's `fields`; single labels and annotations may be named in brackets (API reference, ObjectFieldSelector). */
export function validateFieldRef(reference: ObjectFieldSelector, fields: readonly string[], path: FieldPath): FieldError[] {
  if (!reference.apiVersion) return [required(path.child('apiVersion'))]
  if (!reference.fieldPath) return [required(path.child('fieldPath'))]
  const { field, subscript } = splitSubscript(reference.fieldPath)
  if (reference.apiVersion !== 'v1') {
    return [
      invalid(path.child('fieldPath'), reference.fieldPath, `error converting fieldPath: unsupported pod version: ${reference.apiVersion}`),
    ]
  }
  if (subscript === undefined ? !DOWNWARD_FIELDS.has(field) : field !== 'metadata.labels' && field !== 'metadata.annotations') {
    const why =
      subscript === undefined
        ? `field label not supported: ${reference.fieldPath}`
        : `field label does not support subscript: ${reference.fieldPath}`
    return [invalid(path.child('fieldPath'), reference.fieldPath, `error converting fieldPath: ${why}`)]
  }
  if (subscript !== undefined) {
    const key = field === 'metadata.annotations' ? subscript.toLowerCase() : subscript
    return checkRule(path, key, qualifiedNameErrors)
  }
  const known = field === 'spec.host' ? 'spec.nodeName' : field
  return fields.includes(known) ? [] : [notSupported(path.child('fieldPath'), known, [...fields].sort())]
}

/** `metadata.labels['a/b']` taken apart. */
function splitSubscript(fieldPath: string): { field: string; subscript?: string } {
  const match = /^([^[]*)\['(.*)'\]$/s.exec(fieldPath)
  return match === null || match[1] === '' ? { field: fieldPath } : { field: match[1]!, subscript: match[2]! }
}
