import type { Service } from '@kubetape/api/types/core/v1'
import { Quantity } from '@kubetape/apimachinery'
import { type Evaluator, objectCountName } from './evaluator.ts'

const SERVICES = { group: '', resource: 'services' } as const
const COUNT = objectCountName(SERVICES)
const NAMES = new Set([COUNT, 'services', 'services.nodeports', 'services.loadbalancers'])

/** Counts Services, those with a load balancer, and the node ports that they will get. */
export const serviceEvaluator: Evaluator = {
  resource: SERVICES,
  chargesUpdates: true,
  counts: (name) => NAMES.has(name),
  matchesScope: () => false,
  usage: (object) => {
    const { spec } = object as unknown as Readonly<Service>
    const balanced = spec?.type === 'LoadBalancer'
    return new Map([
      [COUNT, Quantity.of(1)],
      ['services', Quantity.of(1)],
      ['services.loadbalancers', Quantity.of(balanced ? 1 : 0)],
      ['services.nodeports', Quantity.of(nodePorts(spec))],
    ])
  },
}

/** Ports are counted before they are allocated: by what the Service wants. */
function nodePorts(spec: Service['spec']): number {
  const ports = spec?.ports ?? []
  if (spec?.type === 'NodePort') return ports.length
  if (spec?.type !== 'LoadBalancer') return 0
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0).length : ports.length
}
