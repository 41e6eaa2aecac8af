import type { IncomingHttpHeaders } from 'node:http'
import { formatGroupResource, type GroupResource } from '@kubetape/apimachinery'
import type { Cause } from './client.ts'

/** Verbs of the API as they stand in records and messages. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** One request before it has a server. */
export interface WireRequest {
  readonly verb: Verb
  readonly resource: GroupResource
  /** Empty when the request names no single object. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query below the server's URL. */
  readonly path: string
  readonly body?: { readonly text: string; readonly contentType: string }
  readonly cause?: Cause | undefined
  readonly signal?: AbortSignal | undefined
  /** Reads the body of a successful answer while it arrives; a new one for each attempt. Default: it is answered as text. */
  readonly reader?: () => BodyReader
}

/** Reads a body from its pieces. Both methods throw when it is not what it should be. */
export interface BodyReader {
  push(chunk: Buffer): void
  /** What was read. */
  end(): unknown
}

/** A whole answer. */
export interface Answer {
  readonly code: number
  readonly headers: IncomingHttpHeaders
  /** Empty when a reader read it. */
  readonly body: string
  /** What the reader of the request made of the body. */
  readonly read?: unknown
}

/** `list pods`, `get configmaps "a"`: a request in error messages. */
export function describeRequest({ verb, resource, name }: WireRequest): string {
  return `${verb} ${formatGroupResource(resource)}${name ? ` ${JSON.stringify(name)}` : ''}`
}
