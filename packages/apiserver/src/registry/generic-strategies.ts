import type { KubeObject } from '@kubetape/apimachinery'
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
  [
    '/services',
    {
      generation: 'none',
      createOnUpdate: true,
      selectableFields: (object) => ({
        'spec.clusterIP': text(object, 'spec', 'clusterIP'),
        'spec.type': text(object, 'spec', 'type', 'ClusterIP'),
      }),
    },
  ],
  ['discovery.k8s.io/endpointslices', counted],
  ['resource.k8s.io/podschedulingcontexts', uncounted],
  ['resource.k8s.io/resourceclaims', uncounted],
  ['internal.apiserver.k8s.io/storageversions', uncounted],
]

/** A member of an object's spec or status as field selectors compare it. */
function text(object: Readonly<KubeObject>, part: 'spec' | 'status', member: string, absent = ''): string {
  const value = (object[part] as Record<string, unknown> | undefined)?.[member]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : absent
}
