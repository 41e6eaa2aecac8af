import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { defer } from 'rxjs'

/** The name of a cluster becomes part of keys and of kind ids, which have separators of their own. */
const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/**
 * A kind as another cluster has it: `inCluster('east', ConfigMap)` can be watched, read and written to wherever a kind can, beside ConfigMap
 * itself. The Manager is told which client that is: `clusters: { east: client }`. Throws a TypeError for a name that is no DNS label.
 */
export function inCluster<T extends KubeObject>(cluster: string, kind: Kind<T>): Kind<T> {
  if (!NAME.test(cluster))
    throw new TypeError(`Cannot name a cluster ${JSON.stringify(cluster)}: a name is lower-case letters, digits and "-"`)
  return { ...kind, cluster }
}

/**
 * One client for several clusters: each request goes where its kind says, to `home` where it says nothing. Writes to other clusters carry no
 * cause: the run that it names is on no tape of theirs.
 */
export function clientOfClusters(home: Client, clusters: Readonly<Record<string, Client>> = {}): Client {
  const of = (kind: Kind): Client => {
    if (kind.cluster === undefined) return home
    return (Object.hasOwn(clusters, kind.cluster) ? clusters[kind.cluster] : undefined) ?? unreachable(kind, clusters)
  }
  const at = <O extends { readonly cause?: unknown }>(kind: Kind, options: O | undefined): O | undefined => {
    if (kind.cluster === undefined || options?.cause === undefined) return options
    const { cause: _cause, ...rest } = options
    return rest as unknown as O
  }
  const plain = <T extends KubeObject>(kind: Kind<T>): Kind => kind
  return {
    get: (kind, name, options) => of(plain(kind)).get(kind, name, options),
    list: (kind, options) => of(plain(kind)).list(kind, options),
    watch: (kind, options) => of(plain(kind)).watch(kind, options),
    create: (kind, object, options) => of(plain(kind)).create(kind, object, at(plain(kind), options)),
    update: (kind, object, options) => of(plain(kind)).update(kind, object, at(plain(kind), options)),
    patch: (kind, name, patch, options) => of(plain(kind)).patch(kind, name, patch, at(plain(kind), options)),
    delete: (kind, name, options) => of(plain(kind)).delete(kind, name, at(plain(kind), options)),
    deleteCollection: (kind, options) => of(plain(kind)).deleteCollection(kind, at(plain(kind), options)),
  }
}

/** Fails every request, as one to a cluster that nobody named. */
function unreachable({ resource, cluster }: Kind, clusters: object): Client {
  const names = Object.keys(clusters).sort()
  const known = names.length === 0 ? 'the manager was told of no other cluster' : `the clusters are ${names.join(', ')}`
  const fail = (): Promise<never> => Promise.reject(new Error(`Cannot reach ${resource} in cluster "${cluster}": ${known}`))
  return {
    get: fail,
    list: fail,
    watch: () => defer(fail),
    create: fail,
    update: fail,
    patch: fail,
    delete: fail,
    deleteCollection: fail,
  }
}
