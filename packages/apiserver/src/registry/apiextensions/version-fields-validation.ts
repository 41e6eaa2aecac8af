import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from '@kubetape/api/types/apiextensions/v1'
import { duplicate, type FieldError, type FieldPath, invalid, required, tooMany } from '@kubetape/apimachinery'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const DEPRECATION_WARNING_MAX = 256
const SELECTABLE_FIELDS_MAX = 8
const SELECTABLE_TYPES = new Set(['string', 'boolean', 'integer'])

/** A version can warn of itself only when it is deprecated, in one printable line. */
export function validateDeprecation(version: Readonly<CustomResourceDefinitionVersion>, path: FieldPath): FieldError[] {
  const { deprecated, deprecationWarning: text } = version
  if (text === undefined) return []
  const wrong: string[] = []
  if (!deprecated) wrong.push('can only be set for deprecated versions')
  if (text === '') wrong.push('must not be empty')
  if ([...text].length > DEPRECATION_WARNING_MAX) wrong.push(`must be <= ${DEPRECATION_WARNING_MAX} characters long`)
  const at = [...text].findIndex((character) => /\p{C}|\p{Zl}|\p{Zp}/u.test(character))
  if (at >= 0) wrong.push(`must only contain printable UTF-8 characters; non-printable character found at index ${at}`)
  return wrong.map((detail) => invalid(path.child('deprecationWarning'), text, detail))
}

/** The paths of a scale subresource. */
export function validateSubresources(subresources: Readonly<CustomResourceSubresources> | undefined, path: FieldPath): FieldError[] {
  const scale = subresources?.scale
  if (scale === undefined) return []
  const errors = [
    ...validateScalePath(scale.specReplicasPath, '.spec', path.child('scale.specReplicasPath')),
    ...validateScalePath(scale.statusReplicasPath, '.status', path.child('scale.statusReplicasPath')),
  ]
  return scale.labelSelectorPath ? [...errors, ...validateSelectorPath(scale.labelSelectorPath, path)] : errors
}

function validateScalePath(text: string | undefined, part: '.spec' | '.status', path: FieldPath): FieldError[] {
  if (!text) return [required(path)]
  const errors = validateSimplePath(text, path)
  if (errors.length > 0 || text.startsWith(`${part}.`)) return errors
  return [invalid(path, text, `should be a json path under ${part}`)]
}

function validateSelectorPath(text: string, subresources: FieldPath): FieldError[] {
  const path = subresources.child('scale.labelSelectorPath')
  const errors = validateSimplePath(text, path)
  if (errors.length > 0 || text.startsWith('.spec.') || text.startsWith('.status.')) return errors
  return [invalid(path, text, 'should be a json path under either .spec or .status')]
}

function validateSimplePath(text: string, path: FieldPath): FieldError[] {
  return text.startsWith('.') ? [] : [invalid(path, text, 'must be a simple json path starting with .')]
}

/** The columns of the resource's Table. */
export function validateColumns(columns: readonly CustomResourceColumnDefinition[] | undefined, path: FieldPath): FieldError[] {
  return (columns ?? []).flatMap((column, at) => validateColumn(column, path.index(at)))
}

function validateColumn({ name, type, format, jsonPath }: Readonly<CustomResourceColumnDefinition>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!name) errors.push(required(path.child('name')))
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  if (!type) errors.push(required(path.child('type'), types))
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(path.child('type'), type, types))
  if (format && !COLUMN_FORMATS.includes(format))
    errors.push(invalid(path.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  const pathOfPath = path.child('JSONPath')
  if (!jsonPath) errors.push(required(pathOfPath))
  else errors.push(...validateSimplePath(jsonPath, pathOfPath))
  return errors
}

/** Fields that objects can be selected by: scalars of the schema outside of metadata, each once, at most eight. */
export function validateSelectableFields(
  fields: readonly SelectableField[] | undefined,
  schema: Readonly<JSONSchemaProps> | undefined,
  path: FieldPath,
): FieldError[] {
  if (fields === undefined || fields.length === 0 || schema === undefined) return []
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { jsonPath }] of fields.entries()) {
    const own = path.index(at).child('jsonPath')
    if (!jsonPath) {
      errors.push(required(own))
      continue
    }
    const found = fieldAt(schema, jsonPath)
    if (typeof found === 'string') {
      errors.push(invalid(own, jsonPath, `is an invalid path: ${found}`))
      continue
    }
    if (jsonPath.startsWith('.metadata')) errors.push(invalid(own, jsonPath, 'must not point to fields in metadata'))
    if (!SELECTABLE_TYPES.has(found.type ?? ''))
      errors.push(
        invalid(
          own,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      )
    if (seen.has(jsonPath)) errors.push(duplicate(own, jsonPath))
    seen.add(jsonPath)
  }
  if (seen.size > SELECTABLE_FIELDS_MAX) errors.push(tooMany(path, seen.size, SELECTABLE_FIELDS_MAX))
  return errors
}

/** The schema of the field at a simple path, or what is wrong with the path. */
function fieldAt(schema: Readonly<JSONSchemaProps>, jsonPath: string): Readonly<JSONSchemaProps> | string {
  if (!jsonPath.startsWith('.')) return `expected [ or . but got: ${jsonPath}`
  let at = schema
  for (const name of jsonPath.slice(1).split('.')) {
    if (name === '' || name.includes('[')) return 'does not refer to a valid field'
    const next =
      at.properties !== undefined && Object.hasOwn(at.properties, name)
        ? at.properties[name]
        : typeof at.additionalProperties === 'object'
          ? (at.additionalProperties as JSONSchemaProps)
          : undefined
    if (next === undefined) return 'does not refer to a valid field'
    at = next
  }
  return at
}
