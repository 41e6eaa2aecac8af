import type { KubeObject } from './object-meta.ts'
import type { Status } from './status.ts'

/** What a watch delivers (API concepts, "Efficient detection of changes"). An ERROR carries a Status and ends the watch. */
export type WatchEvent<T = KubeObject> =
  { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T } | { type: 'BOOKMARK'; object: KubeObject } | { type: 'ERROR'; object: Status }

/** The annotation of the bookmark that ends the initial events of a streaming list (KEP-3157). */
export const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'
