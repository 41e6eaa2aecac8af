import type { ResourceInfo } from '@kubetape/api'
import type { ServedGroup } from './served-resources.ts'

/** The versions of `apidiscovery.k8s.io` that clients may ask for; the documents are the same. */
export type AggregatedVersion = 'v2' | 'v2beta1'

interface ResponseKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A group with all that it serves (API reference, APIGroupDiscovery). */
export interface ApiGroupDiscovery {
  readonly metadata: { readonly name?: string; readonly creationTimestamp: null }
  readonly versions: readonly { readonly version: string; readonly resources: readonly object[]; readonly freshness: 'Current' }[]
}

/** `/api` or `/apis` as an APIGroupDiscoveryList (KEP-3352): of the core group, or of all others. */
export function aggregatedDocument(groups: readonly ServedGroup[], root: 'api' | 'apis', version: AggregatedVersion): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.filter(({ group }) => (group === '') === (root === 'api')).map(groupDiscoveryOf),
  }
}

/** One group of an APIGroupDiscoveryList. */
export function groupDiscoveryOf({ group, versions }: ServedGroup): ApiGroupDiscovery {
  return {
    metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
    versions: versions.map(({ version, resources }) => ({ version, resources: resources.map(resourceDiscoveryOf), freshness: 'Current' })),
  }
}

function resourceDiscoveryOf(info: ResourceInfo): object {
  // Of custom resources the kind's group and version are told even where they are the resource's.
  const own = info.custom ? { group: info.group, version: info.version } : { group: undefined, version: undefined }
  return {
    resource: info.resource,
    responseKind: responseKind(info.kind, info.responseGroup ?? own.group, info.responseVersion ?? own.version),
    scope: info.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: info.singular,
    verbs: info.verbs,
    ...(info.shortNames === undefined ? {} : { shortNames: info.shortNames }),
    ...(info.categories === undefined ? {} : { categories: info.categories }),
    ...(info.subresources.length === 0
      ? {}
      : {
          subresources: info.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: responseKind(sub.kind, sub.group ?? own.group, sub.version ?? own.version),
            verbs: sub.verbs,
          })),
        }),
  }
}

/** Group and version are named only where they are not the resource's own. */
const responseKind = (kind: string, group: string | undefined, version: string | undefined): ResponseKind => ({
  group: group ?? '',
  version: version ?? '',
  kind,
})
