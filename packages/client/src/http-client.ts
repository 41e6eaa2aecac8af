import {
  type GroupVersion,
  type Kind,
  type KubeList,
  type KubeObject,
  type ObjectName,
  printExactJson,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import { type Clock, systemClock } from '@kubetape/determinism'
import { Observable } from 'rxjs'
import { refusalOf, valueOf } from './answer.ts'
import type { Client, DeleteOptions, GetOptions, ListOptions, Patch, PatchType, WatchOptions, WriteOptions } from './client.ts'
import { Connection } from './connection.ts'
import type { CredentialSource } from './credentials.ts'
import { ListReader } from './list-reader.ts'
import { ObjectReader } from './object-reader.ts'
import { RequestMetrics, type RequestMetricsPort } from './request-metrics.ts'
import { collectionPath, creationPath, objectPath, queryOf, type QueryValue, versionPath } from './request-path.ts'
import { SharedFields } from './shared-fields.ts'
import { warningTexts } from './warning-header.ts'
import { readWatch } from './watch-stream.ts'
import { headOf, wholeList, wholeObject, type WireList } from './whole-object.ts'
import type { WireRequest } from './wire-request.ts'

/** Longer than the minute after which a server itself gives up on a request, so that its own answer comes first. */
export const REQUEST_TIMEOUT_MS = 75_000

/** What every HTTP client can be told, wherever its server and credentials come from. */
export interface HttpClientSettings {
  /** Default: the machine's clock. */
  readonly clock?: Clock
  /** Default `kubetape`. Up to its first slash it is also the field manager of writes that name none. */
  readonly userAgent?: string
  /** Until a whole answer, or until the head of a watch's. Default 75 s; 0: no limit. */
  readonly requestTimeoutMs?: number
  /** Where requests are counted, under client-go's names. Default: nowhere. */
  readonly metrics?: RequestMetricsPort
}

export interface HttpClientOptions extends HttpClientSettings {
  /** `https://host:port`, with a path when the API stands below one. */
  readonly url: string
  readonly credentials: CredentialSource
}

/**
 * A Client over HTTP(S) with kept-alive connections. Objects are fresh copies, but for the `fieldsV1` that lists and watches bring: those are frozen,
 * and shared by all objects that have the same. Misuse that never reaches a server (an empty name) is a TypeError.
 */
export class HttpClient implements Client {
  readonly #connection: Connection
  readonly #objects = new ObjectReader(new SharedFields())

  constructor({
    url,
    credentials,
    clock = systemClock(),
    userAgent = 'kubetape',
    requestTimeoutMs = REQUEST_TIMEOUT_MS,
    metrics: port,
  }: HttpClientOptions) {
    const metrics = port && URL.canParse(url) ? new RequestMetrics(port, new URL(url).host) : undefined
    this.#connection = new Connection({ url, credentials, clock, userAgent, requestTimeoutMs, metrics })
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: GetOptions = {}): Promise<T> {
    const path = objectPath(kind, name, options.subresource) + queryOf({ resourceVersion: options.resourceVersion })
    return this.#object(kind, { verb: 'get', resource: kind, name: name.name, method: 'GET', path, signal: options.signal })
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const path = collectionPath(kind, options.namespace, options.subresource) + queryOf(listQuery(options))
    const reader = (): ListReader => new ListReader(this.#objects, headOf(kind))
    const request: WireRequest = { verb: 'list', resource: kind, name: '', method: 'GET', path, signal: options.signal, reader }
    const answer = await this.#connection.send(request)
    if (answer.code >= 300) throw refusalOf(request, answer)
    return wholeList(kind, answer.read as WireList<T>)
  }

  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): Observable<WatchEvent<T>> {
    return new Observable((subscriber) => {
      const { signal, allowWatchBookmarks, sendInitialEvents, timeoutSeconds } = options
      const path =
        collectionPath(kind, options.namespace, options.subresource) +
        queryOf({ watch: 'true', ...listQuery(options), allowWatchBookmarks, sendInitialEvents, timeoutSeconds })
      const stop = new AbortController()
      const onAbort = (): void => subscriber.error(signal?.reason)
      subscriber.add(() => {
        signal?.removeEventListener('abort', onAbort)
        stop.abort(CLOSED)
      })
      if (signal?.aborted) {
        onAbort()
        return
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const request: WireRequest = { verb: 'watch', resource: kind, name: '', method: 'GET', path, signal: stop.signal }
      this.#connection.open(request).then(
        (response) => {
          subscriber.add(() => response.destroy())
          if (!subscriber.closed) readWatch(request, kind, response, subscriber, this.#objects)
        },
        (error: unknown) => {
          if (!subscriber.closed) subscriber.error(error)
        },
      )
    })
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const { subresource } = options
    const path = subresource
      ? objectPath(kind, namedBy(object), subresource)
      : creationPath(kind, object.metadata?.namespace, object.metadata?.name)
    return this.#write(kind, 'create', 'POST', path, object, options)
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write(kind, 'update', 'PUT', objectPath(kind, namedBy(object), options.subresource), object, options)
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(kind, name, options.subresource) + queryOf({ ...writeQuery(options), force: options.force })
    const body = { text: printExactJson(patch.body), contentType: PATCH_CONTENT_TYPES[patch.type] }
    const request: WireRequest = {
      verb: 'patch',
      resource: kind,
      name: name.name,
      method: 'PATCH',
      path,
      body,
      cause: options.cause,
      signal: options.signal,
    }
    return this.#object(kind, request, options.onWarning)
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: DeleteOptions = {}): Promise<T | Status> {
    const path = objectPath(kind, name, options.subresource)
    return this.#object<T | Status>(kind, {
      verb: 'delete',
      resource: kind,
      name: name.name,
      method: 'DELETE',
      path,
      ...deleteParts(options),
    })
  }

  async deleteCollection<T extends KubeObject>(kind: Kind<T>, options: ListOptions & DeleteOptions = {}): Promise<KubeList<T> | Status> {
    const path = collectionPath(kind, options.namespace, options.subresource) + queryOf(listQuery(options))
    const value = (await this.#send({
      verb: 'deletecollection',
      resource: kind,
      name: '',
      method: 'DELETE',
      path,
      ...deleteParts(options),
    })) as Status | WireList<T>
    return value.kind === 'Status' ? (value as Status) : wholeList(kind, value as WireList<T>)
  }

  async kinds({ group, version }: GroupVersion, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly Kind[]> {
    const path = versionPath({ group, version })
    const { resources = [] } = (await this.#send({
      verb: 'get',
      resource: { group, resource: '' },
      name: '',
      method: 'GET',
      path,
      signal,
    })) as {
      readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
    }
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ group, version, kind, resource: name, namespaced }))
  }

  /** Closes every connection: requests under way and watches fail, later requests open new ones. */
  close(): void {
    this.#connection.close()
  }

  async #write<T extends KubeObject>(
    kind: Kind<T>,
    verb: 'create' | 'update',
    method: 'POST' | 'PUT',
    path: string,
    object: T,
    options: WriteOptions,
  ): Promise<T> {
    const { name } = namedBy(object)
    // Bodies of subresources such as `eviction` have kinds of their own.
    const whole = options.subresource === undefined || options.subresource === 'status' ? wholeObject(kind, object) : object
    const body = { text: printExactJson(whole), contentType: 'application/json' }
    const query = queryOf(writeQuery(options))
    return this.#object(
      kind,
      { verb, resource: kind, name, method, path: path + query, body, cause: options.cause, signal: options.signal },
      options.onWarning,
    )
  }

  async #object<T extends KubeObject | Status>(kind: Kind, request: WireRequest, onWarning?: (text: string) => void): Promise<T> {
    return wholeObject(kind, (await this.#send(request, onWarning)) as KubeObject) as T
  }

  async #send(request: WireRequest, onWarning?: (text: string) => void): Promise<unknown> {
    const answer = await this.#connection.send(request)
    if (onWarning !== undefined) for (const text of warningTexts(answer.headers['warning'])) onWarning(text)
    return valueOf(request, answer)
  }
}

/** Why the request of a closed watch ends. Made once: an error holds the frames of where it was made, and what they were called on. */
const CLOSED = new Error('the watch was closed')

const PATCH_CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

function namedBy({ metadata: { namespace, name = '' } = {} }: KubeObject): ObjectName {
  return namespace === undefined ? { name } : { namespace, name }
}

const listQuery = (options: ListOptions): Record<string, QueryValue> => ({
  labelSelector: options.labelSelector,
  fieldSelector: options.fieldSelector,
  resourceVersion: options.resourceVersion,
  resourceVersionMatch: options.resourceVersionMatch,
  limit: options.limit,
  continue: options.continue,
})

const writeQuery = ({ dryRun, fieldManager, fieldValidation }: WriteOptions): Record<string, QueryValue> => ({
  dryRun: dryRun ? 'All' : undefined,
  fieldManager,
  fieldValidation,
})

/** Options of a deletion travel as a DeleteOptions body (API reference); without any there is no body. */
function deleteParts({
  gracePeriodSeconds,
  propagationPolicy,
  preconditions,
  dryRun,
  cause,
  signal,
}: DeleteOptions): Pick<WireRequest, 'body' | 'cause' | 'signal'> {
  const given = gracePeriodSeconds !== undefined || propagationPolicy !== undefined || preconditions !== undefined || dryRun === true
  if (!given) return { cause, signal }
  const options = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds,
    propagationPolicy,
    preconditions,
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
  return { body: { text: JSON.stringify(options), contentType: 'application/json' }, cause, signal }
}
