import type { Service } from '@kubetape/api/types/core/v1'
import { formatIp, type KubeObject, parseIp } from '@kubetape/apimachinery'
import { canonicalAddressError } from '../../networking/address-errors.ts'
import type { Draft, Strategy, StrategyContext } from '../../strategy.ts'
import { dropOutlived } from './service-kept-values.ts'
import { hasClusterIps, isExternal, isHeadless, type Spec } from './service-kind.ts'
import { serviceRow } from './service-table-row.ts'
import { validateServiceStatus } from './service-status-validation.ts'
import { validateService, validateServiceUpdate } from './service-validation.ts'

/** Three hours, for which a client sticks to an endpoint where nothing else is said. */
const AFFINITY_SECONDS = 10_800

function setDefaults(draft: Draft): void {
  const spec = ((draft as Service).spec ??= {})
  spec.sessionAffinity ||= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP') {
    const config = (spec.sessionAffinityConfig ??= {})
    config.clientIP ??= {}
    config.clientIP.timeoutSeconds ??= AFFINITY_SECONDS
  }
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
  }
  if (isExternal(spec) && !spec.externalTrafficPolicy) spec.externalTrafficPolicy = 'Cluster'
  if (hasClusterIps(spec)) spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true
    for (const point of (draft as Service).status?.loadBalancer?.ingress ?? []) if (point.ip) point.ipMode ??= 'VIP'
  }
}

function dropDisabled(spec: Spec, before: Readonly<Spec> | undefined, { gates }: StrategyContext): void {
  if (!gates.enabled('ServiceTrafficDistribution') && before?.trafficDistribution === undefined) delete spec.trafficDistribution
}

/** Where a balancer was reached says nothing of a Service that has none any more. */
function keptStatus({ spec }: Readonly<Service>, { status }: Readonly<Service>, { gates }: StrategyContext): Service['status'] {
  if (spec?.type === 'LoadBalancer' || gates.enabled('AllowServiceLBStatusOnNonLB')) return status
  return { ...status, loadBalancer: {} }
}

/** Fields that do nothing, and addresses in a notation that later releases refuse or that controllers would not write. */
function warnings({ spec = {} }: Readonly<Service>): string[] {
  const texts: string[] = []
  if (hasClusterIps(spec) && !isHeadless(spec))
    for (const [at, ip] of (spec.clusterIPs ?? []).entries()) texts.push(...addressWarnings(`spec.clusterIPs[${at}]`, ip))
  for (const [at, ip] of (spec.externalIPs ?? []).entries()) texts.push(...addressWarnings(`spec.externalIPs[${at}]`, ip))
  if (spec.loadBalancerIP) texts.push(...addressWarnings('spec.loadBalancerIP', spec.loadBalancerIP))
  if (spec.type === 'ExternalName' && spec.externalIPs?.length) texts.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (spec.type !== 'ExternalName' && spec.externalName) texts.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  return texts
}

function addressWarnings(path: string, text: string): string[] {
  const address = parseIp(text)
  if (address === undefined)
    return [`${path}: IP address was accepted, but will be invalid in a future Kubernetes release: ${canonicalAddressError(text)}`]
  const form = formatIp(address)
  if (address.family === 4 || form === text) return []
  return [
    `${path}: IPv6 address ${JSON.stringify(text)} is not in RFC 5952 canonical format (${JSON.stringify(form)}), which may cause controller apply-loops`,
  ]
}

/** Services (API reference, core/v1 Service). Families, addresses and node ports are given by what accompanies them to the store. */
export const serviceStrategy: Strategy = {
  nameRule: 'dns1035-label',
  generation: 'none',
  createOnUpdate: true,
  returnsDeleted: true,
  default: setDefaults,
  prepareForCreate: (draft, context) => {
    draft['status'] = {}
    const { spec } = draft as Service
    if (spec?.type === 'ExternalName') delete spec.internalTrafficPolicy
    dropDisabled(spec, undefined, context)
  },
  prepareForUpdate: (draft, old, context) => {
    const [service, before] = [draft as Service, old as Readonly<Service>]
    draft['status'] = keptStatus(service, before, context)
    dropDisabled(service.spec, before.spec, context)
    dropOutlived(service.spec, before.spec ?? {})
  },
  validate: (draft) => validateService(draft as Service),
  validateUpdate: (draft, old) => validateServiceUpdate(draft as Service, old as Readonly<Service>),
  warnings: (draft) => warnings(draft as Readonly<Service>),
  tableRow: serviceRow,
  selectableFields: (object: Readonly<KubeObject>) => {
    const { spec = {} } = object as Readonly<Service>
    return { 'spec.clusterIP': spec.clusterIP ?? '', 'spec.type': spec.type ?? '' }
  },
  subresources: {
    status: {
      prepareForUpdate: (draft, old) => {
        ;(draft as { spec?: unknown }).spec = (old as { spec?: unknown }).spec
      },
      validateUpdate: (draft, old) => validateServiceStatus(draft as Service, old as Readonly<Service>),
    },
  },
}
