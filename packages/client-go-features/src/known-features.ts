import type { FeatureSpec } from './feature-spec.ts'

// Alphabetical. A feature has its name and its spec here and nowhere else.

/**
 * - owner: SIG API Machinery
 * - stage: Alpha since 1.30, off
 * - effect: an informer that filters its resources tells up to which resourceVersion it has read, where it tells nothing otherwise
 */
export const InformerResourceVersion = 'InformerResourceVersion'

/**
 * - owner: SIG API Machinery (KEP-3157)
 * - stage: Beta since 1.30, off, because only chosen components turn it on
 * - effect: a reflector gets its first state as a stream of a watch instead of a list in chunks, and lists when the server cannot stream
 */
export const WatchListClient = 'WatchListClient'

/** A feature of the client libraries of v1.31. */
export type ClientFeature = typeof InformerResourceVersion | typeof WatchListClient

/** Every client feature of v1.31. */
export const clientFeatures: Readonly<Record<ClientFeature, FeatureSpec>> = {
  [InformerResourceVersion]: { stage: 'Alpha', default: false, lockToDefault: false, since: '1.30' },
  [WatchListClient]: { stage: 'Beta', default: false, lockToDefault: false, since: '1.30' },
}
