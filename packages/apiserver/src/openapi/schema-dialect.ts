import type { TypeSchema } from '@kubetape/apimachinery'

/** The two versions of OpenAPI say a few things differently. */
export type Dialect = 'v2' | 'v3'

const REFERENCES = { v2: '#/definitions/', v3: '#/components/schemas/' } as const
/** Types that are one of two in v3; v2 cannot say that. */
const TWO_FORMED: Readonly<Record<string, TypeSchema>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: 'string', format: 'int-or-string' },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
}

/** A type as a document of this version shows it. Keywords that are not ours to know (of custom resources) are kept as they are. */
export function typeInDialect(name: string, schema: TypeSchema, dialect: Dialect): object {
  return schemaInDialect(dialect === 'v2' ? (TWO_FORMED[name] ?? schema) : schema, dialect, false)
}

/** `isProperty`: properties always carry a description upstream, so that a reference among them never stands alone. */
function schemaInDialect(schema: TypeSchema, dialect: Dialect, isProperty: boolean): object {
  const { $ref, properties, items, additionalProperties, ...rest } = schema
  return {
    ...rest,
    ...($ref === undefined ? {} : referenceInDialect($ref, dialect, isProperty || Object.keys(rest).length > 0)),
    ...(properties === undefined ? {} : { properties: mapValues(properties, (one) => schemaInDialect(one, dialect, true)) }),
    ...(items === undefined ? {} : { items: schemaInDialect(items, dialect, false) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object' ? schemaInDialect(additionalProperties, dialect, false) : additionalProperties,
        }),
  }
}

/** In v3 nothing may stand beside a reference, so it is wrapped. */
function referenceInDialect(name: string, dialect: Dialect, hasCompany: boolean): object {
  const reference = { $ref: `${REFERENCES[dialect]}${name}` }
  return dialect === 'v3' && hasCompany ? { allOf: [reference] } : reference
}

/** A reference that stands alone. */
export const referenceTo = (name: string, dialect: Dialect): object => ({ $ref: `${REFERENCES[dialect]}${name}` })

/** The types that these types refer to, themselves included, by name; a name without a type is left out. */
export function closureOf(roots: Iterable<string>, type: (name: string) => TypeSchema | undefined): Map<string, TypeSchema> {
  const found = new Map<string, TypeSchema>()
  const visit = (name: string): void => {
    const schema = found.has(name) ? undefined : type(name)
    if (schema === undefined) return
    found.set(name, schema)
    for (const reference of referencesIn(schema)) visit(reference)
  }
  for (const root of roots) visit(root)
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function* referencesIn(schema: TypeSchema): Generator<string> {
  if (schema.$ref !== undefined) yield schema.$ref
  for (const property of Object.values(schema.properties ?? {})) yield* referencesIn(property)
  if (schema.items !== undefined) yield* referencesIn(schema.items)
  if (typeof schema.additionalProperties === 'object') yield* referencesIn(schema.additionalProperties)
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
