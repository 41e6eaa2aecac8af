import { badRequest, failure, gone, type StatusError } from '@kubetape/apimachinery'
import type { LogReader } from '@kubetape/eventlog'
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts'
import { resourcePrefix } from './object-keys.ts'
import type { ResourceCache } from './resource-cache.ts'
import { StoredObject } from './stored-object.ts'

/** What to list. Without `resourceVersion` the answer is never older than the newest committed write (KEP-2340). */
export interface ListRequest {
  /** Empty: all namespaces, or a cluster-scoped resource. */
  readonly namespace?: string
  readonly matches?: ((object: StoredObject) => boolean) | undefined
  /** Nothing of another name matches: one object is looked up instead of all looked at, where the namespace is known. */
  readonly name?: string | undefined
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  /** Items per page; 0 or undefined: all. */
  readonly limit?: number
  readonly continue?: string
  /** Read from the log although the cache could answer: what ConsistentListFromCache=false asks for. */
  readonly fromLog?: boolean
}

export interface ListResult {
  readonly revision: number
  readonly items: readonly StoredObject[]
  readonly continue: string | undefined
  /** How many come behind this page. Known only without a filter, as upstream, and while the watch window reaches back to `revision`. */
  readonly remaining: number | undefined
}

/** The parts of storage that a list reads. */
export interface ListSource {
  readonly log: LogReader
  readonly cache: ResourceCache
  readonly group: string
  readonly resource: string
  readonly namespaced: boolean
  /** The newest revision that the cache shows. */
  readonly head: number
}

/** A list made plain: what is in which scope, at which revision, behind which key. */
interface Query {
  /** Key prefix within the resource: empty or `namespace/`. */
  readonly scope: string
  readonly after: string
  readonly revision: number
  /** 0: no limit. */
  readonly limit: number
  readonly matches: ListRequest['matches']
  /** The only key that can match. */
  readonly key: string | undefined
  /** The client goes on with an earlier list. */
  readonly continued: boolean
}

interface Page {
  readonly items: StoredObject[]
  readonly more: boolean
}

/** Entries read from the log at a time. */
const LOG_PAGE = 1000

/**
 * Lists at one revision. The caller has made sure that `resourceVersion` is not in the future (unless Exact).
 *
 * @throws StatusError 400 for a bad token, 410 where the log no longer has that revision whole, 500 for one that is not there yet
 */
export function list(source: ListSource, request: ListRequest): ListResult {
  const query = plan(source, request)
  const { revision, scope, limit, matches } = query
  if (revision > source.head) throw failure(500, undefined, 'etcdserver: mvcc: required revision is a future revision')
  if (revision < source.log.compactedRevision()) throw tooOld(query)
  const fromCache = !request.fromLog && source.cache.changedRevision <= revision
  const { items, more } = fromCache ? cached(source.cache, query) : logged(source, query)
  const last = items.at(-1)
  if (!more || last === undefined) return { revision, items, continue: undefined, remaining: undefined }
  return {
    revision,
    items,
    continue: encodeContinueToken({ revision, after: last.key }, scope),
    remaining: matches === undefined && limit > 0 ? source.cache.countAfter(scope, last.key, revision) : undefined,
  }
}

function plan({ namespaced, head }: ListSource, request: ListRequest): Query {
  const { resourceVersion, matches, limit = 0 } = request
  const scope = namespaced && request.namespace ? `${request.namespace}/` : ''
  const key = request.name === undefined || (namespaced && scope === '') ? undefined : scope + request.name
  if (request.continue) {
    const { revision, after } = decodeContinueToken(request.continue, scope)
    if (resourceVersion && resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
    return { scope, after, revision: revision > 0 ? revision : head, limit, matches, key, continued: true }
  }
  const revision = isExact(request) ? Number(resourceVersion) : head
  // "0" means whatever the cache has, all of it: the limit is ignored, as upstream.
  return { scope, after: '', revision, limit: resourceVersion === '0' ? 0 : limit, matches, key, continued: false }
}

/** A resourceVersion is exact when the client says so, or (legacy) when it limits without saying anything. */
function isExact({ resourceVersion, resourceVersionMatch, limit }: ListRequest): boolean {
  if (!resourceVersion || resourceVersion === '0') return false
  return resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && (limit ?? 0) > 0)
}

function cached(cache: ResourceCache, { scope, after, limit, matches, key }: Query): Page {
  if (key !== undefined) {
    const only = key > after ? cache.objects.get(key) : undefined
    return { items: only !== undefined && matches?.(only) !== false ? [only] : [], more: false }
  }
  const items: StoredObject[] = []
  let more = false
  cache.objects.scan(scope, after, (object) => {
    if (matches !== undefined && !matches(object)) return true
    if (limit > 0 && items.length === limit) {
      more = true
      return false
    }
    items.push(object)
    return true
  })
  return { items, more }
}

function logged(source: ListSource, query: Query): Page {
  const { scope, after, revision, limit, matches } = query
  const base = resourcePrefix(source)
  const items: StoredObject[] = []
  const size = limit > 0 && matches === undefined ? Math.min(limit + 1, LOG_PAGE) : LOG_PAGE
  for (let from = after; ;) {
    const page = source.log.range({ prefix: base + scope, ...(from ? { after: base + from } : {}), at: revision, limit: size })
    for (const entry of page) {
      from = entry.key.slice(base.length)
      if (entry.value === undefined) throw tooOld(query)
      const slash = source.namespaced ? from.indexOf('/') : -1
      const object = new StoredObject(slash < 0 ? '' : from.slice(0, slash), from.slice(slash + 1), entry.revision, entry.value)
      if (matches !== undefined && !matches(object)) continue
      if (limit > 0 && items.length === limit) return { items, more: true }
      items.push(object)
    }
    if (page.length < size) return { items, more: false }
  }
}

/** 410. Whoever is in the middle of a list is given a token to go on with, at the newest revision, as upstream. */
function tooOld({ continued, after, scope }: Query): StatusError {
  if (!continued) return gone('The resourceVersion for the provided list is too old.')
  const error = gone(INCONSISTENT)
  error.status.metadata['continue'] = encodeContinueToken({ revision: -1, after }, scope)
  return error
}

/** Upstream's words; clients look for them. */
const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
