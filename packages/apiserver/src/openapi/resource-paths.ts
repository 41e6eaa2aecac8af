import type { GroupVersionKind } from '@kubetape/apimachinery'
import type { ResourceInfo, SubresourceInfo } from '@kubetape/api'
import {
  type ApiOperation,
  type ApiPath,
  capital,
  groupWord,
  type HttpMethod,
  META_TYPES,
  rootPathOf,
  type TypeNameOf,
} from './api-operation.ts'
import {
  DELETE_COLLECTION_PARAMETERS,
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  LOG_PARAMETERS,
  PATCH_PARAMETERS,
  WRITE_PARAMETERS,
} from './query-parameters.ts'

/** Subresources that are connections, not objects. */
const CONNECTIONS = new Set(['attach', 'exec', 'portforward', 'proxy'])
const CONNECT_METHODS: Readonly<Record<string, readonly HttpMethod[]>> = {
  create: ['post'],
  get: ['get'],
  delete: ['delete'],
  patch: ['patch'],
  update: ['put'],
}

/** The paths of a resource: its objects, its list in a namespace and in all, its subresources, and the old watch paths unless `withWatchPaths` is false. */
export function pathsOfResource(info: ResourceInfo, typeNameOf: TypeNameOf, withWatchPaths = true): ApiPath[] {
  const names = new ResourceNames(info, typeNameOf)
  const paths = [names.collection(), names.item(), ...info.subresources.flatMap((sub) => names.subresource(sub))]
  if (info.namespaced && info.verbs.includes('list')) paths.push(names.everywhere())
  if (withWatchPaths && info.verbs.includes('watch')) paths.push(...names.watches())
  return paths.filter(({ operations }) => Object.keys(operations).length > 0)
}

/** Puts together the names that a resource's operations are made of. */
class ResourceNames {
  readonly #info: ResourceInfo
  readonly #typeNameOf: TypeNameOf
  readonly #gvk: GroupVersionKind
  readonly #root: string
  readonly #scope: string
  readonly #prefix: string
  readonly #type: string | undefined

  constructor(info: ResourceInfo, typeNameOf: TypeNameOf) {
    this.#info = info
    this.#typeNameOf = typeNameOf
    this.#gvk = { group: info.responseGroup ?? info.group, version: info.responseVersion ?? info.version, kind: info.kind }
    this.#root = rootPathOf(info)
    this.#scope = info.namespaced ? 'Namespaced' : ''
    this.#prefix = `${groupWord(info.group)}${capital(info.version)}`
    this.#type = typeNameOf(this.#gvk)
  }

  get #collectionPath(): string {
    return `${this.#root}${this.#info.namespaced ? '/namespaces/{namespace}' : ''}/${this.#info.resource}`
  }

  get #namespaceParameter(): string[] {
    return this.#info.namespaced ? ['namespace'] : []
  }

  #operation(action: NonNullable<ApiOperation['action']>, id: string, rest: Partial<ApiOperation>): ApiOperation {
    const custom = this.#info.custom ? { custom: true } : {}
    return { action, operationId: id, gvk: this.#gvk, query: [], responseCodes: [200], ...custom, ...rest }
  }

  #id(verb: string, what = '', suffix = ''): string {
    return `${verb}${this.#prefix}${what}${this.#scope}${this.#info.kind}${suffix}`
  }

  get #listType(): string | undefined {
    return this.#typeNameOf({ ...this.#gvk, kind: this.#info.listKind ?? `${this.#gvk.kind}List` })
  }

  #list(id: string): ApiOperation {
    return this.#operation('list', id, { query: LIST_PARAMETERS, ...typed('response', this.#listType) })
  }

  collection(): ApiPath {
    const can = (verb: string): boolean => this.#info.verbs.includes(verb)
    return {
      path: this.#collectionPath,
      pathParameters: this.#namespaceParameter,
      operations: {
        ...(can('list') ? { get: this.#list(this.#id('list')) } : {}),
        ...(can('create')
          ? {
              post: this.#operation('post', this.#id('create'), {
                query: WRITE_PARAMETERS,
                ...typed('body', this.#type),
                ...typed('response', this.#type),
                responseCodes: [200, 201, 202],
              }),
            }
          : {}),
        ...(can('deletecollection')
          ? {
              delete: this.#operation('deletecollection', this.#id('delete', 'Collection'), {
                query: DELETE_COLLECTION_PARAMETERS,
                body: META_TYPES.deleteOptions,
                response: META_TYPES.status,
              }),
            }
          : {}),
      },
    }
  }

  item(): ApiPath {
    const can = (verb: string): boolean => this.#info.verbs.includes(verb)
    return {
      path: `${this.#collectionPath}/{name}`,
      pathParameters: ['name', ...this.#namespaceParameter],
      operations: {
        ...this.#objectOperations(this.#info.verbs, this.#type, ''),
        ...(can('delete')
          ? {
              delete: this.#operation('delete', this.#id('delete'), {
                query: DELETE_PARAMETERS,
                body: META_TYPES.deleteOptions,
                response: META_TYPES.status,
                responseCodes: [200, 202],
              }),
            }
          : {}),
      },
    }
  }

  /** Reading, replacing and patching an object or a subresource of it. */
  #objectOperations(verbs: readonly string[], type: string | undefined, suffix: string, gvk = this.#gvk): ApiPath['operations'] {
    const both = { ...typed('body', type), ...typed('response', type), responseCodes: [200, 201], gvk }
    return {
      ...(verbs.includes('get') ? { get: this.#operation('get', this.#id('read', '', suffix), { ...typed('response', type), gvk }) } : {}),
      ...(verbs.includes('update')
        ? { put: this.#operation('put', this.#id('replace', '', suffix), { query: WRITE_PARAMETERS, ...both }) }
        : {}),
      ...(verbs.includes('patch')
        ? { patch: this.#operation('patch', this.#id('patch', '', suffix), { query: PATCH_PARAMETERS, ...both, body: META_TYPES.patch }) }
        : {}),
    }
  }

  subresource(sub: SubresourceInfo): ApiPath[] {
    const path = `${this.#collectionPath}/{name}/${sub.name}`
    const pathParameters = ['name', ...this.#namespaceParameter]
    const gvk = { group: sub.group ?? this.#info.group, version: sub.version ?? this.#info.version, kind: sub.kind }
    const suffix = capital(sub.name)
    if (CONNECTIONS.has(sub.name)) return this.#connections(sub, path, pathParameters, gvk)
    const type = this.#typeNameOf(gvk)
    if (sub.name === 'log')
      return [
        { path, pathParameters, operations: { get: this.#operation('get', this.#id('read', '', suffix), { query: LOG_PARAMETERS, gvk }) } },
      ]
    const create = sub.verbs.includes('create')
      ? {
          post: this.#operation('post', this.#id('create', '', suffix), {
            query: WRITE_PARAMETERS,
            ...typed('body', type),
            ...typed('response', type),
            responseCodes: [200, 201, 202],
            gvk,
          }),
        }
      : {}
    return [{ path, pathParameters, operations: { ...this.#objectOperations(sub.verbs, type, suffix, gvk), ...create } }]
  }

  #connections(sub: SubresourceInfo, path: string, pathParameters: string[], gvk: GroupVersionKind): ApiPath[] {
    const operations = (suffix: string): ApiPath['operations'] =>
      Object.fromEntries(
        sub.verbs.flatMap((verb) =>
          (CONNECT_METHODS[verb] ?? []).map((method) => {
            const operationId = `connect${this.#prefix}${capital(method)}${this.#scope}${this.#info.kind}${capital(sub.name)}${suffix}`
            return [method, this.#operation('connect', operationId, { gvk })]
          }),
        ),
      )
    const plain = { path, pathParameters, operations: operations('') }
    return sub.name === 'proxy'
      ? [plain, { path: `${path}/{path}`, pathParameters: [...pathParameters, 'path'], operations: operations('WithPath') }]
      : [plain]
  }

  everywhere(): ApiPath {
    const id = `list${this.#prefix}${this.#info.kind}ForAllNamespaces`
    return { path: `${this.#root}/${this.#info.resource}`, pathParameters: [], operations: { get: this.#list(id) } }
  }

  watches(): ApiPath[] {
    const watch = (path: string, pathParameters: string[], action: 'watch' | 'watchlist', operationId: string): ApiPath => ({
      path: path.replace(this.#root, `${this.#root}/watch`),
      pathParameters,
      operations: { get: this.#operation(action, operationId, { query: LIST_PARAMETERS, response: META_TYPES.watchEvent }) },
    })
    const { kind, resource, namespaced } = this.#info
    return [
      watch(this.#collectionPath, this.#namespaceParameter, 'watchlist', this.#id('watch', '', 'List')),
      watch(`${this.#collectionPath}/{name}`, ['name', ...this.#namespaceParameter], 'watch', this.#id('watch')),
      ...(namespaced ? [watch(`${this.#root}/${resource}`, [], 'watchlist', `watch${this.#prefix}${kind}ListForAllNamespaces`)] : []),
    ]
  }
}

const typed = <K extends 'body' | 'response'>(key: K, type: string | undefined): Partial<Record<K, string>> =>
  type === undefined ? {} : ({ [key]: type } as Record<K, string>)
