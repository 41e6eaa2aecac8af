import { type FieldError, FieldPath, forbidden, invalid } from '@kubetape/apimachinery'
import { itemSchema, type JsonSchemaProps } from './json-schema-props.ts'
import { defaultErrors } from './schema-defaults.ts'
import { RuleJudge } from './rule-judge.ts'
import { type Place, SchemaKeywords, soundnessErrors } from './schema-keywords.ts'
import { structuralErrors } from './structural-rules.ts'
import { structuralOf } from './structural.ts'
import { someSchema } from './schema-walk.ts'

/** What a definition's own validation knows of the schema of one of its versions. */
export interface SchemaOptions {
  /** The version has a status subresource, which limits what the root of its schema may say. */
  readonly hasStatus: boolean
  /** All schemas of the definition as it is stored; empty on create. What they break already may stay broken. */
  readonly old: readonly JsonSchemaProps[]
}

/** What the root of a schema may say beside a status subresource, as upstream names it. */
const ALLOWED_AT_ROOT =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'

const FORBIDDEN_AT_ROOT: readonly (keyof JsonSchemaProps)[] = [
  'id',
  '$schema',
  '$ref',
  'default',
  'enum',
  'maxProperties',
  'minProperties',
  'allOf',
  'oneOf',
  'anyOf',
  'not',
  'additionalProperties',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
  'nullable',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
]

const ROOT: Place = { isRoot: true, forbidsDefaults: undefined, insideMetadata: false, uncorrelated: undefined, cardinality: 1 }

/**
 * What is wrong with the schema of a version of a CustomResourceDefinition at `path` (`spec.validation.openAPIV3Schema`, or that of one of several
 * versions), in upstream's order and words: that it is structural, that its defaults are valid, its keywords, and its rules with their costs.
 */
export function validateSchema(schema: JsonSchemaProps, path: FieldPath, options: SchemaOptions): FieldError[] {
  const errors = rootErrors(schema, path, options)
  const { old } = options
  const judge = new RuleJudge()
  let mayHaveRules = false
  const isStructural = !old.some((one) => structuralErrors(one, FieldPath.of('')).length > 0)
  if (isStructural) {
    const ofStructure = canBeStructural(schema) ? structuralErrors(schema, path) : []
    errors.push(...ofStructure)
    if (ofStructure.length === 0 && canBeStructural(schema)) {
      const ofDefaults = defaultErrors(structuralOf(schema), path, !hasUnprunedDefaults(old))
      errors.push(...ofDefaults)
      mayHaveRules = ofDefaults.length === 0
    }
  }
  const keywords = new SchemaKeywords(
    {
      requireValidTypes: !old.some((one) => someSchema(one, ({ type }) => type !== undefined && !KNOWN_TYPES.has(type))),
      requireAtomicSets: !old.some((one) => someSchema(one, hasNonAtomicSet)),
      requireSoundMapKeys: !old.some((one) => someSchema(one, (inner) => soundnessErrors(inner, path).length > 0)),
    },
    (one, at, place) => judge.judge(one, at, place),
  )
  errors.push(...keywords.check(schema, path, ROOT, mayHaveRules), ...judge.errors, ...judge.totalErrors(path))
  return errors
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(['', 'array', 'boolean', 'integer', 'number', 'object', 'string'])

function rootErrors(schema: JsonSchemaProps, path: FieldPath, { hasStatus }: SchemaOptions): FieldError[] {
  const errors: FieldError[] = []
  if (hasStatus) {
    if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
      const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
      errors.push(invalid(path.child('type'), schema.type, detail))
    } else if (FORBIDDEN_AT_ROOT.some((name) => says(schema, name))) {
      const detail = `only [${ALLOWED_AT_ROOT}] fields are allowed at the root of the schema if the status subresource is enabled`
      errors.push(invalid(path, '', detail, 'apiextensions.JSONSchemaProps{}'))
    }
  }
  if (schema.nullable) errors.push(forbidden(path.child('nullable'), 'nullable cannot be true at the root'))
  return errors
}

function says(schema: JsonSchemaProps, name: keyof JsonSchemaProps): boolean {
  const value = schema[name]
  if (value === undefined || value === '' || value === null) return false
  return value !== false || name === 'additionalProperties' || name === 'additionalItems'
}

/** Some schemas cannot even be read as structural ones; their keywords say why. */
function canBeStructural(schema: JsonSchemaProps): boolean {
  return !someSchema(
    schema,
    (one) =>
      Boolean(one.id) ||
      Boolean(one.$schema) ||
      Boolean(one.$ref) ||
      Object.keys(one.patternProperties ?? {}).length > 0 ||
      Object.keys(one.dependencies ?? {}).length > 0 ||
      one.additionalItems !== undefined ||
      Object.keys(one.definitions ?? {}).length > 0 ||
      (Array.isArray(one.items) && one.items.length > 0) ||
      one['x-kubernetes-preserve-unknown-fields'] === false,
  )
}

function hasUnprunedDefaults(old: readonly JsonSchemaProps[]): boolean {
  return old.some(
    (one) =>
      canBeStructural(one) &&
      structuralErrors(one, FieldPath.of('')).length === 0 &&
      defaultErrors(structuralOf(one), FieldPath.of(''), true).some(({ message }) => message.endsWith('must not have unknown fields')),
  )
}

function hasNonAtomicSet(schema: JsonSchemaProps): boolean {
  const items = itemSchema(schema)
  if (schema['x-kubernetes-list-type'] !== 'set' || items === undefined) return false
  const listType = items['x-kubernetes-list-type']
  if (items.type === 'array') return listType !== undefined && listType !== 'atomic'
  return items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic'
}
