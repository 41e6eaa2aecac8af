import { type GroupResource, resourceWithCluster } from '@kubetape/apimachinery'

/**
 * Where an object stands in the log: `<group>/<resource>/<namespace>/<name>`, without the namespace part for cluster-scoped objects;
 * the core group is empty (`/pods/default/web`). What a recording has of another cluster says which (`/pods@east/default/web`). Byte order of keys is the order of lists.
 */
export function resourcePrefix({ group, ...of }: GroupResource & { readonly cluster?: string | undefined }): string {
  return `${group}/${resourceWithCluster(of)}/`
}

/** The key below the resource's prefix: `namespace/name` or `name`. */
export function keyWithinResource(namespace: string, name: string): string {
  return namespace ? `${namespace}/${name}` : name
}

/** Takes a log key apart. A key with three parts is of a cluster-scoped resource. Throws on anything else: such a key is not ours. */
export function parseLogKey(key: string): { group: string; resource: string; namespace: string; name: string } {
  const parts = key.split('/')
  const [group, resource] = parts
  if (group === undefined || !resource || parts.length < 3 || parts.length > 4)
    throw new Error(`Cannot read log key "${key}": it is not <group>/<resource>/[<namespace>/]<name>`)
  return { group, resource, namespace: parts.length === 4 ? parts[2]! : '', name: parts.at(-1)! }
}
