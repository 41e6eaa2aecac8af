import type { KubeObject, Status } from '@kubetape/apimachinery'
import type { PatchType } from '@kubetape/client'
import type { ListResult, StoredObject } from '@kubetape/storage'
import type { AuditRecord } from '../audit/auditor.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { LogStream } from '../registry/subresources/pod-log.ts'

/** The verbs of the registry. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** One request to a resource, however it came: over HTTP or in process. Everything in it has been parsed; nothing has been judged yet. */
export interface ApiRequest {
  readonly verb: Verb
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty: cluster-scoped, or all namespaces. */
  readonly namespace: string
  readonly name: string
  readonly user: UserInfo
  readonly userAgent: string
  readonly options: RequestOptions
  /** Of create, update and delete: the body or DeleteOptions, as text or as a value. Of patch: the patch. */
  readonly body?: unknown
  readonly patchType?: PatchType
  /** Problems that reading the body showed (duplicate fields), for fieldValidation. */
  readonly bodyProblems?: readonly string[]
  /** All query parameters by name, for subresources with options of their own; of repeated ones the first. */
  readonly query?: Readonly<Record<string, string>>
  /** Where the request is audited; absent where it is not, and in process. */
  readonly audit?: AuditRecord
  /** The cause that Kubetape's own components send with their writes (architecture decision 3). */
  readonly cause?: string
}

/** Query parameters of all verbs, parsed. */
export interface RequestOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: string
  readonly limit?: number
  readonly continue?: string
  readonly timeoutSeconds?: number
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly dryRun?: readonly string[]
  readonly fieldManager?: string
  readonly fieldValidation?: string
  readonly force?: boolean
  readonly pretty?: boolean
  /** Of DELETE without a body. */
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
}

/** What a request is answered with, before it is put into the form that the client asked for. */
export type ApiResult =
  | { readonly type: 'stored'; readonly code: number; readonly stored: StoredObject }
  | { readonly type: 'object'; readonly code: number; readonly object: KubeObject }
  | { readonly type: 'status'; readonly code: number; readonly status: Status }
  | { readonly type: 'list'; readonly code: 200; readonly list: ListResult }
  | { readonly type: 'log'; readonly code: 200; readonly log: LogStream }
  | { readonly type: 'empty'; readonly code: 204 }

/** An answer that is an object, a list or a Status: what has a form that clients choose. */
export type BodyResult = Exclude<ApiResult, { type: 'empty' | 'log' }>

export interface ApiAnswer {
  readonly result: ApiResult
  /** Texts of `Warning` headers, in order. */
  readonly warnings: readonly string[]
}
