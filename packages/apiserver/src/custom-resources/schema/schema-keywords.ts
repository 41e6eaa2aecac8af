import { type FieldError, type FieldPath, forbidden, invalid, notSupported, printGoStrings, required } from '@kubetape/apimachinery'
import { additionalSchema, itemSchema, type JsonSchemaProps } from './json-schema-props.ts'
import { ruleShapeErrors } from './rule-shape.ts'

const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const META_FIELDS: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion'])

/** Which of the younger rules bind; a definition that already broke one may go on breaking it. */
export interface KeywordRules {
  readonly requireValidTypes: boolean
  readonly requireAtomicSets: boolean
  readonly requireSoundMapKeys: boolean
}

/** What a schema inherits from where it stands. */
export interface Place {
  readonly isRoot: boolean
  /** Why defaults are not allowed here; undefined: they are. */
  readonly forbidsDefaults: string | undefined
  readonly insideMetadata: boolean
  /** The outermost part of the schema within which old values cannot be told; `oldSelf` is refused there. */
  readonly uncorrelated: FieldPath | undefined
  /** How often values of the schema may occur in one object; Infinity where nothing around it says. */
  readonly cardinality: number
}

/** Judges the rules of one schema; called for inner schemas first, and only where nothing else is wrong with it or with what it contains. */
export type JudgeRules = (schema: JsonSchemaProps, path: FieldPath, place: Place) => void

/** What is wrong with the keywords of a schema and of all schemas in it. */
export class SchemaKeywords {
  readonly #rules: KeywordRules
  readonly #judge: JudgeRules | undefined

  constructor(rules: KeywordRules, judge: JudgeRules | undefined) {
    this.#rules = rules
    this.#judge = judge
  }

  /** The errors of `schema` and below it. `judged` schemas have rules that may be evaluated: alternatives do not. */
  check(schema: JsonSchemaProps, path: FieldPath, place: Place, judged: boolean): FieldError[] {
    const errors = this.#unsupported(schema, path, place)
    if (schema.uniqueItems)
      errors.push(forbidden(path.child('uniqueItems'), 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
    this.#checkAdditional(schema, path, place, judged, errors)
    this.#checkProperties(schema, path, place, judged, errors)
    const inner: Place = { ...place, isRoot: false }
    if (schema.not !== undefined) errors.push(...this.check(schema.not, path.child('not'), inner, false))
    for (const name of ['allOf', 'oneOf', 'anyOf'] as const)
      schema[name]?.forEach((one, at) => errors.push(...this.check(one, path.child(name).index(at), inner, false)))
    for (const [name, one] of Object.entries(schema.definitions ?? {}))
      errors.push(...this.check(one, path.child('definitions').key(name), inner, false))
    this.#checkItems(schema, path, inner, judged, errors)
    for (const [name, one] of Object.entries(schema.dependencies ?? {}))
      if (!isNameList(one)) errors.push(...this.check(one, path.child('dependencies').key(name), inner, false))
    errors.push(...this.#extensionErrors(schema, path))
    errors.push(...ruleShapeErrors(schema, path.child('x-kubernetes-validations')))
    if (errors.length === 0 && judged && (schema['x-kubernetes-validations']?.length ?? 0) > 0) this.#judge?.(schema, path, place)
    return errors
  }

  #unsupported(schema: JsonSchemaProps, path: FieldPath, place: Place): FieldError[] {
    const errors: FieldError[] = []
    if (this.#rules.requireValidTypes && schema.type && !TYPES.includes(schema.type))
      errors.push(notSupported(path.child('type'), schema.type, TYPES))
    if (schema.default !== undefined && place.forbidsDefaults !== undefined)
      errors.push(forbidden(path.child('default'), `must not be set ${place.forbidsDefaults}`))
    const refuse = (name: keyof JsonSchemaProps): unknown => errors.push(forbidden(path.child(name), `${name} is not supported`))
    if (schema.id) refuse('id')
    if (schema.additionalItems !== undefined) refuse('additionalItems')
    for (const name of ['patternProperties', 'definitions'] as const) if (Object.keys(schema[name] ?? {}).length > 0) refuse(name)
    if (schema.dependencies !== undefined) refuse('dependencies')
    if (schema.$ref !== undefined) refuse('$ref')
    if (schema.type === 'null') errors.push(forbidden(path.child('type'), 'type cannot be set to null, use nullable as an alternative'))
    if (Array.isArray(schema.items) && schema.items.length > 0)
      errors.push(forbidden(path.child('items'), 'items must be a schema object and not an array'))
    if (place.insideMetadata && schema['x-kubernetes-embedded-resource'])
      errors.push(forbidden(path.child('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'))
    return errors
  }

  #checkAdditional(schema: JsonSchemaProps, path: FieldPath, place: Place, judged: boolean, errors: FieldError[]): void {
    if (schema.additionalProperties === undefined) return
    if (Object.keys(schema.properties ?? {}).length > 0 && schema.additionalProperties !== true)
      errors.push(forbidden(path.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'))
    const values = additionalSchema(schema)
    if (values === undefined) return
    const forbidsDefaults = place.insideMetadata ? 'inside additionalProperties applying to object metadata' : place.forbidsDefaults
    errors.push(
      ...this.check(
        values,
        path.child('additionalProperties'),
        { ...place, isRoot: false, forbidsDefaults, cardinality: cardinalityIn(schema, place) },
        judged,
      ),
    )
  }

  #checkProperties(schema: JsonSchemaProps, path: FieldPath, place: Place, judged: boolean, errors: FieldError[]): void {
    const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true
    const isAtomic = schema['x-kubernetes-map-type'] === 'atomic'
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isMeta = isResource && META_FIELDS.has(name)
      const inner: Place = {
        isRoot: false,
        insideMetadata: place.insideMetadata || isMeta,
        forbidsDefaults: isMeta && place.isRoot ? `in top-level ${name}` : place.forbidsDefaults,
        uncorrelated: place.uncorrelated ?? (isAtomic ? path : undefined),
        cardinality: cardinalityIn(schema, place),
      }
      errors.push(...this.check(property, path.child('properties').key(name), inner, judged))
    }
  }

  #checkItems(schema: JsonSchemaProps, path: FieldPath, place: Place, judged: boolean, errors: FieldError[]): void {
    // Items are only told by the keys of map lists; those of sets are what they are.
    const isMapList = schema['x-kubernetes-list-type'] === 'map'
    const inner: Place = {
      ...place,
      uncorrelated: place.uncorrelated ?? (isMapList ? undefined : path),
      cardinality: cardinalityIn(schema, place),
    }
    const items = itemSchema(schema)
    if (items !== undefined) errors.push(...this.check(items, path.child('items'), inner, judged))
    else if (Array.isArray(schema.items))
      schema.items.forEach((one: JsonSchemaProps, at) => errors.push(...this.check(one, path.child('items').index(at), inner, judged)))
  }

  #extensionErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
    const errors: FieldError[] = []
    const preserves = schema['x-kubernetes-preserve-unknown-fields']
    if (preserves === false) errors.push(invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'))
    const mapType = schema['x-kubernetes-map-type']
    if (mapType !== undefined) {
      errors.push(...typeMustBe(schema, 'object', 'x-kubernetes-map-type', path))
      if (mapType !== 'atomic' && mapType !== 'granular')
        errors.push(notSupported(path.child('x-kubernetes-map-type'), mapType, ['atomic', 'granular']))
    }
    errors.push(...this.#listTypeErrors(schema, path), ...mapListErrors(schema, path))
    if (this.#rules.requireSoundMapKeys) errors.push(...soundnessErrors(schema, path))
    return errors
  }

  #listTypeErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
    const listType = schema['x-kubernetes-list-type']
    if (listType === undefined) return []
    const errors = typeMustBe(schema, 'array', 'x-kubernetes-list-type', path)
    const items = itemSchema(schema)
    if (errors.length === 0 && this.#rules.requireAtomicSets && listType === 'set' && items !== undefined)
      errors.push(...setItemErrors(items, path.child('items')))
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
      errors.push(notSupported(path.child('x-kubernetes-list-type'), listType, ['atomic', 'set', 'map']))
    return errors
  }
}

/** How often values in a value of this schema may occur. */
function cardinalityIn(schema: JsonSchemaProps, { cardinality }: Place): number {
  const bound =
    schema.type === 'array'
      ? schema.maxItems
      : schema.type === 'object' && schema.additionalProperties !== undefined
        ? schema.maxProperties
        : 1
  return bound === undefined || !Number.isFinite(cardinality) ? Infinity : cardinality * Math.max(bound, 0)
}

const isNameList = (one: JsonSchemaProps | readonly string[]): one is readonly string[] => Array.isArray(one)

function typeMustBe({ type = '' }: JsonSchemaProps, expected: string, extension: string, path: FieldPath): FieldError[] {
  if (type === expected) return []
  const detail = `must be ${expected} if ${extension} is specified`
  return [type === '' ? required(path.child('type'), detail) : invalid(path.child('type'), type, detail)]
}

/** Items of sets are compared as a whole. */
function setItemErrors(items: JsonSchemaProps, path: FieldPath): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = items['x-kubernetes-list-type']
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic')
    return [invalid(path.child('x-kubernetes-list-type'), listType, detail)]
  // Upstream shows the list type of the items here, which they do not have.
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    return [invalid(path.child('x-kubernetes-map-type'), listType, detail)]
  return []
}

function mapListErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const listType = schema['x-kubernetes-list-type']
  if (keys.length > 0 && listType !== 'map') {
    const [place, detail] = [path.child('x-kubernetes-list-type'), 'must be map if x-kubernetes-list-map-keys is non-empty']
    errors.push(listType === undefined ? required(place, detail) : invalid(place, listType, detail))
  }
  if (listType !== 'map') return errors
  if (keys.length === 0)
    errors.push(required(path.child('x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map'))
  const items = itemSchema(schema)
  const at = path.child('items')
  if (schema.items === undefined) errors.push(required(at, 'must have a schema if x-kubernetes-list-type is map'))
  else if (items === undefined) errors.push(invalid(at, schema.items, 'must only have a single schema if x-kubernetes-list-type is map'))
  else if (items.type !== 'object')
    errors.push(invalid(at.child('type'), items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"))
  else errors.push(...mapKeyErrors(keys, items, path))
  return errors
}

function mapKeyErrors(keys: readonly string[], items: JsonSchemaProps, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  const refuse = (detail: string): unknown =>
    errors.push(invalid(path.child('x-kubernetes-list-map-keys'), keys, detail, printGoStrings(keys)))
  for (const key of keys) {
    const property = ownProperty(items, key)
    if (property === undefined) refuse('entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object') {
      const place = path.child('items', 'properties').key(key).child('type')
      errors.push(invalid(place, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"))
    }
    if (seen.has(key)) refuse('must not contain duplicate entries')
    seen.add(key)
  }
  return errors
}

function ownProperty({ properties = {} }: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}

/** Items of sets and maps are never null, and keys are always there. */
export function soundnessErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
  const items = itemSchema(schema)
  const listType = schema['x-kubernetes-list-type']
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return []
  const errors: FieldError[] = []
  if (items.nullable)
    errors.push(forbidden(path.child('items', 'nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`))
  if (listType === 'set') return errors
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = ownProperty(items, key)
    if (property === undefined) continue
    const at = path.child('items', 'properties').key(key)
    const isKey = 'this property is in x-kubernetes-list-map-keys'
    if (!items.required?.includes(key) && property.default === undefined)
      errors.push(required(at.child('default'), `${isKey}, so it must have a default or be a required property`))
    if (property.nullable) errors.push(forbidden(at.child('nullable'), `${isKey}, so it cannot be nullable`))
  }
  return errors
}
