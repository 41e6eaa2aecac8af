/** Watcher, reflector, store and lister as RxJS stages. Most callers want `new Informer(client, kind, options)`. */
export { Informer, type InformerOptions } from './informer.ts'
export type { IndexFunctions, ValueRange } from './indexes.ts'
export { createStore, type OnShown, type Store, type StoreChange, type StoreWriter } from './store.ts'
export { reflect } from './reflector.ts'
export { type WatchedClient, watcher, type WatcherOptions } from './watcher.ts'
export type { WatcherEvent } from './watcher-event.ts'
