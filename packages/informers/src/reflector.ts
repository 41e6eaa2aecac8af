import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import { Observable } from 'rxjs'
import type { StoreChange, StoreWriter } from './store.ts'
import type { WatcherEvent } from './watcher-event.ts'

/**
 * The second stage: writes what the watcher sees into a store and emits what changed there. A listing takes effect at once when it is
 * complete; until then the store keeps showing what it had. `onListed` is called each time a listing has taken effect and its changes are out.
 */
export function reflect<T extends KubeObject>(
  events: Observable<WatcherEvent<T>>,
  writer: StoreWriter<T>,
  onListed: () => void,
): Observable<StoreChange<T>> {
  return new Observable((subscriber) => {
    let listing: Map<string, T> | undefined
    const next = (event: WatcherEvent<T>): void => {
      switch (event.type) {
        case 'listing':
          listing = new Map()
          break
        case 'item':
          listing?.set(objectKey(event.object), event.object)
          break
        case 'listed': {
          const changes = writer.replace([...(listing?.values() ?? [])], event.resourceVersion)
          listing = undefined
          for (const change of changes) subscriber.next(change)
          onListed()
          break
        }
        case 'applied':
          subscriber.next(writer.apply(event.object))
          break
        case 'deleted': {
          // A streamed listing may take back what it showed before.
          if (listing !== undefined) {
            listing.delete(objectKey(event.object))
            break
          }
          const change = writer.remove(event.object)
          if (change !== undefined) subscriber.next(change)
          break
        }
        case 'bookmark':
          writer.bookmark(event.resourceVersion)
          break
        case 'interrupted':
          break
      }
    }
    return events.subscribe({ next, error: (error) => subscriber.error(error), complete: () => subscriber.complete() })
  })
}
