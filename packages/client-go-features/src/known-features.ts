import type { FeatureSpec } from './feature-spec.ts'

// Alphabetical. A feature has its name and its spec here and nowhere else.
//
// Features that came after v1.31 stand here only where this code behaves by them; since it has no other way to behave, they are locked.
// Not here: ClientsAllowCBOR and ClientsPreferCBOR (v1.32; there is no CBOR), InOrderInformersBatchProcess (v1.35) and
// UnlockWhileProcessingFIFO (v1.36): they are about a lock that this code does not have.

/**
 * - owner: SIG API Machinery (KEP-5647)
 * - stage: Beta since 1.36, on, here locked
 * - effect: a list takes effect in an informer's store at once, deletions included; nobody sees half of it
 */
export const AtomicFIFO = 'AtomicFIFO'

/**
 * - owner: SIG API Machinery
 * - stage: Beta since 1.33, on, here locked
 * - effect: an informer delivers events of different objects in the order of the watch
 */
export const InOrderInformers = 'InOrderInformers'

/**
 * - owner: SIG API Machinery
 * - stage: Alpha since 1.30, off
 * - effect: `lastSyncResourceVersion` of an informer tells up to which resourceVersion it has read; it is empty otherwise
 */
export const InformerResourceVersion = 'InformerResourceVersion'

/**
 * - owner: SIG API Machinery (KEP-3157)
 * - stage: Beta since 1.30, off, because only chosen components turn it on
 * - effect: a reflector gets its first state as a stream of a watch instead of a list in chunks, and lists when the server cannot stream
 */
export const WatchListClient = 'WatchListClient'

/** A feature of the client libraries: those of v1.31, and later ones that this code behaves by. */
export type ClientFeature = typeof AtomicFIFO | typeof InOrderInformers | typeof InformerResourceVersion | typeof WatchListClient

/** Every client feature. */
export const clientFeatures: Readonly<Record<ClientFeature, FeatureSpec>> = {
  [AtomicFIFO]: { stage: 'Beta', default: true, lockToDefault: true, since: '1.36' },
  [InOrderInformers]: { stage: 'Beta', default: true, lockToDefault: true, since: '1.33' },
  [InformerResourceVersion]: { stage: 'Alpha', default: false, lockToDefault: false, since: '1.30' },
  [WatchListClient]: { stage: 'Beta', default: false, lockToDefault: false, since: '1.30' },
}
