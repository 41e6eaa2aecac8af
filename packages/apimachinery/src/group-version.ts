/** An API group and one of its versions; the core group is `''`. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** Names a kind: what `apiVersion` and `kind` of an object say. */
export interface GroupVersionKind extends GroupVersion {
  readonly kind: string
}

/** Names a resource: what stands in a URL. */
export interface GroupVersionResource extends GroupVersion {
  readonly resource: string
}

/** A group and a resource without a version: what storage and errors speak of. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}

/** `apps/v1`, or `v1` for the core group. */
export function formatGroupVersion({ group, version }: GroupVersion): string {
  return group ? `${group}/${version}` : version
}

/** Reads `apps/v1` or `v1`; throws when there are more than two parts. */
export function parseGroupVersion(apiVersion: string): GroupVersion {
  const parts = apiVersion.split('/')
  if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`)
  return parts.length === 2 ? { group: parts[0]!, version: parts[1]! } : { group: '', version: parts[0]! }
}

/** `jobs.batch`, or `pods` for the core group. */
export function formatGroupResource({ group, resource }: GroupResource): string {
  return group ? `${resource}.${group}` : resource
}

/** `batch/v1, Kind=Job`, as upstream's messages print a kind. */
export function formatGroupVersionKind(gvk: GroupVersionKind): string {
  return `${gvk.group}/${gvk.version}, Kind=${gvk.kind}`
}
