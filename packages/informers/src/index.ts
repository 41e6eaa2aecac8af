/** Watcher, reflector, store, indexer and lister as RxJS stages. */
export {}
