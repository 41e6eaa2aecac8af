import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '@kubetape/api/types/apiextensions/v1'
import {
  dns1035LabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  printGoStrings,
  required,
  validateImmutable,
} from '@kubetape/apimachinery'
import type { JsonSchemaProps } from '../../custom-resources/schema/json-schema-props.ts'
import { validateSchema } from '../../custom-resources/schema/validate-schema.ts'
import { API_APPROVED_ANNOTATION, apiApproval, isProtectedGroup } from './api-approval.ts'
import { validateConversion } from './conversion-validation.ts'
import { type Hoisted, hoistedFields, printVersions } from './hoisted-fields.ts'
import { validateColumns, validateDeprecation, validateSelectableFields, validateSubresources } from './version-fields-validation.ts'

const METADATA = FieldPath.of('metadata')
const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
const PRESERVE = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'

/** What is wrong with a new definition. */
export function validateDefinition(definition: Readonly<CustomResourceDefinition>): FieldError[] {
  const { metadata, spec } = definition
  const name = metadata.name ?? ''
  const wrong = [...(name === '' ? [] : dnsSubdomainErrors(name))].map((detail) => invalid(METADATA.child('name'), name, detail))
  if (name !== `${spec.names.plural}.${spec.group}`)
    wrong.push(invalid(METADATA.child('name'), name, 'must be spec.names.plural+"."+spec.group'))
  return [
    ...wrong,
    ...validateSpec(spec, undefined),
    ...statusErrors(definition),
    ...approvalErrors(definition, undefined),
    ...preserveErrors(spec, undefined),
  ]
}

/** What is wrong with a change of a definition. Of one that was established, what decides where objects are kept cannot change. */
export function validateDefinitionUpdate(
  definition: Readonly<CustomResourceDefinition>,
  old: Readonly<CustomResourceDefinition>,
): FieldError[] {
  const { spec } = definition
  const wasEstablished = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false
  return [
    ...validateSpec(spec, old.spec),
    ...(wasEstablished
      ? [
          ...validateImmutable(spec.scope, old.spec.scope, SPEC.child('scope')),
          ...validateImmutable(spec.names.kind, old.spec.names.kind, SPEC.child('names', 'kind')),
        ]
      : []),
    ...validateImmutable(spec.group, old.spec.group, SPEC.child('group')),
    ...validateImmutable(spec.names.plural, old.spec.names.plural, SPEC.child('names', 'plural')),
    ...statusErrors(definition),
    ...approvalErrors(definition, old),
    ...preserveErrors(spec, old.spec),
  ]
}

/** What is wrong with the names that a definition was given. */
export function validateAcceptedNames({ status }: Readonly<CustomResourceDefinition>): FieldError[] {
  return validateNames(status?.acceptedNames, STATUS.child('acceptedNames'))
}

function statusErrors(definition: Readonly<CustomResourceDefinition>): FieldError[] {
  return [...validateAcceptedNames(definition), ...storedVersionErrors(definition)]
}

function storedVersionErrors({ spec, status }: Readonly<CustomResourceDefinition>): FieldError[] {
  const path = STATUS.child('storedVersions')
  const stored = status?.storedVersions ?? []
  if (stored.length === 0) return [invalid(path, stored, 'must have at least one stored version', printGoStrings(undefined))]
  const errors: FieldError[] = []
  for (const { name, storage } of spec.versions ?? [])
    if (storage && !stored.includes(name))
      errors.push(invalid(path, stored, `must have the storage version ${name}`, printGoStrings(stored)))
  for (const [at, name] of stored.entries())
    if (!spec.versions?.some((one) => one.name === name)) errors.push(invalid(path.index(at), name, 'must appear in spec.versions'))
  return errors
}

function approvalErrors(
  { metadata, spec }: Readonly<CustomResourceDefinition>,
  old: Readonly<CustomResourceDefinition> | undefined,
): FieldError[] {
  if (!isProtectedGroup(spec.group)) return []
  const { state, message } = apiApproval(metadata.annotations)
  // What was let pass once stays.
  if (old !== undefined && apiApproval(old.metadata.annotations).state === state) return []
  const path = METADATA.child('annotations').key(API_APPROVED_ANNOTATION)
  if (state === 'missing') return [required(path, message)]
  return state === 'invalid' ? [invalid(path, metadata.annotations![API_APPROVED_ANNOTATION], message)] : []
}

function preserveErrors(
  { preserveUnknownFields }: Readonly<CustomResourceDefinitionSpec>,
  old: Readonly<CustomResourceDefinitionSpec> | undefined,
): FieldError[] {
  if (!preserveUnknownFields || old?.preserveUnknownFields) return []
  return [invalid(SPEC.child('preserveUnknownFields'), true, PRESERVE)]
}

function validateSpec(spec: Readonly<CustomResourceDefinitionSpec>, old: Readonly<CustomResourceDefinitionSpec> | undefined): FieldError[] {
  const versions = spec.versions ?? []
  const common = hoistedFields(versions)
  const before = (old?.versions ?? []).flatMap(({ schema }) => (schema?.openAPIV3Schema === undefined ? [] : [schema.openAPIV3Schema]))
  const errors = [...groupErrors(spec.group), ...scopeErrors(spec.scope)]
  if (!common.has('schema') || versions[0]?.schema?.openAPIV3Schema === undefined) errors.push(...missingSchemas(versions))
  for (const [at, version] of versions.entries()) errors.push(...versionErrors(version, at, common, before))
  errors.push(...versionsErrors(versions))
  const names = spec.names
  const namesPath = SPEC.child('names')
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names[field]) errors.push(required(namesPath.child(field)))
  errors.push(...validateNames(names, namesPath))
  const [first] = versions
  if (first !== undefined) errors.push(...commonErrors(versions, first, common, before))
  if (spec.conversion !== undefined) errors.push(...validateConversion(spec.conversion, SPEC.child('conversion')))
  return errors
}

function groupErrors(group: string): FieldError[] {
  const path = SPEC.child('group')
  if (!group) return [required(path)]
  const wrong = dnsSubdomainErrors(group)
  if (wrong.length > 0) return [invalid(path, group, wrong.join(','))]
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')]
}

function scopeErrors(scope: string): FieldError[] {
  const path = SPEC.child('scope')
  if (!scope) return [required(path)]
  return scope === 'Cluster' || scope === 'Namespaced' ? [] : [notSupported(path, scope, ['Cluster', 'Namespaced'])]
}

function missingSchemas(versions: readonly Readonly<CustomResourceDefinitionVersion>[]): FieldError[] {
  return versions.flatMap(({ schema }, at) =>
    schema?.openAPIV3Schema === undefined
      ? [required(SPEC.child('versions').index(at).child('schema', 'openAPIV3Schema'), 'schemas are required')]
      : [],
  )
}

function versionErrors(
  version: Readonly<CustomResourceDefinitionVersion>,
  at: number,
  common: ReadonlySet<Hoisted>,
  before: readonly JSONSchemaProps[],
): FieldError[] {
  const path = SPEC.child('versions').index(at)
  const wrong = dns1035LabelErrors(version.name)
  return [
    ...(wrong.length > 0 ? [invalid(path.child('name'), version.name, wrong.join(','))] : []),
    ...validateDeprecation(version, path),
    ...(common.has('schema')
      ? []
      : schemaErrors(version.schema?.openAPIV3Schema, path.child('schema', 'openAPIV3Schema'), [version], before)),
    ...(common.has('subresources') ? [] : validateSubresources(version.subresources, path.child('subresources'))),
    ...(common.has('additionalPrinterColumns')
      ? []
      : validateColumns(version.additionalPrinterColumns, path.child('additionalPrinterColumns'))),
    ...(common.has('selectableFields')
      ? []
      : validateSelectableFields(version.selectableFields, version.schema?.openAPIV3Schema, path.child('selectableFields'))),
  ]
}

/** What is wrong with the schema of these versions; `before` are all that the stored definition has. */
function schemaErrors(
  schema: Readonly<JSONSchemaProps> | undefined,
  path: FieldPath,
  versions: readonly Readonly<CustomResourceDefinitionVersion>[],
  before: readonly JSONSchemaProps[],
): FieldError[] {
  if (schema === undefined) return []
  const hasStatus = versions.some(({ subresources }) => subresources?.status !== undefined)
  return validateSchema(schema as JsonSchemaProps, path, { hasStatus, old: before as readonly JsonSchemaProps[] })
}

/** What is wrong with the versions together; the first one's name is told at its place in the internal type too. */
function versionsErrors(versions: readonly Readonly<CustomResourceDefinitionVersion>[]): FieldError[] {
  const errors: FieldError[] = []
  const path = SPEC.child('versions')
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    errors.push(invalid(path, versions, 'must contain unique version names', printVersions(versions)))
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalid(path, versions, 'must have exactly one version marked as storage version', printVersions(versions)))
  const name = versions[0]?.name
  const wrong = name ? dns1035LabelErrors(name) : []
  return wrong.length > 0 ? [...errors, invalid(SPEC.child('version'), name, wrong.join(','))] : errors
}

/** What is wrong with the fields that all versions have alike. */
function commonErrors(
  versions: readonly Readonly<CustomResourceDefinitionVersion>[],
  version: Readonly<CustomResourceDefinitionVersion>,
  common: ReadonlySet<Hoisted>,
  before: readonly JSONSchemaProps[],
): FieldError[] {
  const schemaPath = SPEC.child('validation', 'openAPIV3Schema')
  return [
    ...(common.has('schema') ? schemaErrors(version.schema?.openAPIV3Schema, schemaPath, versions, before) : []),
    ...(common.has('subresources') ? validateSubresources(version.subresources, SPEC.child('subresources')) : []),
    ...(common.has('additionalPrinterColumns')
      ? validateColumns(version.additionalPrinterColumns, SPEC.child('additionalPrinterColumns'))
      : []),
    ...(common.has('selectableFields')
      ? validateSelectableFields(version.selectableFields, version.schema?.openAPIV3Schema, SPEC.child('selectableFields'))
      : []),
  ]
}

/** Names as they are in paths, commands and bodies; absent ones are not judged. */
function validateNames(names: Readonly<CustomResourceDefinitionNames> | undefined, path: FieldPath): FieldError[] {
  if (names === undefined) return []
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names
  const label = (value: string | undefined, at: FieldPath, checked = value, prefix = ''): FieldError[] => {
    const wrong = checked ? dns1035LabelErrors(checked) : []
    return wrong.length > 0 ? [invalid(at, value, prefix + wrong.join(','))] : []
  }
  const mixed = 'may have mixed case, but should otherwise match: '
  return [
    ...label(plural, path.child('plural')),
    ...label(singular, path.child('singular')),
    ...label(kind, path.child('kind'), kind?.toLowerCase(), mixed),
    ...label(listKind, path.child('listKind'), listKind?.toLowerCase(), mixed),
    ...shortNames.flatMap((name, at) => label(name, path.child('shortNames').index(at))),
    ...(kind && kind === listKind ? [invalid(path.child('listKind'), listKind, 'kind and listKind may not be the same')] : []),
    ...categories.flatMap((name, at) => label(name, path.child('categories').index(at))),
  ]
}
