import type { ServiceSpec } from '@kubetape/api/types/core/v1'

/** What of a Service decides which fields it may have. */
export type Spec = ServiceSpec

/** Without an address of its own: its name stands for the addresses of its endpoints. */
export const isHeadless = ({ clusterIP, clusterIPs }: Readonly<Spec>): boolean => (clusterIPs?.[0] ?? clusterIP) === 'None'

/** Every type but ExternalName has cluster addresses. */
export const hasClusterIps = ({ type }: Readonly<Spec>): boolean => type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer'

/** NodePort and LoadBalancer: ports of nodes are theirs. */
export const mayHaveNodePorts = ({ type }: Readonly<Spec>): boolean => type === 'NodePort' || type === 'LoadBalancer'

/** Whether each of its ports is given a node port. */
export const needsNodePorts = (spec: Readonly<Spec>): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && (spec.allocateLoadBalancerNodePorts ?? true))

/** Reached from outside of the cluster in one way or another. */
export const isExternal = (spec: Readonly<Spec>): boolean =>
  mayHaveNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)

/** A balancer that asks nodes whether they have endpoints. */
export const needsHealthCheck = ({ type, externalTrafficPolicy }: Readonly<Spec>): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
