import {
  dns1035LabelErrors,
  type FieldError,
  FieldPath,
  invalid,
  isJsonObject,
  type JsonObject,
  parseGroupVersion,
  required,
  validateObjectMeta,
} from '@kubetape/apimachinery'
import { DecodeError } from '../../schema/decode-context.ts'
import { printFieldValue } from './go-literal.ts'
import { readMetadata } from './object-metadata.ts'
import { anySchema, type Structural } from './structural.ts'

/** Calls `at` for each resource in a value, outer ones first, with its path as errors print it and as unknown fields do. */
type Visit = (value: unknown, path: string, fields: string, at: Visitor) => void
type Visitor = (resource: JsonObject, path: string, fields: string) => void

/** The resources that the values of one schema have in them (`x-kubernetes-embedded-resource`). */
export class EmbeddedResources {
  readonly #visit: Visit | undefined

  /** `isRoot`: the value itself is one. */
  constructor(schema: Structural, isRoot: boolean) {
    this.#visit = compileVisit({ ...schema, embedded: isRoot || schema.embedded })
  }

  /**
   * Decodes the metadata of each, in place. Unknown fields of it are dropped, and noted (`unknown field "spec.template.metadata.x"`) where `unknown` is
   * given. Answers what cannot be decoded, which ends it. Where `dropsInvalid`, such fields are dropped instead.
   */
  coerce(value: unknown, options: { readonly unknown?: string[] | undefined; readonly dropsInvalid?: boolean }): FieldError | undefined {
    if (this.#visit === undefined) return undefined
    let found: FieldError | undefined
    this.#visit(value, '', '', (resource, path, fields) => {
      found ??= coerceResource(resource, path, fields, options)
    })
    return found
  }

  /** What is wrong with the types and the metadata of the resources in a value at `path`. */
  validate(value: unknown, path = ''): FieldError[] {
    if (this.#visit === undefined) return []
    const errors: FieldError[] = []
    this.#visit(value, path, '', (resource, at) => errors.push(...resourceErrors(resource, at)))
    return errors
  }
}

function compileVisit(node: Structural): Visit | undefined {
  if (!anySchema(node, ({ embedded }) => embedded)) return undefined
  const properties = new Map<string, Visit>()
  for (const [name, property] of node.properties) {
    const visit = compileVisit(property)
    if (visit !== undefined) properties.set(name, visit)
  }
  const additional = node.additional?.schema === undefined ? undefined : compileVisit(node.additional.schema)
  const items = node.items === undefined ? undefined : compileVisit(node.items)
  return (value, path, fields, at) => {
    if (Array.isArray(value)) value.forEach((item, index) => items?.(item, `${path}[${index}]`, `${fields}[${index}]`, at))
    if (!isJsonObject(value)) return
    if (node.embedded) at(value, path, fields)
    for (const name in value) {
      const inner = join(fields, name)
      const visit = properties.get(name)
      if (visit !== undefined) visit(value[name], join(path, name), inner, at)
      else if (!node.properties.has(name)) additional?.(value[name], `${path}[${name}]`, inner, at)
    }
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function coerceResource(
  resource: JsonObject,
  path: string,
  fields: string,
  { unknown, dropsInvalid = false }: { readonly unknown?: string[] | undefined; readonly dropsInvalid?: boolean },
): FieldError | undefined {
  for (const name of ['apiVersion', 'kind']) {
    if (!(name in resource) || typeof resource[name] === 'string') continue
    if (!dropsInvalid) return invalid(FieldPath.of(join(path, name)), resource[name], 'must be a string', printFieldValue(resource[name]))
    delete resource[name]
  }
  if (!('metadata' in resource)) return undefined
  try {
    const read = readMetadata(resource['metadata'], join(fields, 'metadata'), unknown !== undefined)
    unknown?.push(...read.unknown)
    resource['metadata'] = read.metadata
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    if (!dropsInvalid) return undecodable(resource, path, error)
  }
  return undefined
}

function undecodable(resource: JsonObject, path: string, { detail }: DecodeError): FieldError {
  return invalid(FieldPath.of(join(path, 'metadata')), '', detail, printFieldValue(resource['metadata']))
}

function resourceErrors(resource: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  const at = (name: string): FieldPath => FieldPath.of(join(path, name))
  const { apiVersion, kind } = resource
  if (apiVersion === undefined || apiVersion === '') errors.push(required(at('apiVersion'), MUST_NOT_BE_EMPTY))
  else if (typeof apiVersion !== 'string') errors.push(invalid(at('apiVersion'), '', 'must be a string', printFieldValue(apiVersion)))
  else errors.push(...groupVersionErrors(apiVersion, at('apiVersion')))
  if (kind === undefined || kind === '') errors.push(required(at('kind'), MUST_NOT_BE_EMPTY))
  else if (typeof kind !== 'string') errors.push(invalid(at('kind'), '', 'must be a string', printFieldValue(kind)))
  else errors.push(...kindErrors(kind, at('kind')))
  if ('metadata' in resource) errors.push(...metadataErrors(resource, path))
  return errors
}

const MUST_NOT_BE_EMPTY = 'must not be empty'

function groupVersionErrors(apiVersion: string, path: FieldPath): FieldError[] {
  try {
    parseGroupVersion(apiVersion)
    return []
  } catch (error) {
    return [invalid(path, apiVersion, (error as Error).message)]
  }
}

function kindErrors(kind: string, path: FieldPath): FieldError[] {
  const errors = dns1035LabelErrors(kind.toLowerCase())
  return errors.length === 0 ? [] : [invalid(path, kind, `may have mixed case, but should otherwise match: ${errors.join(',')}`)]
}

function metadataErrors(resource: JsonObject, path: string): FieldError[] {
  try {
    const { metadata } = readMetadata(resource['metadata'], 'metadata', false)
    return validateObjectMeta(
      { ...metadata, name: metadata.name || 'unnamed' },
      { namespaced: (metadata.namespace ?? '') !== '', nameRule: 'path-segment', path: FieldPath.of(join(path, 'metadata')) },
    )
  } catch (error) {
    if (error instanceof DecodeError) return [undecodable(resource, path, error)]
    throw error
  }
}
