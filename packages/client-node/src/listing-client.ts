import {
  formatGroupVersion,
  gone,
  isExpired,
  isStatusError,
  type Kind,
  type KubeList,
  type KubeObject,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { WatchOptions } from '@kubetape/client'
import type { WatchedClient } from '@kubetape/informers'
import { catchError, type Observable } from 'rxjs'

/** A list as the user's function answers it: of client-node's typed API, of the one for custom objects, or their own. */
export interface GivenList {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: { readonly resourceVersion?: string }
  readonly items?: readonly object[] | null
}

export interface ListingClientOptions {
  readonly watch: WatchedClient['watch']
  readonly list: () => Promise<GivenList>
  /** A list begins, or a watch that resumes without one. */
  readonly onConnect: () => void
  /** A request failed. A 410 is no failure: it only means to list anew. */
  readonly onError: (error: unknown) => void
}

/** Lists with the user's own function, whatever it selects, and watches with our client. */
export class ListingClient implements WatchedClient {
  readonly #options: ListingClientOptions
  /** What items of lists leave out. */
  #head: { apiVersion?: string; kind?: string } = {}
  #hasJustListed = false

  constructor(options: ListingClientOptions) {
    this.#options = options
  }

  /** With the `kind` and `apiVersion` that items of lists come without. */
  whole(object: KubeObject): KubeObject {
    return object.kind === undefined || object.apiVersion === undefined ? { ...this.#head, ...object } : object
  }

  async list<T extends KubeObject>(kind: Kind<T>): Promise<KubeList<T>> {
    this.#options.onConnect()
    this.#hasJustListed = true
    let list: GivenList
    try {
      list = await this.#options.list()
    } catch (error) {
      if (codeOf(error) === 410) throw gone('The provided continue parameter is too old.')
      this.#options.onError(error)
      throw error
    }
    this.#head = {
      apiVersion: list.apiVersion ?? formatGroupVersion(kind),
      ...(list.kind === undefined ? {} : { kind: list.kind.replace(/List$/, '') }),
    }
    return { metadata: { resourceVersion: list.metadata?.resourceVersion ?? '' }, items: [...(list.items ?? [])] as T[] }
  }

  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): Observable<WatchEvent<T>> {
    if (!this.#hasJustListed) this.#options.onConnect()
    this.#hasJustListed = false
    return this.#options.watch(kind, options).pipe(
      catchError((error: unknown) => {
        if (!isExpired(error)) this.#options.onError(asTheirs(error))
        throw error
      }),
    )
  }
}

/** client-node says in `statusCode` what the server answered to a watch. */
function asTheirs(error: unknown): unknown {
  return isStatusError(error) ? Object.assign(new Error(error.message, { cause: error }), { statusCode: error.httpCode }) : error
}

function codeOf(error: unknown): unknown {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  return statusCode ?? code
}
