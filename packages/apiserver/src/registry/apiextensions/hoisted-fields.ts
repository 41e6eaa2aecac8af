import type { CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import { deepEqual } from '@kubetape/apimachinery'

/** Fields of a version that upstream's internal type has once for all versions where they are the same: their errors are told at that place. */
const HOISTED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const

/** A field that may be told once for all versions. */
export type Hoisted = (typeof HOISTED)[number]

/** The fields that all versions have alike, if only because there is one version. */
export function hoistedFields(versions: readonly Readonly<CustomResourceDefinitionVersion>[]): ReadonlySet<Hoisted> {
  const [first, ...others] = versions
  return new Set(
    HOISTED.filter((field) => first !== undefined && others.every((one) => deepEqual(one[field] ?? null, first[field] ?? null))),
  )
}

/** Versions as upstream prints them: what it keeps behind pointers, at an address that nobody can match on. */
export function printVersions(versions: readonly Readonly<CustomResourceDefinitionVersion>[]): string {
  const pointer = (type: string, value: unknown): string => `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`
  const common = hoistedFields(versions)
  const printed = versions.map((version) => {
    const own = (field: Hoisted): unknown => (common.has(field) ? undefined : version[field])
    const fields = [
      `Name:${JSON.stringify(version.name)}`,
      `Served:${version.served}`,
      `Storage:${version.storage}`,
      `Deprecated:${version.deprecated ?? false}`,
      `DeprecationWarning:${pointer('string', version.deprecationWarning)}`,
      `Schema:${pointer('apiextensions.CustomResourceValidation', own('schema'))}`,
      `Subresources:${pointer('apiextensions.CustomResourceSubresources', own('subresources'))}`,
      'AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil)',
      'SelectableFields:[]apiextensions.SelectableField(nil)',
    ]
    return `apiextensions.CustomResourceDefinitionVersion{${fields.join(', ')}}`
  })
  return `[]apiextensions.CustomResourceDefinitionVersion{${printed.join(', ')}}`
}
