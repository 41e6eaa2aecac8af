import type { GroupVersion, Kind, KubeList, KubeObject, ObjectName, Status, WatchEvent } from '@kubetape/apimachinery'
import type { Observable } from 'rxjs'

/**
 * The only way a controller talks to an API. What a caller may rely on, whichever implementation stands behind it:
 *
 * - Every refusal is a `StatusError` of apimachinery with the Status of the wire; nothing else is thrown for an answer of the server.
 * - A request that got no answer (connection lost, time-out) rejects with `RequestFailed`; the write may or may not have happened.
 * - Objects that come back are frozen, or fresh copies: a caller may keep them but must copy before changing (`structuredClone`).
 * - `watch` is cold: each subscription is one request. It delivers events in order, errors with a StatusError on an ERROR event or a
 *   refused request, and completes when the server ends it.
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: GetOptions): Promise<T>
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<KubeList<T>>
  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): Observable<WatchEvent<T>>
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>
  /** Replaces the object; with `resourceVersion` set only if nothing changed since. */
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>
  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>
  /** Answers the object while it lives on (finalizers, grace period), or the Status or last state that the server sends. */
  delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: DeleteOptions): Promise<T | Status>
  deleteCollection<T extends KubeObject>(kind: Kind<T>, options?: ListOptions & DeleteOptions): Promise<KubeList<T> | Status>
  /**
   * Discovery: the kinds that a version of a group serves now, without subresources; NotFound when it is not served. A client that cannot ask (that of
   * a run, whose kinds are known before) has no such method.
   */
  kinds?(groupVersion: GroupVersion, options?: { readonly signal?: AbortSignal }): Promise<readonly Kind[]>
}

/** The patch formats of the API by their short names: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch, server-side apply. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface Patch {
  readonly type: PatchType
  readonly body: unknown
}

interface RequestOptions {
  readonly signal?: AbortSignal
  /** `status`, `scale`, `eviction` … */
  readonly subresource?: string
}

export interface GetOptions extends RequestOptions {
  readonly resourceVersion?: string
}

export interface ListOptions extends RequestOptions {
  /** Default: all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  /** Items per page; default: all in one. */
  readonly limit?: number
  readonly continue?: string
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly timeoutSeconds?: number
}

export interface WriteOptions extends RequestOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  /** Server-side apply only: take over conflicting fields. */
  readonly force?: boolean
  /** Why this write is made (architecture decision 3). */
  readonly cause?: Cause
  /** Called for each `Warning` header. */
  readonly onWarning?: (text: string) => void
}

export interface DeleteOptions extends RequestOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
  readonly cause?: Cause
}

/** A request of a reconcile run: `sequence` counts the run's requests from 1. */
export interface Cause {
  readonly run: string
  readonly sequence: number
}

/** The request got no answer; whether it took effect is unknown. Retryable after reading again. */
export class RequestFailed extends Error {
  readonly code = 'REQUEST_FAILED' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'RequestFailed'
  }
}
