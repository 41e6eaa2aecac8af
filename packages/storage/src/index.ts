/** Kubernetes objects over the log. Start with `Storage.open({ log, clock })`. */
export { type CommitOptions, type ObjectWrite, Storage } from './storage.ts'
export { type Alternate, encodeObject, type Frame, type Selectable, StoredObject, typeHead } from './stored-object.ts'
export type { ListRequest, ListResult } from './list.ts'
export type { StorageEvent, WatchRequest } from './watch.ts'
export type { CacheCheck } from './cache-check.ts'
export { WATCH_WINDOW_BYTES_MAX, WATCH_WINDOW_MAX } from './resource-cache.ts'
export { keyWithinResource, parseLogKey, resourcePrefix } from './object-keys.ts'
export { type RetentionOptions, startRetention } from './retention.ts'
