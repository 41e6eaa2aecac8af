import type { ResourceInfo } from '@kubetape/api'
import { formatGroupVersion } from '@kubetape/apimachinery'
import type { ServedGroup, ServedVersion } from './served-resources.ts'

/** An entry of an APIResourceList (API reference, APIResource v1 meta). */
export interface ApiResource {
  name: string
  singularName: string
  namespaced: boolean
  group?: string
  version?: string
  kind: string
  verbs: readonly string[]
  shortNames?: readonly string[]
  categories?: readonly string[]
  storageVersionHash?: string
}

/** An API group and its versions (API reference, APIGroup v1 meta). */
export interface ApiGroup {
  name: string
  versions: { groupVersion: string; version: string }[]
  preferredVersion: { groupVersion: string; version: string }
}

/** `/api`: the versions of the core group. `serverAddress` is where clients of any network find the server (`host:port`). */
export function apiVersionsDocument(groups: readonly ServedGroup[], serverAddress: string): object {
  const core = groups.find(({ group }) => group === '')
  return {
    kind: 'APIVersions',
    versions: core?.versions.map(({ version }) => version) ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  }
}

/** `/apis`: every group but the core one. */
export function apiGroupListDocument(groups: readonly ServedGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ group }) => group !== '').map(apiGroupOf) }
}

/** `/apis/<group>` */
export function apiGroupDocument(group: ServedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroupOf(group) }
}

/** `/api/v1`, `/apis/<group>/<version>`: what the version serves. The core group's document carries no apiVersion, as upstream's. */
export function apiResourceListDocument(version: ServedVersion): object {
  return {
    kind: 'APIResourceList',
    ...(version.group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: formatGroupVersion(version),
    resources: apiResourcesOf(version.resources),
  }
}

function apiGroupOf({ group, versions }: ServedGroup): ApiGroup {
  const named = versions.map((one) => ({ groupVersion: formatGroupVersion(one), version: one.version }))
  return { name: group, versions: named, preferredVersion: named[0]! }
}

/** The resources and subresources of one version, in the order of their names. */
export function apiResourcesOf(resources: readonly ResourceInfo[]): ApiResource[] {
  return resources.flatMap((info) => [
    {
      name: info.resource,
      singularName: info.singular,
      namespaced: info.namespaced,
      ...kindOwner(info.responseGroup, info.responseVersion),
      kind: info.kind,
      verbs: info.verbs,
      ...(info.shortNames === undefined ? {} : { shortNames: info.shortNames }),
      ...(info.categories === undefined ? {} : { categories: info.categories }),
      ...(info.storageVersionHash === undefined ? {} : { storageVersionHash: info.storageVersionHash }),
    },
    ...info.subresources.map((sub) => ({
      name: `${info.resource}/${sub.name}`,
      singularName: '',
      namespaced: info.namespaced,
      ...kindOwner(sub.group, sub.version),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ])
}

const kindOwner = (group: string | undefined, version: string | undefined): { group?: string; version?: string } => ({
  ...(group === undefined ? {} : { group }),
  ...(version === undefined ? {} : { version }),
})
