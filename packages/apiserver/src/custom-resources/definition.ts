import { createHash } from 'node:crypto'
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '@kubetape/api/types/apiextensions/v1'
import { CustomResourceDefinition as DefinitionKind } from '@kubetape/api/kinds'
import { compareVersions, type GroupResource, hasCondition, type Kind } from '@kubetape/apimachinery'

/** Where definitions are stored. */
export const DEFINITIONS: GroupResource = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }
export const DEFINITION_KIND: Kind<CustomResourceDefinition> = DefinitionKind

type Version = Readonly<CustomResourceDefinitionVersion>

/** Whether requests for its objects are answered: its names are its own, if only of old. */
export function isServed({ status }: Readonly<CustomResourceDefinition>): boolean {
  return hasCondition(status?.conditions, 'NamesAccepted') || hasCondition(status?.conditions, 'Established')
}

export function isEstablished({ status }: Readonly<CustomResourceDefinition>): boolean {
  return hasCondition(status?.conditions, 'Established')
}

/** Whether it is on its way out, so that nothing new is made of it. */
export function isTerminating({ status }: Readonly<CustomResourceDefinition>): boolean {
  return hasCondition(status?.conditions, 'Terminating')
}

/** The version in which its objects are stored. */
export function storageVersionOf({ spec }: Readonly<CustomResourceDefinition>): Version {
  return spec.versions.find(({ storage }) => storage) ?? spec.versions[0]!
}

/** What discovery calls the form in which a resource is stored: clients compare it. */
export function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}

/** What everybody who uses this version is warned of; undefined where it is not deprecated. */
export function deprecationOf({ spec }: Readonly<CustomResourceDefinition>, version: Version): string | undefined {
  if (!version.deprecated) return undefined
  if (version.deprecationWarning !== undefined) return version.deprecationWarning
  const [better] = spec.versions
    .filter(({ name, served, deprecated }) => served && !deprecated && compareVersions(name, version.name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name))
  const said = `${spec.group}/${version.name} ${spec.names.kind} is deprecated`
  return better === undefined ? said : `${said}; use ${spec.group}/${better.name} ${spec.names.kind}`
}
