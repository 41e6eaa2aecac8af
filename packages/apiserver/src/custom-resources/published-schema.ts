import type { JSONSchemaProps } from '@kubetape/api/types/apiextensions/v1'
import type { GroupVersionKind, TypeSchema } from '@kubetape/apimachinery'

/** The types of one version of a custom resource, by their names in OpenAPI documents. */
export interface PublishedTypes {
  /** The name of the kind's type. */
  readonly name: string
  readonly listName: string
  /** For OpenAPI v3 documents. */
  readonly v3: ReadonlyMap<string, TypeSchema>
  /** For the OpenAPI v2 document, which can say less. */
  readonly v2: ReadonlyMap<string, TypeSchema>
}

/** A published schema: what our own types say, and keywords of OpenAPI that are passed on as they are. */
type Published = TypeSchema & Record<string, unknown>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
const OBJECT_METADATA = `Standard object's metadata. More info: ${CONVENTIONS}#metadata`
const LIST_METADATA = `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`

const API_VERSION: Published = { type: 'string', description: `The group and version of this schema. More info: ${CONVENTIONS}#resources` }
const KIND: Published = { type: 'string', description: `The kind of this object, in CamelCase. More info: ${CONVENTIONS}#types-kinds` }

/** `com.example.grp.v1.Gadget` of a Gadget in `grp.example.com/v1`. */
export function publishedName({ group, version, kind }: GroupVersionKind): string {
  return [...group.split('.').reverse(), version, kind].join('.')
}

/** What a definition's schema comes to in OpenAPI documents (Kubernetes documentation, "Publish Validation Schema in OpenAPI"). */
export function publishedTypes(gvk: GroupVersionKind, listKind: string, schema: Readonly<JSONSchemaProps> | undefined): PublishedTypes {
  const name = publishedName(gvk)
  const listName = publishedName({ ...gvk, kind: listKind })
  const types = (root: Published): ReadonlyMap<string, TypeSchema> =>
    new Map<string, TypeSchema>([
      [name, { ...root, 'x-kubernetes-group-version-kind': [gvk] }],
      [listName, listType(name, { ...gvk, kind: listKind })],
    ])
  return { name, listName, v3: types(rootType(schema, (one) => one)), v2: types(rootType(schema, inVersion2)) }
}

function rootType(schema: Readonly<JSONSchemaProps> | undefined, change: (schema: Published) => Published): Published {
  if (schema === undefined) return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const root = typeOf(schema, change)
  return { ...root, properties: { ...root.properties, ...resourceFields() } }
}

const resourceFields = (): Record<string, Published> => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { $ref: `${META}.ObjectMeta`, description: OBJECT_METADATA },
})

function listType(name: string, gvk: GroupVersionKind): Published {
  return {
    description: `${gvk.kind} is a list of ${name.split('.').at(-1)}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      items: { type: 'array', description: 'The objects of the list.', items: { $ref: name } } as Published,
      kind: KIND,
      metadata: { $ref: `${META}.ListMeta`, description: LIST_METADATA } as Published,
    },
    'x-kubernetes-group-version-kind': [gvk],
  }
}

/** A schema with everything below it; embedded resources have the fields that all resources have. */
function typeOf(schema: Readonly<JSONSchemaProps>, change: (schema: Published) => Published): Published {
  const { properties, items, additionalProperties, ...rest } = schema
  const below = (one: unknown): Published => typeOf(one as JSONSchemaProps, change)
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const all = {
    ...(properties === undefined ? {} : Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, below(one)]))),
    ...(embedded ? resourceFields() : {}),
  }
  return change({
    ...(rest as Published),
    ...(properties === undefined && !embedded ? {} : { properties: all }),
    ...(items === undefined ? {} : { items: below(items) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: typeof additionalProperties === 'object' ? below(additionalProperties) : additionalProperties }),
  })
}

/** Keywords that OpenAPI v2, or kubectl's reading of it, does not know. */
const UNKNOWN_IN_V2 = ['oneOf', 'anyOf', 'allOf', 'not', 'nullable', 'x-kubernetes-validations', 'default'] as const

/** What may be null, or one of two types, has no type in v2, and so nothing that depends on one. */
function inVersion2(schema: Published): Published {
  const copy: Record<string, unknown> = { ...schema }
  for (const keyword of UNKNOWN_IN_V2) delete copy[keyword]
  const untyped = schema['nullable'] === true || schema['x-kubernetes-int-or-string'] === true
  if (untyped) for (const keyword of ['type', 'items', 'properties', 'additionalProperties', 'required']) delete copy[keyword]
  if (schema['x-kubernetes-preserve-unknown-fields'] === true && schema.properties === undefined) delete copy['items']
  return copy
}
