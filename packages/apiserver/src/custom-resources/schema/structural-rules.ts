import { deepEqual, type FieldError, type FieldPath, forbidden, invalid, required } from '@kubetape/apimachinery'
import { additionalSchema, itemSchema, type JsonSchemaProps } from './json-schema-props.ts'
import { compilePattern, PatternError } from './pattern.ts'

/** Where a schema stands: that is told in messages about a missing type. */
type Level = 'root' | 'item' | 'field'

const UNTYPED: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/** What keeps a schema from being structural (API concepts, "Specifying a structural schema"), sorted by its text as upstream sorts it. */
export function structuralErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  checkInvariants(schema, 'root', path, errors)
  checkCompleteness(schema, schema, path, path, errors)
  return errors.sort((a, b) => (errorText(a) < errorText(b) ? -1 : 1))
}

const errorText = ({ field, message }: FieldError): string => `${field}: ${message}`

function checkInvariants(schema: JsonSchemaProps, level: Level, path: FieldPath, errors: FieldError[]): void {
  const items = itemSchema(schema)
  if (schema.type === 'array' && items === undefined && !Array.isArray(schema.items))
    errors.push(required(path.child('items'), 'must be specified'))
  if (items !== undefined) checkInvariants(items, 'item', path.child('items'), errors)
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkInvariants(property, 'field', path.child('properties').key(name), errors)
  if (schema.additionalProperties !== undefined) {
    if (level === 'root') errors.push(forbidden(path.child('additionalProperties'), 'must not be used at the root'))
    const values = additionalSchema(schema)
    if (values !== undefined) checkInvariants(values, 'field', path.child('additionalProperties'), errors)
  }
  checkExtensions(schema, path, errors)
  checkValues(schema, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf), path, errors)
  checkType(schema, level, path, errors)
  checkResource(schema, level, path, errors)
}

function checkExtensions(schema: JsonSchemaProps, path: FieldPath, errors: FieldError[]): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    if (schema[name] === true) errors.push(invalid(path.child(name), true, 'must be false if x-kubernetes-int-or-string is true'))
}

function checkType(schema: JsonSchemaProps, level: Level, path: FieldPath, errors: FieldError[]): void {
  const type = schema.type ?? ''
  const isResource = schema['x-kubernetes-embedded-resource'] === true
  if (isResource && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(path.child('type'), detail) : invalid(path.child('type'), type, detail))
  } else if (type === '' && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields'])
    errors.push(required(path.child('type'), UNTYPED[level]))
  if (isResource && schema.additionalProperties !== undefined)
    errors.push(forbidden(path.child('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'))
  if (level === 'root' && type !== '' && type !== 'object') errors.push(invalid(path.child('type'), type, 'must be object at the root'))
}

/** What a resource's schema may say of its type and its metadata. */
function checkResource(schema: JsonSchemaProps, level: Level, path: FieldPath, errors: FieldError[]): void {
  const isResource = level === 'root' || schema['x-kubernetes-embedded-resource'] === true
  const properties = schema.properties ?? {}
  const at = (name: string): FieldPath => path.child('properties').key(name)
  for (const name of ['kind', 'apiVersion']) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property !== undefined && isResource && property.type !== 'string')
      errors.push(invalid(at(name).child('type'), property.type ?? '', 'must be string'))
  }
  const metadata = Object.hasOwn(properties, 'metadata') ? properties['metadata'] : undefined
  if (metadata !== undefined) {
    if (isResource && metadata.type !== 'object') errors.push(invalid(at('metadata').child('type'), metadata.type ?? '', 'must be object'))
    if (level === 'root' && saysMoreThanNames(metadata)) {
      errors.push(
        forbidden(at('metadata'), 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
      )
    }
  }
  if (schema['x-kubernetes-embedded-resource'] && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    errors.push(
      required(
        path.child('properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    )
  }
}

function saysMoreThanNames({ type: _type, default: _default, properties = {}, ...rest }: JsonSchemaProps): boolean {
  const { name: _name, generateName: _generateName, ...others } = properties
  const { externalDocs: _docs, example: _example, ...said } = rest
  return Object.keys(others).length > 0 || Object.values(said).some((value) => value !== undefined && value !== false && value !== '')
}

const INT_OR_STRING: readonly JsonSchemaProps[] = [{ type: 'integer' }, { type: 'string' }]

/** The two alternatives by which an int-or-string may say again what it is. */
const isIntOrString = (schemas: readonly JsonSchemaProps[] | undefined): boolean =>
  schemas !== undefined && deepEqual(schemas, INT_OR_STRING)

/** What is demanded of values: alternatives may only demand, and patterns must be patterns. */
function checkValues(schema: JsonSchemaProps, skipAny: boolean, skipFirstAny: boolean, path: FieldPath, errors: FieldError[]): void {
  if (!skipAny) schema.anyOf?.forEach((one, at) => checkNested(one, false, path.child('anyOf').index(at), errors))
  schema.allOf?.forEach((one, at) => checkNested(one, skipFirstAny && at === 0, path.child('allOf').index(at), errors))
  schema.oneOf?.forEach((one, at) => checkNested(one, false, path.child('oneOf').index(at), errors))
  if (schema.not !== undefined) checkNested(schema.not, false, path.child('not'), errors)
  if (!schema.pattern) return
  try {
    compilePattern(schema.pattern)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    errors.push(invalid(path.child('pattern'), schema.pattern, `must be a valid regular expression, but isn't: ${error.message}`))
  }
}

/** What alternatives may not say, with what is said of it; in upstream's order. */
const FORBIDDEN_IN_NESTED: readonly (readonly [keyof JsonSchemaProps, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

function checkNested(schema: JsonSchemaProps, skipAny: boolean, path: FieldPath, errors: FieldError[]): void {
  checkValues(schema, skipAny, false, path, errors)
  const items = itemSchema(schema)
  if (items !== undefined) checkNested(items, false, path.child('items'), errors)
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkNested(property, false, path.child('properties').key(name), errors)
  for (const [name, detail] of FORBIDDEN_IN_NESTED) {
    const value = schema[name]
    const isAbsent = value === undefined || value === null || value === '' || (value === false && name !== 'additionalProperties')
    if (!isAbsent && !(Array.isArray(value) && value.length === 0)) errors.push(forbidden(path.child(name), detail))
  }
  // Demands on metadata could make resources impossible to handle.
  if (Object.hasOwn(schema.properties ?? {}, 'metadata'))
    errors.push(forbidden(path.child('properties').key('metadata'), 'must not be specified in a nested context'))
}

/** Every field that alternatives speak of must be one that the schema itself specifies. Upstream asks this of the alternatives of the root only. */
function checkCompleteness(
  demands: JsonSchemaProps,
  schema: JsonSchemaProps,
  path: FieldPath,
  demandPath: FieldPath,
  errors: FieldError[],
): void {
  const nested = (one: JsonSchemaProps, at: FieldPath): void => checkNestedCompleteness(one, schema, path, at, errors)
  if (demands.not !== undefined) nested(demands.not, demandPath.child('not'))
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const)
    demands[name]?.forEach((one, at) => nested(one, demandPath.child(name).index(at)))
}

function checkNestedCompleteness(
  demands: JsonSchemaProps,
  schema: JsonSchemaProps | undefined,
  path: FieldPath,
  demandPath: FieldPath,
  errors: FieldError[],
): void {
  if (schema === undefined) {
    errors.push(required(path, `because it is defined in ${demandPath.toString()}`))
    return
  }
  checkCompleteness(demands, schema, path, demandPath, errors)
  const items = itemSchema(demands)
  if (items !== undefined) checkNestedCompleteness(items, itemSchema(schema), path.child('items'), demandPath.child('items'), errors)
  for (const [name, property] of Object.entries(demands.properties ?? {})) {
    const own = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties![name] : undefined
    checkNestedCompleteness(property, own, path.child('properties').key(name), demandPath.child('properties').key(name), errors)
  }
}
