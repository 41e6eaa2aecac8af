import type { TypeSchema } from '@kubetape/apimachinery'
import { wireFacts } from './wire-facts.ts'

/** How one field appears on the wire, beyond what its schema says. */
export interface WireField {
  /** A zero value (`''`, 0, false) that was sent is kept. */
  readonly keepsZero: boolean
  /** The field is printed even when nothing was sent: with its zero value, or as null where `keepsZero` or it is a list, a map or a time. */
  readonly alwaysPrinted: boolean
  /** Decoding hands on an empty list. */
  readonly keepsEmptyList: boolean
  /** The type as upstream's error messages name it. */
  readonly goType: string
}

const TIMES = new Set(['Time', 'MicroTime'])
const OPTIONAL_FORMATS = new Set(['Quantity', 'IntOrString'])

/** The last part of a type's name: `Job` of `io.k8s.api.batch.v1.Job`. */
export const shortTypeName = (typeName: string): string => typeName.slice(typeName.lastIndexOf('.') + 1)

/** The package that upstream's messages print before a type: `v1` of `io.k8s.api.batch.v1.Job`. */
export function packageOf(typeName: string): string {
  const parts = typeName.split('.')
  return parts[parts.length - 2] ?? ''
}

/** Whether a zero value of this schema is told apart from an absent one by more than a pointer: lists, maps and nested types are not scalars. */
export function isScalar(schema: TypeSchema): boolean {
  if (schema.$ref !== undefined) return TIMES.has(shortTypeName(schema.$ref)) || OPTIONAL_FORMATS.has(shortTypeName(schema.$ref))
  return schema.type !== 'object' && schema.type !== 'array' && schema.type !== undefined && schema.format !== 'byte'
}

/** Whether the schema's default is merely the zero value of a field that is always there. */
export function hasZeroDefault({ default: value }: TypeSchema): boolean {
  return value === '' || value === 0 || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

/** The name that error messages give to a type, when no fact says otherwise. */
export function goTypeOf(schema: TypeSchema): string {
  if (schema.$ref !== undefined) return `${packageOf(schema.$ref)}.${shortTypeName(schema.$ref)}`
  switch (schema.type) {
    case 'integer':
      return schema.format ?? 'int64'
    case 'number':
      return 'float64'
    case 'boolean':
      return 'bool'
    case 'array':
      return `[]${goTypeOf(schema.items ?? {})}`
    case 'object':
      return `map[string]${goTypeOf(typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {})}`
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string'
    default:
      return 'interface {}'
  }
}

let facts: Map<string, Map<string, { marks: string; goType: string }>> | undefined

function factsOf(typeName: string): ReadonlyMap<string, { marks: string; goType: string }> | undefined {
  if (facts === undefined) {
    facts = new Map()
    for (const line of wireFacts.trim().split('\n')) {
      const [type, ...fields] = line.split(' ')
      facts.set(type!, new Map(fields.map(readFact)))
    }
  }
  return facts.get(/\.([^.]+\.v[^.]+\.[^.]+)$/.exec(typeName)?.[1] ?? '')
}

function readFact(text: string): [string, { marks: string; goType: string }] {
  const [, name, marks, goType] = /^([^*=!?+:]+)([*=!?+]*)(?::(.*))?$/.exec(text)!
  return [name!, { marks: marks!, goType: goType ?? '' }]
}

/** How the field `name` of the type `typeName` appears on the wire. */
export function wireFieldOf(typeName: string, type: TypeSchema, name: string): WireField {
  const schema = type.properties?.[name] ?? {}
  const fact = factsOf(typeName)?.get(name)
  const marks = fact?.marks ?? ''
  const reference = schema.$ref === undefined ? '' : shortTypeName(schema.$ref)
  const required = type.required?.includes(name) ?? false
  const optionalByRule = OPTIONAL_FORMATS.has(reference) && !required
  const keepsZero = isScalar(schema) && (marks.includes('*') || (optionalByRule && !marks.includes('=')))
  const printedByRule = TIMES.has(reference)
    ? !keepsZero
    : isScalar(schema) || schema.$ref === undefined
      ? required || hasZeroDefault(schema)
      : required || 'default' in schema
  return {
    keepsZero,
    alwaysPrinted: marks.includes('!') || (printedByRule && !marks.includes('?')),
    keepsEmptyList: marks.includes('+'),
    goType: goTypeWithPackage(fact?.goType ?? '', typeName) || goTypeOf(schema),
  }
}

function goTypeWithPackage(goType: string, typeName: string): string {
  return goType === '' || /[.[]/.test(goType) ? goType : `${packageOf(typeName)}.${goType}`
}
