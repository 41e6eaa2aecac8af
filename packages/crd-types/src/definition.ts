import { compareVersions, isJsonObject, type JsonObject } from '@kubetape/apimachinery'
import { CrdTypesError } from './crd-types-error.ts'
import { type Schema, schemaOf } from './schema.ts'

/** A version that types are made for. */
export interface DefinedVersion {
  readonly name: string
  readonly schema: Schema
  /** Why not to use it; undefined for versions that are not deprecated. */
  readonly deprecation?: string
}

/** What types need of a CustomResourceDefinition. */
export interface Definition {
  readonly name: string
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** The served ones, those that clients should prefer first. At least one. */
  readonly versions: readonly DefinedVersion[]
}

const GROUP = 'apiextensions.k8s.io'

/**
 * The definitions among objects and in Lists of them; other objects are passed over, since manifests of operators have them too. `source` is for
 * messages. Throws a CrdTypesError where there is none, and for one that types cannot be made of.
 */
export function definitionsOf(objects: readonly unknown[], source: string): Definition[] {
  const flat = objects.flatMap(itemsOf)
  const definitions = flat.filter(isDefinition).map(definitionOf)
  if (definitions.length > 0) return definitions
  const kinds = [
    ...new Set(flat.map((one) => (isJsonObject(one) && typeof one['kind'] === 'string' ? one['kind'] : 'something that is no object'))),
  ]
  throw new CrdTypesError(source, `there is no CustomResourceDefinition in it, only ${kinds.join(', ') || 'nothing'}`)
}

function itemsOf(object: unknown): readonly unknown[] {
  if (!isJsonObject(object)) return [object]
  const { kind, items } = object
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items.map(withKindOf(kind, object)) : [object]
}

/** Items of a typed list, as the API answers them, do not say what they are. */
const withKindOf =
  (listKind: string, { apiVersion }: JsonObject) =>
  (item: unknown): unknown =>
    listKind !== 'List' && isJsonObject(item) ? { apiVersion, kind: listKind.slice(0, -'List'.length), ...item } : item

const isDefinition = (object: unknown): object is JsonObject => isJsonObject(object) && object['kind'] === 'CustomResourceDefinition'

function definitionOf(object: JsonObject): Definition {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : 'a definition without a name'
  const { apiVersion } = object
  if (apiVersion === `${GROUP}/v1beta1`)
    throw new CrdTypesError(name, `it is written in ${GROUP}/v1beta1, which Kubernetes has no more since v1.22: write it in ${GROUP}/v1`)
  if (apiVersion !== `${GROUP}/v1`) throw new CrdTypesError(name, `its apiVersion is ${JSON.stringify(apiVersion)}, not ${GROUP}/v1`)
  const spec = part(object, 'spec', name)
  const names = part(spec, 'names', name, 'spec.')
  const scope = text(spec, 'scope', name, 'spec.')
  return {
    name,
    group: text(spec, 'group', name, 'spec.'),
    kind: text(names, 'kind', name, 'spec.names.'),
    plural: text(names, 'plural', name, 'spec.names.'),
    namespaced: scope === 'Namespaced',
    versions: versionsOf(spec['versions'], name),
  }
}

function versionsOf(versions: unknown, name: string): DefinedVersion[] {
  if (!Array.isArray(versions)) throw new CrdTypesError(name, 'spec.versions is missing')
  const served = versions.filter(isJsonObject).filter((version) => version['served'] === true)
  if (served.length === 0) throw new CrdTypesError(name, 'none of its versions is served')
  return served.map((version) => definedVersion(version, name)).sort((a, b) => compareVersions(a.name, b.name))
}

function definedVersion(version: JsonObject, definition: string): DefinedVersion {
  const name = text(version, 'name', definition, 'spec.versions[].')
  const schema = schemaOf(schemaOf(version['schema']) === undefined ? undefined : (version['schema'] as JsonObject)['openAPIV3Schema'])
  if (schema === undefined) throw new CrdTypesError(`version ${name} of ${definition}`, 'it has no schema.openAPIV3Schema')
  const { deprecated, deprecationWarning } = version
  const why = typeof deprecationWarning === 'string' ? deprecationWarning : `${name} is deprecated`
  return { name, schema, ...(deprecated === true ? { deprecation: why } : {}) }
}

function part(object: JsonObject, field: string, definition: string, path = ''): JsonObject {
  const value = object[field]
  if (!isJsonObject(value)) throw new CrdTypesError(definition, `${path}${field} is missing`)
  return value
}

function text(object: JsonObject, field: string, definition: string, path: string): string {
  const value = object[field]
  if (typeof value !== 'string' || value === '') throw new CrdTypesError(definition, `${path}${field} is missing`)
  return value
}
