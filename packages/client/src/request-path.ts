import { formatGroupResource, type GroupVersion, type Kind, type ObjectName, pathSegmentErrors } from '@kubetape/apimachinery'

/** A value of a query parameter; undefined and the empty string leave the parameter out. */
export type QueryValue = string | number | boolean | undefined

/** The path of one object, or of its subresource (API concepts, "Resource URIs"). */
export function objectPath(kind: Kind, { namespace, name }: ObjectName, subresource?: string): string {
  return `${creationPath(kind, namespace, name)}/${segment(kind, name)}${subresource ? `/${subresource}` : ''}`
}

/** The path that objects are created under: their collection, in a namespace when the kind has one. `name` is for the error only. */
export function creationPath(kind: Kind, namespace: string | undefined, name = ''): string {
  if (kind.namespaced && !namespace) throw new TypeError(`Cannot name ${described(kind)} ${JSON.stringify(name)}: its namespace is empty`)
  return collectionPath(kind, namespace)
}

/** The path of all objects of a kind, in one namespace or in all of them. */
export function collectionPath(kind: Kind, namespace?: string, subresource?: string): string {
  const scope = kind.namespaced && namespace ? `/namespaces/${segment(kind, namespace)}` : ''
  return `${versionPath(kind)}${scope}/${kind.resource}${subresource ? `/${subresource}` : ''}`
}

/** The path below which a version of a group is served. */
export function versionPath({ group, version }: GroupVersion): string {
  return group ? `/apis/${group}/${version}` : `/api/${version}`
}

/** `?a=1&b=2`, or nothing when every value is left out. */
export function queryOf(values: Readonly<Record<string, QueryValue>>): string {
  let query = ''
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`
  }
  return query
}

/** An empty or dotted name would turn a request for one object into one for all of them, so it is refused before anything is sent. */
function segment(kind: Kind, name: string): string {
  if (name === '') throw new TypeError(`Cannot name one of ${described(kind)}: the name is empty`)
  const [error] = pathSegmentErrors(name)
  if (error !== undefined) throw new TypeError(`Cannot name ${described(kind)} ${JSON.stringify(name)}: a name ${error}`)
  return encodeURIComponent(name)
}

const described = (kind: Kind): string => formatGroupResource(kind)
