import type { Strategy } from './strategy.ts'

/** Kinds with a status whose generation upstream does not count. */
const uncounted: Strategy = { generation: 'none' }
const counted: Strategy = { generation: 'spec' }

/**
 * What is special about the life of kinds that have no strategy of their own yet: whether a PUT makes them, whether it needs a resourceVersion, whether
 * their generation is counted (FACTS, "Generic API"). Keys are `group/resource`.
 */
export const genericStrategies: readonly (readonly [string, Strategy])[] = [
  ['/endpoints', { createOnUpdate: true }],
  ['discovery.k8s.io/endpointslices', counted],
  ['resource.k8s.io/podschedulingcontexts', uncounted],
  ['resource.k8s.io/resourceclaims', uncounted],
  ['internal.apiserver.k8s.io/storageversions', uncounted],
]
