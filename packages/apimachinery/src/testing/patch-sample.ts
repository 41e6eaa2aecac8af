import type { SchemaSource, TypeSchema } from '../type-schema.ts'

/** A small Pod-like type with every way of merging, for tests of patches. */
const text: TypeSchema = { type: 'string' }
const listOf = (items: TypeSchema, strategy?: string, mergeKey?: string): TypeSchema => ({
  type: 'array',
  items,
  ...(strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy }),
  ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
})
const types: Record<string, TypeSchema> = {
  'test.v1.Meta': {
    type: 'object',
    properties: {
      finalizers: listOf(text, 'merge'),
      labels: { type: 'object', additionalProperties: text },
      numbers: listOf({ type: 'integer' }, 'merge'),
    },
  },
  'test.v1.Port': { type: 'object', properties: { containerPort: { type: 'integer' }, name: text } },
  'test.v1.Container': {
    type: 'object',
    properties: {
      name: text,
      image: text,
      args: listOf(text),
      env: listOf({ type: 'object', properties: { name: text, value: text } }, 'merge', 'name'),
      ports: listOf({ $ref: 'test.v1.Port' }, 'merge', 'containerPort'),
    },
  },
  'test.v1.Volume': { type: 'object', properties: { name: text, emptyDir: { type: 'object' }, configMap: { type: 'object' } } },
  'test.v1.Spec': {
    type: 'object',
    properties: {
      metadata: { $ref: 'test.v1.Meta' },
      containers: listOf({ $ref: 'test.v1.Container' }, 'merge', 'name'),
      volumes: listOf({ $ref: 'test.v1.Volume' }, 'merge,retainKeys', 'name'),
      strategy: { $ref: 'test.v1.Volume', 'x-kubernetes-patch-strategy': 'retainKeys' },
      selector: { type: 'object', additionalProperties: true, 'x-kubernetes-patch-strategy': 'replace' },
      tolerations: listOf({ type: 'object' }),
      nodeSelector: { type: 'object', additionalProperties: text },
      free: { type: 'object' },
      keyless: listOf({ type: 'object' }, 'merge'),
    },
  },
}
/** The sample types by name. */
export const source: SchemaSource = { type: (name) => types[name] }
/** The type that tests patch. */
export const SPEC: TypeSchema = { $ref: 'test.v1.Spec' }
