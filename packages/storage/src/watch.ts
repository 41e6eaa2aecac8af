import { gone } from '@kubetape/apimachinery'
import type { ChangeListener, ResourceCache } from './resource-cache.ts'
import type { StoredObject } from './stored-object.ts'

/** What to watch. */
export interface WatchRequest {
  readonly namespace?: string
  readonly name?: string
  readonly matches?: ((object: StoredObject) => boolean) | undefined
  /** Deliver changes after this revision; undefined: first an ADDED for each object that is there, then what follows. */
  readonly since: number | undefined
}

/** One event as a watcher gets it: selector edges are already ADDED and DELETED. `object` of a DELETED that left the selector is its last matching state. */
export interface StorageEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: StoredObject
  /** The revision of the change. */
  readonly revision: number
}

/**
 * Delivers events synchronously, in order, without a hole between what is already there and what follows: first the backlog, before this
 * returns, then each change as it is committed. Throws 410 when `since` is below the window. The answer stops the watch.
 */
export function watch(cache: ResourceCache, request: WatchRequest, deliver: (event: StorageEvent) => void): () => void {
  const forward = filtered(request, deliver)
  if (request.since === undefined) deliverState(cache, request, deliver)
  else {
    const backlog = cache.since(request.since)
    if (backlog === undefined) throw gone(`too old resource version: ${request.since} (${cache.oldestWatchable})`)
    for (const change of backlog) forward(change)
  }
  // A watch that is opened while a change is being delivered has that change already; one from the future waits for its time.
  const after = Math.max(request.since ?? 0, cache.changedRevision)
  return cache.listen((change) => {
    if (change.revision > after) forward(change)
  })
}

function deliverState(cache: ResourceCache, { namespace, name, matches }: WatchRequest, deliver: (event: StorageEvent) => void): void {
  cache.objects.scan(namespace ? `${namespace}/` : '', '', (object) => {
    if (name !== undefined && object.name !== name) return true
    if (matches === undefined || matches(object)) deliver({ type: 'ADDED', object, revision: object.revision })
    return true
  })
}

function filtered({ namespace, name, matches }: WatchRequest, deliver: (event: StorageEvent) => void): ChangeListener {
  return (change) => {
    const { object, previous, type, revision } = change
    if (namespace && object.namespace !== namespace) return
    if (name !== undefined && object.name !== name) return
    if (matches === undefined) {
      deliver({ type, object, revision })
      return
    }
    const before = previous !== undefined && matches(previous)
    const after = type !== 'DELETED' && matches(object)
    if (after) deliver({ type: before ? 'MODIFIED' : 'ADDED', object, revision })
    else if (before) deliver({ type: 'DELETED', object: type === 'DELETED' ? object : change.left, revision })
  }
}
