import type { ResourceInfo, SubresourceInfo } from '@kubetape/api'
import { formatGroupVersion } from '@kubetape/apimachinery'
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import { ServedResource } from '../registry/served-resource.ts'
import { customForms } from './custom-forms.ts'
import { customStrategy } from './custom-strategy.ts'
import { deprecationOf, isTerminating, storageVersionHash, storageVersionOf } from './definition.ts'
import { customTable } from './printer-columns.ts'
import { publishedTypes } from './published-schema.ts'
import { type CustomType, customType } from './schema/custom-type.ts'
import type { JsonSchemaProps } from './schema/json-schema-props.ts'
import { versionConversion } from './version-conversion.ts'
import { type ConverterEnvironment, WebhookConverter } from './webhook-converter.ts'

/** In the order in which upstream's discovery tells them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const
/** What is left of a resource whose definition is on its way out. */
const TERMINATING_VERBS = ['delete', 'deletecollection', 'get', 'list', 'watch'] as const
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'] as const

type Definition = Readonly<CustomResourceDefinition>
type Version = Readonly<CustomResourceDefinitionVersion>

/** What making resources of a definition takes beside it. */
export interface ServingEnvironment {
  readonly converters: ConverterEnvironment
  /** The revision since which the definition's schemas are what they are. */
  readonly schemaSince: number
}

/** The resources of a definition: one for each version that is served. */
export function resourcesOf(definition: Definition, environment: ServingEnvironment): ServedResource[] {
  const resources = new Map<string, ServedResource>()
  const sibling = (apiVersion: string): ServedResource | undefined => resources.get(apiVersion)
  const all = definition.spec.versions.map((version) => customResource(definition, version, environment, sibling))
  for (const one of all) resources.set(one.apiVersion, one)
  return all.filter((_, at) => definition.spec.versions[at]!.served)
}

/** The definition's objects in one version, whether that is served or not. `sibling` finds the others of the definition. */
export function customResource(
  definition: Definition,
  version: Version,
  { converters, schemaSince }: ServingEnvironment,
  sibling?: (apiVersion: string) => ServedResource | undefined,
): ServedResource {
  const { spec } = definition
  const info = infoOf(definition, version)
  const storage = storageVersionOf(definition)
  const gvk = { group: spec.group, version: version.name, kind: spec.names.kind }
  const stored = { ...gvk, version: storage.name, resource: spec.names.plural }
  const types = typesOf(definition)
  const type = types.get(formatGroupVersion(gvk))!
  return new ServedResource(info, {
    strategy: customStrategy(version, type),
    conversion: versionConversion({ stored, served: gvk, types, schemaSince, webhook: converterOf(definition, converters) }),
    type,
    columns: customTable(version.additionalPrinterColumns).columns,
    custom: true,
    ...(sibling === undefined ? {} : { forms: customForms(formatGroupVersion(gvk), sibling) }),
    deprecation: deprecationOf(definition, version),
    terminating: isTerminating(definition),
    published: () => publishedTypes(gvk, info.listKind!, spec.preserveUnknownFields ? undefined : version.schema?.openAPIV3Schema),
  })
}

/** Who converts; nobody has to where there is one version only. */
function converterOf({ spec }: Definition, converters: ConverterEnvironment): WebhookConverter | undefined {
  const { strategy, webhook } = spec.conversion ?? {}
  if (strategy !== 'Webhook' || webhook === undefined || spec.versions.length === 1) return undefined
  return new WebhookConverter(webhook, spec.names.kind, converters)
}

/** The types of all versions of a definition by apiVersion; made once, however many of its versions are served. */
function typesOf(definition: Definition): ReadonlyMap<string, () => CustomType> {
  let types = typesOfDefinitions.get(definition)
  if (types === undefined) {
    const { group, versions } = definition.spec
    types = new Map(versions.map((version) => [formatGroupVersion({ group, version: version.name }), compiledOnce(definition, version)]))
    typesOfDefinitions.set(definition, types)
  }
  return types
}

const typesOfDefinitions = new WeakMap<Definition, ReadonlyMap<string, () => CustomType>>()

/** Compiles the version's schema when it is first needed. */
function compiledOnce({ spec }: Definition, version: Version): () => CustomType {
  let known: CustomType | undefined
  return () =>
    (known ??= customType({
      group: spec.group,
      version: version.name,
      kind: spec.names.kind,
      schema: version.schema?.openAPIV3Schema as JsonSchemaProps | undefined,
      preserveUnknownFields: spec.preserveUnknownFields ?? false,
      namespaced: spec.scope === 'Namespaced',
      hasStatus: version.subresources?.status !== undefined,
      scale: version.subresources?.scale,
    }))
}

function infoOf(definition: Definition, version: Version): ResourceInfo {
  const { spec, status } = definition
  const { group } = spec
  const { plural, kind, singular = '', listKind = `${kind}List` } = spec.names
  const { shortNames = [], categories = [] } = status?.acceptedNames ?? spec.names
  return {
    group,
    version: version.name,
    resource: plural,
    kind,
    listKind,
    singular,
    custom: true,
    namespaced: spec.scope === 'Namespaced',
    verbs: isTerminating(definition) ? TERMINATING_VERBS : VERBS,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    storageVersionHash: storageVersionHash(group, storageVersionOf(definition).name, kind),
    inDefaultProfile: false,
    subresources: subresourcesOf(kind, version),
  }
}

function subresourcesOf(kind: string, { subresources }: Version): SubresourceInfo[] {
  return [
    ...(subresources?.status === undefined ? [] : [{ name: 'status', kind, verbs: SUBRESOURCE_VERBS }]),
    ...(subresources?.scale === undefined
      ? []
      : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: SUBRESOURCE_VERBS }]),
  ]
}
