import type { KubeObject } from '@kubetape/apimachinery'
import type { Store, ValueRange } from '@kubetape/informers'

/** Read access to the newest known objects of a kind. Objects are shared and frozen or must be treated so: copy before changing. */
export interface Lister<T extends KubeObject = KubeObject> {
  /** Namespace '' for cluster-scoped kinds. */
  get(namespace: string, name: string): T | undefined
  list(namespace?: string): T[]
  /** What the named index files under `value`; indexes are declared with the controller. */
  byIndex(index: string, value: string): T[]
  /** The first object, in order of the values of the named index, whose value lies in `range` and that `passes`; without going through the others. */
  firstByIndex(index: string, range: ValueRange, passes: (object: T) => boolean): T | undefined
  /** Whether the kind has been listed, so that what is not shown is not there; false only of followed kinds that the controller has just begun to watch. */
  hasListed(): boolean
}

/** A lister over a store that reports each access before it happens. */
export function listerOf<T extends KubeObject>(
  store: Pick<Store<T>, 'get' | 'list' | 'byIndex' | 'firstByIndex' | 'resourceVersion'>,
  onRead: () => void,
): Lister<T> {
  return {
    get(namespace, name) {
      onRead()
      return store.get(namespace ? `${namespace}/${name}` : name)
    },
    list(namespace) {
      onRead()
      return store.list(namespace)
    },
    byIndex(index, value) {
      onRead()
      return store.byIndex(index, value)
    },
    firstByIndex(index, range, passes) {
      onRead()
      return store.firstByIndex(index, range, passes)
    },
    hasListed() {
      onRead()
      return store.resourceVersion !== ''
    },
  }
}
