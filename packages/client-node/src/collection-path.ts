import type { Kind } from '@kubetape/apimachinery'

/** What a path of the API stands for. */
export interface ParsedPath {
  readonly kind: Kind
  /** '' for all of them, and for what is in none. */
  readonly namespace: string
  /** '' for a collection. */
  readonly name: string
  /** '' for the object itself. */
  readonly subresource: string
}

const PATH = /^\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+)(?:\/(.+))?)?$/

/** Takes the path of a collection or of an object apart ("Resource URIs" in the API's concepts); undefined for any other path. */
export function parsePath(path: string): ParsedPath | undefined {
  const found = PATH.exec(path)
  if (found === null) return undefined
  const [, coreVersion, group = '', version = coreVersion ?? '', namespace = '', resource = '', name = '', subresource = ''] = found.map(
    (part) => (part === undefined ? undefined : decodeURIComponent(part)),
  )
  // Namespaces have subresources of their own, which look like what is in one.
  if (group === '' && namespace !== '' && name === '' && (resource === 'status' || resource === 'finalize'))
    return { kind: kindOf('', version, 'namespaces'), namespace: '', name: namespace, subresource: resource }
  return { kind: kindOf(group, version, resource), namespace, name, subresource }
}

/** The collection that an informer is to watch. Throws a TypeError for a path that is none. */
export function parseCollectionPath(path: string): ParsedPath {
  const parsed = parsePath(path)
  if (parsed === undefined || parsed.name !== '')
    throw new TypeError(`Cannot watch ${JSON.stringify(path)}: it is not the path of a collection, such as /api/v1/namespaces/default/pods`)
  return parsed
}

/** What the kind is called, a path does not say; nothing here depends on whether it has namespaces. */
const kindOf = (group: string, version: string, resource: string): Kind => ({ group, version, resource, kind: '', namespaced: true })
