import { builtinSchemas } from '@kubetape/api'
import { resolveSchema, type TypeSchema } from '@kubetape/apimachinery'

const INT_OR_STRING = ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'io.k8s.apimachinery.pkg.api.resource.Quantity']

/** A built-in type as definitions have it, with all that it refers to in place: as large as schemas of real operators, which embed Pod templates. */
export function builtInSchema(name: string): object {
  return inPlace({ $ref: name })
}

function inPlace(schema: TypeSchema): object {
  if (schema.$ref !== undefined && INT_OR_STRING.includes(schema.$ref))
    return { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }
  const { properties, items, additionalProperties, $ref: _, ...rest } = { ...resolveSchema(builtinSchemas, schema) }
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([field, one]) => [field, inPlace(one)])) }),
    ...(items === undefined ? {} : { items: inPlace(items) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: inPlace(additionalProperties) } : {}),
  }
}
