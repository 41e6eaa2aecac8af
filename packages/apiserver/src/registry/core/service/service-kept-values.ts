import { deepEqual } from '@kubetape/apimachinery'
import { hasClusterIps, isExternal, mayHaveNodePorts, needsHealthCheck, needsNodePorts, type Spec } from './service-kind.ts'

/** What a user may leave out of an update because the server chose it: the address, node ports by the names of ports, the port for health checks. */
export function keepAllocated(spec: Spec, before: Readonly<Spec>): void {
  if (hasClusterIps(spec) && hasClusterIps(before)) {
    if (!spec.clusterIP && before.clusterIP !== undefined) spec.clusterIP = before.clusterIP
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === before.clusterIP && before.clusterIPs !== undefined)
      spec.clusterIPs = [...before.clusterIPs]
  }
  if (needsNodePorts(spec) && needsNodePorts(before)) {
    const used = new Set(spec.ports?.map(({ nodePort }) => nodePort))
    const byName = new Map(before.ports?.map(({ name = '', nodePort }) => [name, nodePort]))
    for (const port of spec.ports ?? []) {
      const had = byName.get(port.name ?? '')
      if (!port.nodePort && had !== undefined && !used.has(had)) port.nodePort = had
    }
  }
  if (needsHealthCheck(spec) && needsHealthCheck(before) && !spec.healthCheckNodePort && before.healthCheckNodePort !== undefined)
    spec.healthCheckNodePort = before.healthCheckNodePort
}

/** The older field `clusterIP` and the list that it is the first of follow each other: whichever of them was changed. */
export function alignClusterIps(spec: Spec, before: Readonly<Spec> | undefined): void {
  if (spec.clusterIP && (spec.clusterIPs?.length ?? 0) === 0) spec.clusterIPs = [spec.clusterIP]
  if (before === undefined) return
  if ((spec.clusterIP ?? '') === (before.clusterIP ?? '') || !deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? [])) return
  if (!spec.clusterIP) delete spec.clusterIPs
  else spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)]
}

/**
 * Fields that belonged to what a Service was and that nobody touched go when it becomes something else, so that a change of the type alone is enough.
 * A field that was changed too stays, and is judged.
 */
export function dropOutlived(spec: Spec, before: Readonly<Spec>): void {
  if (hasClusterIps(before) && !hasClusterIps(spec)) {
    if (spec.clusterIP === before.clusterIP && deepEqual(spec.clusterIPs ?? [], before.clusterIPs ?? [])) {
      delete spec.clusterIP
      delete spec.clusterIPs
    }
    if (deepEqual(spec.ipFamilies ?? [], before.ipFamilies ?? [])) delete spec.ipFamilies
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy
    if (spec.internalTrafficPolicy === before.internalTrafficPolicy) delete spec.internalTrafficPolicy
  }
  if (mayHaveNodePorts(before) && !mayHaveNodePorts(spec) && sameNodePorts(spec, before))
    for (const port of spec.ports ?? []) delete port.nodePort
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && spec.healthCheckNodePort === before.healthCheckNodePort)
    delete spec.healthCheckNodePort
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (isExternal(before) && !isExternal(spec) && spec.externalTrafficPolicy === before.externalTrafficPolicy)
    delete spec.externalTrafficPolicy
}

/** Compared port by port: of ports that are added or moved nothing is known. */
function sameNodePorts({ ports = [] }: Readonly<Spec>, { ports: before = [] }: Readonly<Spec>): boolean {
  const had = new Set(before.map(({ nodePort }) => nodePort))
  return ports.every(({ nodePort }) => !nodePort || had.has(nodePort))
}
