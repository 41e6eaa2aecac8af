/** What a URL and a method say about a request (upstream's RequestInfo): which resource, or which other path. */
export type RequestInfo =
  | { readonly isResource: false; readonly path: string; readonly verb: string }
  | {
      readonly isResource: true
      readonly path: string
      readonly verb: string
      readonly group: string
      readonly version: string
      readonly namespace: string
      readonly resource: string
      readonly name: string
      readonly subresource: string
      /** Path parts after the subresource (`proxy/some/path`). */
      readonly rest: readonly string[]
    }

const VERBS: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])
/** Below these, `namespaces/x/y` is a subresource of the namespace x and no resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** Reads method, path (percent-decoded part by part) and whether `?watch` is set. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  // HTTP/2 takes any word for a method: none but these may become a verb.
  let verb = VERBS.get(method) ?? ''
  const parts = path.split('/').filter((part) => part !== '')
  const other: RequestInfo = { isResource: false, path, verb: method.toLowerCase() }
  let at: number
  if (parts[0] === 'api' && parts.length >= 3) at = 2
  else if (parts[0] === 'apis' && parts.length >= 4) at = 3
  else return other
  const group = parts[0] === 'api' ? '' : parts[1]!
  const version = parts[at - 1]!
  let deprecatedWatch = false
  if (parts[at] === 'watch' && verb === 'get') {
    deprecatedWatch = true
    at++
  }
  let namespace = ''
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = decode(parts[at + 1]!)
    if (parts.length > at + 2 && !NAMESPACE_SUBRESOURCES.has(parts[at + 2]!)) at += 2
  }
  const [resource = '', name = '', subresource = '', ...rest] = parts.slice(at).map(decode)
  if (resource === '') return other
  if (deprecatedWatch) verb = 'watch'
  else if (name === '' && verb === 'get') verb = isTrue(query.get('watch')) ? 'watch' : 'list'
  else if (name === '' && verb === 'delete') verb = 'deletecollection'
  if (resource === 'namespaces' && namespace === '') namespace = name
  return { isResource: true, path, verb, group, version, namespace, resource, name, subresource, rest }
}

/** Query booleans as upstream converts them: absent, "0" and "false" are false, anything else is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
