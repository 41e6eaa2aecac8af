import {
  failure,
  formatGroupVersion,
  type GroupVersion,
  INITIAL_EVENTS_END,
  type Kind,
  type KubeList,
  type KubeObject,
  type ObjectName,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import { StatusError } from '@kubetape/apimachinery'
import type { Client, DeleteOptions, GetOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'
import type { StorageEvent } from '@kubetape/storage'
import { Observable } from 'rxjs'
import type { Registry } from './registry/registry.ts'
import { selectableFields } from './registry/selectors.ts'
import type { UserInfo } from './registry/strategy.ts'
import type { ApiRequest, ApiResult, RequestOptions, Verb } from './request/api-request.ts'
import { listMetadata } from './http/encode.ts'
import { asStatusError } from './request/unexpected-error.ts'
import { startWatchTimers } from './registry/watch-timers.ts'

/** A Client without HTTP: the same registry, admission and errors, shared frozen objects instead of copies. `user` is who writes. */
export class InProcessClient implements Client {
  readonly #registry: Registry
  readonly #user: UserInfo
  readonly #userAgent: string

  constructor(registry: Registry, options: { user: UserInfo; userAgent: string }) {
    this.#registry = registry
    this.#user = options.user
    this.#userAgent = options.userAgent
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: GetOptions = {}): Promise<T> {
    return this.#object(await this.#send('get', kind, name, options, pick(options, ['resourceVersion'])))
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const result = await this.#send('list', kind, { namespace: options.namespace ?? '', name: '' }, options, readOptions(options))
    return this.#list(kind, result)
  }

  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): Observable<WatchEvent<T>> {
    return new Observable((subscriber) => {
      const request = this.#request('watch', kind, { namespace: options.namespace ?? '', name: '' }, options, readOptions(options))
      const { signal, timeoutSeconds } = options
      const onAbort = (): void => subscriber.error(signal?.reason)
      if (signal?.aborted) {
        onAbort()
        return undefined
      }
      try {
        this.#registry.checkWatch(request)
        const running = this.#registry.watch(request, {
          event: (event: StorageEvent) => subscriber.next({ type: event.type, object: event.object.object as T }),
          initialEnd: (revision) =>
            subscriber.next({ type: 'BOOKMARK', object: bookmark(kind, revision, { [INITIAL_EVENTS_END]: 'true' }) }),
          fail: (status) => subscriber.error(new StatusError(status)),
          end: () => subscriber.complete(),
        })
        signal?.addEventListener('abort', onAbort, { once: true })
        const { clock } = this.#registry.environment
        const cancelTimers = startWatchTimers(clock, {
          timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
          onBookmark: options.allowWatchBookmarks
            ? () => subscriber.next({ type: 'BOOKMARK', object: bookmark(kind, running.revision()) })
            : undefined,
          onEnd: () => subscriber.complete(),
        })
        return () => {
          running.stop()
          cancelTimers()
          signal?.removeEventListener('abort', onAbort)
        }
      } catch (error) {
        subscriber.error(asStatusError(error))
        return undefined
      }
    })
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace = '', name = '' } = object.metadata ?? {}
    return this.#object(
      await this.#send('create', kind, { namespace, name: options.subresource ? name : '' }, options, writeOptions(options), {
        body: object,
      }),
    )
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace = '', name = '' } = object.metadata ?? {}
    return this.#object(await this.#send('update', kind, { namespace, name }, options, writeOptions(options), { body: object }))
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return this.#object(await this.#send('patch', kind, name, options, writeOptions(options), { body: patch.body, patchType: patch.type }))
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: DeleteOptions = {}): Promise<T | Status> {
    const result = await this.#send('delete', kind, name, options, {}, { body: deleteBody(options) })
    return result.type === 'status' ? result.status : this.#object(result)
  }

  async deleteCollection<T extends KubeObject>(kind: Kind<T>, options: ListOptions & DeleteOptions = {}): Promise<KubeList<T> | Status> {
    const result = await this.#send(
      'deletecollection',
      kind,
      { namespace: options.namespace ?? '', name: '' },
      options,
      readOptions(options),
      { body: deleteBody(options) },
    )
    return this.#list(kind, result)
  }

  async kinds({ group, version }: GroupVersion, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly Kind[]> {
    signal?.throwIfAborted()
    const served = [...this.#registry.resources()]
      .map(({ info }) => info)
      .filter((info) => info.group === group && info.version === version)
    if (served.length === 0) throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
    return served.map(({ kind, resource, namespaced }) => ({ group, version, kind, resource, namespaced }))
  }

  async #send(
    verb: Verb,
    kind: Kind,
    name: ObjectName,
    options: WriteOptions | GetOptions,
    query: RequestOptions,
    body: Partial<ApiRequest> = {},
  ): Promise<ApiResult> {
    options.signal?.throwIfAborted()
    const { result, warnings } = await this.#registry
      .handle({ ...this.#request(verb, kind, name, options, query), ...body })
      .catch((error: unknown) => {
        throw asStatusError(error)
      })
    if ('onWarning' in options) for (const text of warnings) options.onWarning?.(text)
    return result
  }

  #request(
    verb: Verb,
    kind: Kind,
    { namespace = '', name }: ObjectName,
    options: WriteOptions | GetOptions,
    query: RequestOptions,
  ): ApiRequest {
    const cause = 'cause' in options && options.cause !== undefined ? `run:${options.cause.run}/${options.cause.sequence}` : undefined
    return {
      verb,
      group: kind.group,
      version: kind.version,
      resource: kind.resource,
      subresource: options.subresource ?? '',
      namespace,
      name,
      user: this.#user,
      userAgent: this.#userAgent,
      options: query,
      ...(cause === undefined ? {} : { cause }),
    }
  }

  #object<T extends KubeObject>(result: ApiResult): T {
    if (result.type === 'stored') return result.stored.object as T
    if (result.type === 'object') return result.object as T
    if (result.type === 'status' && result.status.status === 'Success') return result.status as unknown as T
    if (result.type === 'status') throw new StatusError(result.status)
    throw failure(500, 'InternalError', `Cannot read an object from a ${result.type} answer`)
  }

  #list<T extends KubeObject>(kind: Kind<T>, result: ApiResult): KubeList<T> {
    if (result.type !== 'list') throw failure(500, 'InternalError', `Cannot read a list from a ${result.type} answer`)
    const resource = this.#registry.find(kind.group, kind.version, kind.resource)
    return {
      apiVersion: formatGroupVersion(kind),
      kind: `${kind.kind}List`,
      metadata: listMetadata(result.list),
      items: result.list.items.map((one) => {
        const object = one.object as T
        // Informers read everything when they start: what selectors ask for is taken while it is parsed.
        if (resource.strategy.selectableFields !== undefined) selectableFields(resource, one)
        return object
      }),
    }
  }
}

const bookmark = (kind: Kind, revision: number, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: formatGroupVersion(kind),
  kind: kind.kind,
  metadata: { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) },
})

function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  const out: Partial<T> = {}
  for (const name of names) if (options[name] !== undefined) out[name] = options[name]
  return out as Pick<T, K>
}

const readOptions = (options: WatchOptions & ListOptions): RequestOptions =>
  pick(options, [
    'labelSelector',
    'fieldSelector',
    'resourceVersion',
    'resourceVersionMatch',
    'limit',
    'continue',
    'sendInitialEvents',
    'allowWatchBookmarks',
  ])

const writeOptions = (options: WriteOptions): RequestOptions => ({
  ...pick(options, ['fieldManager', 'fieldValidation', 'force']),
  ...(options.dryRun ? { dryRun: ['All'] } : {}),
})

const deleteBody = (options: DeleteOptions): object => ({
  ...pick(options, ['gracePeriodSeconds', 'propagationPolicy', 'preconditions']),
  ...(options.dryRun ? { dryRun: ['All'] } : {}),
})
