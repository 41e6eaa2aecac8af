import type { KubeObject } from '@kubetape/apimachinery'
import { Observable } from 'rxjs'
import type { StoreChange, StoreWriter } from './store.ts'
import type { WatcherEvent } from './watcher-event.ts'

/**
 * The second stage: writes what the watcher sees into a store and emits what changed there. A listing takes effect at once when it is
 * complete; until then the store keeps showing what it had. `onListed` is called each time a listing has taken effect.
 */
export function reflect<T extends KubeObject>(events: Observable<WatcherEvent<T>>, writer: StoreWriter<T>, onListed: () => void): Observable<StoreChange<T>> {
  return new Observable((subscriber) => {
    let listing: T[] = []
    const emit = (change: StoreChange<T> | undefined): void => {
      if (change !== undefined) subscriber.next(change)
    }
    return events.subscribe({
      next: (event) => {
        switch (event.type) {
          case 'listing':
            listing = []
            break
          case 'item':
            listing.push(event.object)
            break
          case 'listed': {
            const changes = writer.replace(listing, event.resourceVersion)
            listing = []
            for (const change of changes) emit(change)
            onListed()
            break
          }
          case 'applied':
            emit(writer.apply(event.object))
            break
          case 'deleted':
            emit(writer.remove(event.object))
            break
          case 'bookmark':
            writer.bookmark(event.resourceVersion)
            break
          case 'interrupted':
            break
        }
      },
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    })
  })
}
