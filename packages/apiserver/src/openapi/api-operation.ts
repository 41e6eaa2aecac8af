import { formatGroupVersion, type GroupVersionKind } from '@kubetape/apimachinery'
import type { QueryParameter } from './query-parameters.ts'

export type HttpMethod = 'get' | 'put' | 'post' | 'delete' | 'patch'

/** What one method of one path does, whatever the OpenAPI version. */
export interface ApiOperation {
  readonly operationId: string
  /** `x-kubernetes-action`; undefined for operations on no resource. */
  readonly action?: 'get' | 'list' | 'put' | 'patch' | 'post' | 'delete' | 'deletecollection' | 'watch' | 'watchlist' | 'connect'
  readonly gvk?: GroupVersionKind
  readonly query: readonly QueryParameter[]
  /** The type of the request's body. */
  readonly body?: string
  /** The type of the answer; text where it is left out. */
  readonly response?: string
  readonly responseCodes: readonly number[]
  /** Of a custom resource: it is not spoken of in protobuf, and takes no strategic merge patches. Default false. */
  readonly custom?: boolean
}

/** One path with its operations; `pathParameters` stand in braces in it. */
export interface ApiPath {
  readonly path: string
  readonly pathParameters: readonly string[]
  readonly operations: Readonly<Partial<Record<HttpMethod, ApiOperation>>>
}

/** The name of a kind's type; undefined where it has none (options of connections). */
export type TypeNameOf = (gvk: GroupVersionKind) => string | undefined

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
/** The types that answers have beyond the resource's own. */
export const META_TYPES = {
  resourceList: `${META}.APIResourceList`,
  group: `${META}.APIGroup`,
  status: `${META}.Status`,
  deleteOptions: `${META}.DeleteOptions`,
  patch: `${META}.Patch`,
  watchEvent: `${META}.WatchEvent`,
} as const

/** `Batch` of `batch`, `RbacAuthorization` of `rbac.authorization.k8s.io`, `Core` of the core group: how operation ids name a group. */
export function groupWord(group: string): string {
  if (group === '') return 'Core'
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('')
}

/** With its first letter in upper case. */
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** `/api/v1` or `/apis/<group>/<version>` */
export const rootPathOf = ({ group, version }: { group: string; version: string }): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`

/** `/apis/batch/v1/`: the document that lists the version's resources. */
export function pathOfVersion(target: { group: string; version: string }): ApiPath {
  const operationId = `get${groupWord(target.group)}${capital(target.version)}APIResources`
  return {
    path: `${rootPathOf(target)}/`,
    pathParameters: [],
    operations: { get: { operationId, query: [], response: META_TYPES.resourceList, responseCodes: [200] } },
  }
}

/** `/apis/batch/` */
export function pathOfGroup(group: string): ApiPath {
  return {
    path: `/apis/${group}/`,
    pathParameters: [],
    operations: { get: { operationId: `get${groupWord(group)}APIGroup`, query: [], response: META_TYPES.group, responseCodes: [200] } },
  }
}

/** A path that belongs to no group, such as `/version/`. */
export function plainPath(path: string, operationId: string): ApiPath {
  return { path, pathParameters: [], operations: { get: { operationId, query: [], responseCodes: [200] } } }
}

/** The tag of an operation: the group and version, as generators of clients use it. */
export function tagOf(path: string): string {
  const match = /^\/(?:api|apis)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(path)
  if (match === null) return path.split('/')[1] ?? ''
  const [, first, second] = match
  if (path.startsWith('/api/')) return first === undefined || first === '' ? 'core' : `core_${first}`
  if (first === undefined) return 'apis'
  const word = groupWord(first)
  const tag = word.charAt(0).toLowerCase() + word.slice(1)
  return second === undefined || second === '' ? tag : `${tag}_${second}`
}

/** `batch/v1` under `apis/`, `v1` under `api/`: the address of a version's document in the index. */
export const indexKeyOf = (target: { group: string; version: string }): string =>
  target.group === '' ? `api/${target.version}` : `apis/${formatGroupVersion(target)}`
