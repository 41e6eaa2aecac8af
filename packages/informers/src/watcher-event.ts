import type { KubeObject } from '@kubetape/apimachinery'

/** What the watcher stage emits: a view of one resource type, as it begins, changes and begins anew. */
export type WatcherEvent<T extends KubeObject = KubeObject> =
  /** A fresh listing starts; what follows until `listed` replaces everything before. */
  | { readonly type: 'listing' }
  /** One object of the listing. */
  | { readonly type: 'item'; readonly object: T }
  /** The listing is complete and shows the state at this resourceVersion. */
  | { readonly type: 'listed'; readonly resourceVersion: string }
  /** An object appeared or changed. */
  | { readonly type: 'applied'; readonly object: T }
  | { readonly type: 'deleted'; readonly object: T }
  /** Nothing below this resourceVersion is still to come. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  /** The connection failed; the watcher goes on by itself after `retryMs`. */
  | { readonly type: 'interrupted'; readonly error: unknown; readonly retryMs: number }
