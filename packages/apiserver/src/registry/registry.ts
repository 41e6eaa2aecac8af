import { type GroupVersionResource, methodNotSupported, type Status, StatusError } from '@kubetape/apimachinery'
import type { ApiAnswer, ApiRequest, ApiResult } from '../request/api-request.ts'
import { checkRequest, methodNotAllowed, pathNotFound } from './check-request.ts'
import { checkCustomVerb, isServedAt, type Place } from './custom-verbs.ts'
import { createFromRequest } from './create.ts'
import { CustomWatches } from './custom-watches.ts'
import { deleteFromRequest } from './delete.ts'
import { deleteCollection } from './delete-collection.ts'
import { type RegistryEnvironment, type RequestContext, requestContext } from './environment.ts'
import { checkListOptions, parseResourceVersion } from './list-options.ts'
import { getObject, listObjects, type RunningWatch, watchObjects, type WatchSink } from './read.ts'
import { ServedAnew } from './object-store.ts'
import { matcher } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'
import { serveScale } from './subresources/scale.ts'
import { updateFromRequest } from './update.ts'

/** A subresource that is no view of the object itself: an eviction, a binding, a log. */
export type SubresourceHandler = (environment: RegistryEnvironment, resource: ServedResource, context: RequestContext) => Promise<ApiResult>

/** How often a write is begun anew because the definition of its resource has changed. */
const ATTEMPTS_MAX = 10
/** A refusal that warns too: both reach the client. */
export class RefusedWithWarnings extends StatusError {
  readonly warnings: readonly string[]

  constructor(status: Status, warnings: readonly string[]) {
    super(status)
    this.warnings = warnings
  }
}

/** Every served resource behind one door: finds it, refuses verbs that it does not have, and runs the verb. */
export class Registry {
  readonly environment: RegistryEnvironment
  /** What is served, by who brought it: the built-in resources under an empty name, those of a CustomResourceDefinition under its name. */
  readonly #sources = new Map<string, readonly ServedResource[]>()
  #resources: ReadonlyMap<string, ServedResource> = new Map()
  /** Groups that are served, and whether the server brought them itself. */
  #groups: ReadonlyMap<string, boolean> = new Map()
  readonly #listeners = new Set<() => void>()
  readonly #customWatches = new CustomWatches()
  readonly #handlers: ReadonlyMap<string, SubresourceHandler>

  /** `handlers` are keyed `group/resource/subresource`. */
  constructor(environment: RegistryEnvironment, resources: readonly ServedResource[], handlers: ReadonlyMap<string, SubresourceHandler>) {
    this.environment = environment
    this.#handlers = handlers
    this.serve('', resources)
  }

  /**
   * Serves these instead of what `source` has brought before; none: no longer. Writes that have begun begin anew, and watches of custom resources end.
   * `keepWatches`: they go on, since objects look the same as before. Default false.
   */
  serve(source: string, resources: readonly ServedResource[], { keepWatches = false } = {}): void {
    const before = this.#sources.get(source) ?? []
    if (resources.length === 0) this.#sources.delete(source)
    else this.#sources.set(source, resources)
    for (const one of before) one.retired = true
    const all = [...this.#sources.values()].flat()
    this.#resources = new Map(all.map((one) => [`${one.info.group}/${one.info.version}/${one.info.resource}`, one]))
    const own = new Set(this.#sources.get('')?.map((one) => one.info.group))
    this.#groups = new Map(all.map(({ info: { group } }) => [group, own.has(group)]))
    for (const listener of this.#listeners) listener()
    // Whoever watches the definitions too hears of them before: nobody asks again for what has gone.
    if (before.length > 0 && (!keepWatches || resources.length === 0)) this.environment.clock.defer(this.#customWatches.ending(before))
  }

  /** Calls `listener` after each change of what is served. The answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The resource of this name; throws the 404 Status of an unknown resource in a known group. */
  find(group: string, version: string, resource: string): ServedResource {
    const served = this.#resources.get(`${group}/${version}/${resource}`)
    if (served === undefined) throw this.notFound()
    return served
  }

  has(group: string, version: string, resource: string): boolean {
    return this.#resources.has(`${group}/${version}/${resource}`)
  }

  /** Whether there is such a resource, and such a subresource of it where one is named. */
  serves({ group, version, resource, subresource }: GroupVersionResource & { readonly subresource: string }): boolean {
    const served = this.#resources.get(`${group}/${version}/${resource}`)
    return served !== undefined && (subresource === '' || served.info.subresources.some(({ name }) => name === subresource))
  }

  /** Whether any version of this group is served. */
  knowsGroup(group: string): boolean {
    return this.#groups.has(group)
  }

  /**
   * Whether nobody answers there, not even with a Status: an unknown group, or a custom resource that is not served, in this version or at this place.
   */
  isNowhere({ group, version, resource, ...place }: GroupVersionResource & Place): boolean {
    const isOwn = this.#groups.get(group)
    if (isOwn === undefined) return true
    const served = this.#resources.get(`${group}/${version}/${resource}`)
    return served === undefined ? !isOwn : served.custom && !isServedAt(served, place)
  }

  /** The refusal of a path that a known group does not have. */
  notFound(): StatusError {
    return pathNotFound()
  }

  /** The refusal of a method that the resource does not have. */
  notAllowed(): StatusError {
    return methodNotAllowed()
  }

  resources(): Iterable<ServedResource> {
    return this.#resources.values()
  }

  /** Every verb but watch. */
  async handle(request: ApiRequest): Promise<ApiAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(request)
      } catch (error) {
        if (!(error instanceof ServedAnew) || attempt === ATTEMPTS_MAX) throw error
      }
    }
  }

  async #attempt(request: ApiRequest): Promise<ApiAnswer> {
    const resource = this.find(request.group, request.version, request.resource)
    const context = requestContext(this.environment, request)
    if (resource.deprecation !== undefined) context.warn(resource.deprecation)
    try {
      const result = await this.#run(resource, request, context)
      return { result, warnings: context.warnings }
    } catch (error) {
      for (const undo of context.whenRefused) undo()
      if (error instanceof StatusError && context.warnings.length > 0) throw new RefusedWithWarnings(error.status, context.warnings)
      throw error
    }
  }

  /** Throws what would refuse this watch before it starts. */
  checkWatch(request: ApiRequest): void {
    const resource = this.find(request.group, request.version, request.resource)
    this.#checkVerb(resource, request)
    checkListOptions(request.options, this.environment, true)
    matcher(resource, request)
    if (request.options.resourceVersion) parseResourceVersion(request.options.resourceVersion)
  }

  /** Starts a watch that `checkWatch` has accepted; throws 410 when its resourceVersion is too old. */
  watch(request: ApiRequest, sink: WatchSink): RunningWatch {
    const resource = this.find(request.group, request.version, request.resource)
    const begin = (): RunningWatch => watchObjects(this.environment, resource, request, sink)
    return resource.custom ? this.#customWatches.run(resource, sink, begin) : begin()
  }

  async #run(resource: ServedResource, request: ApiRequest, context: RequestContext): Promise<ApiResult> {
    checkRequest(resource, request)
    this.#checkVerb(resource, request)
    const handler = this.#handlers.get(`${request.group}/${request.resource}/${request.subresource}`)
    if (handler !== undefined) return handler(this.environment, this.#parentOf(resource), context)
    const { scale } = resource.strategy
    if (request.subresource === 'scale' && scale !== undefined) return serveScale(this.environment, resource, context, scale)
    switch (request.verb) {
      case 'get':
        return getObject(this.environment, resource, request)
      case 'list':
        return listObjects(this.environment, resource, request)
      case 'create':
        return createFromRequest(this.environment, resource, context)
      case 'update':
      case 'patch':
        return updateFromRequest(this.environment, resource, context)
      case 'delete':
        return deleteFromRequest(this.environment, resource, context)
      case 'deletecollection':
        return deleteCollection(this.environment, resource, context)
      case 'watch':
        throw methodNotSupported(resource.named, 'watch')
    }
  }

  /** Handlers change Pods, also where the resource that was asked for is the old `bindings`. */
  #parentOf(resource: ServedResource): ServedResource {
    return resource.info.group === '' && resource.info.resource === 'bindings' ? this.find('', 'v1', 'pods') : resource
  }

  #checkVerb(resource: ServedResource, request: ApiRequest): void {
    if (resource.custom) {
      checkCustomVerb(resource, request)
      return
    }
    const { verb, subresource } = request
    const verbs = subresource === '' ? resource.info.verbs : resource.info.subresources.find((one) => one.name === subresource)?.verbs
    if (verbs === undefined) throw this.notFound()
    if (!verbs.includes(verb)) throw this.notAllowed()
  }
}
