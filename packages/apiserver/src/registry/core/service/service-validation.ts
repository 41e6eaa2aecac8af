import type { Service } from '@kubetape/api/types/core/v1'
import {
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  parseCidr,
  qualifiedNameErrors,
  required,
  validateLabels,
} from '@kubetape/apimachinery'
import { immutable } from '../../batch/field-rules.ts'
import { checkIp } from '../pod/ip-rule.ts'
import {
  badClusterIps,
  CLUSTER_IPS,
  IP_FAMILIES,
  IP_FAMILY_POLICY,
  specialAddressErrors,
  validateAddresses,
} from './service-addresses-validation.ts'
import { hasClusterIps, isExternal, isHeadless, needsHealthCheck, type Spec } from './service-kind.ts'
import { portNumberErrors, validateEachPort, validatePorts, validatePortUse } from './service-ports-validation.ts'

const SPEC = FieldPath.of('spec')
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const TRAFFIC_POLICIES = ['Cluster', 'Local']
const BALANCERS_ONLY = "may only be used when `type` is 'LoadBalancer'"
const EXTERNAL_NAMES_NONE = 'may not be set for ExternalName services'
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const NO_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
/** One day, the longest that a client sticks to an endpoint. */
const AFFINITY_SECONDS_MAX = 86_400

/** What is wrong with a Service (API reference, core/v1 Service). */
export function validateService(service: Readonly<Service>): FieldError[] {
  const spec = service.spec ?? {}
  return [
    ...validatePorts(spec),
    ...validateByType(spec),
    ...validateEachPort(spec),
    ...validateLabels(spec.selector, SPEC.child('selector')),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...(spec.externalIPs ?? []).flatMap((ip, at) => {
      const path = SPEC.child('externalIPs').index(at)
      const errors = checkIp(path, ip)
      return errors.length > 0 ? errors : specialAddressErrors(path, ip)
    }),
    ...validateType(spec),
    ...validatePortUse(spec),
    ...validateSourceRanges(service),
    ...validateBalancer(spec),
    ...validateTraffic(spec),
  ]
}

/** The same over what is stored: addresses stay, so does the class of a balancer. */
export function validateServiceUpdate(service: Readonly<Service>, old: Readonly<Service>): FieldError[] {
  const [spec, before] = [service.spec ?? {}, old.spec ?? {}]
  const health = SPEC.child('healthCheckNodePort')
  const isMoved = needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort
  return [
    ...keptClusterIps(spec, before),
    ...keptFamilies(spec, before),
    // Upstream judges it here and with all the rest.
    ...(spec.type === 'LoadBalancer' && before.type === 'LoadBalancer' ? keptClass(spec, before) : validateClass(spec)),
    ...(isMoved ? [forbidden(health, 'field is immutable')] : []),
    ...validateService(service),
  ]
}

function validateByType(spec: Readonly<Spec>): FieldError[] {
  const { type } = spec
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec))
    return [invalid(CLUSTER_IPS.index(0), 'None', `may not be set to 'None' for ${type} services`)]
  if (type !== 'ExternalName') return []
  const errors: FieldError[] = []
  if ((spec.clusterIPs?.length ?? 0) > 0) errors.push(forbidden(CLUSTER_IPS, EXTERNAL_NAMES_NONE))
  if ((spec.ipFamilies?.length ?? 0) > 0) errors.push(forbidden(IP_FAMILIES, EXTERNAL_NAMES_NONE))
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden(IP_FAMILY_POLICY, EXTERNAL_NAMES_NONE))
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  const path = SPEC.child('externalName')
  if (name === '') return [...errors, required(path)]
  return [...errors, ...dnsSubdomainErrors(name).map((message) => invalid(path, name, message))]
}

function validateType({ type }: Readonly<Spec>): FieldError[] {
  const path = SPEC.child('type')
  if (!type) return [required(path)]
  return TYPES.includes(type) ? [] : [notSupported(path, type, TYPES)]
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: Readonly<Spec>): FieldError[] {
  const path = SPEC.child('sessionAffinity')
  if (!sessionAffinity) return [required(path)]
  if (!AFFINITIES.includes(sessionAffinity)) return [notSupported(path, sessionAffinity, AFFINITIES)]
  const config = SPEC.child('sessionAffinityConfig')
  if (sessionAffinity === 'None')
    return sessionAffinityConfig === undefined ? [] : [forbidden(config, `must not be set when session affinity is ${sessionAffinity}`)]
  if (sessionAffinityConfig === undefined) return [required(config, `when session affinity type is ${sessionAffinity}`)]
  const client = config.child('clientIP')
  if (sessionAffinityConfig.clientIP === undefined) return [required(client, `when session affinity type is ${sessionAffinity}`)]
  const { timeoutSeconds } = sessionAffinityConfig.clientIP
  const timeout = client.child('timeoutSeconds')
  if (timeoutSeconds === undefined) return [required(timeout, `when session affinity type is ${sessionAffinity}`)]
  if (timeoutSeconds > 0 && timeoutSeconds <= AFFINITY_SECONDS_MAX) return []
  return [invalid(timeout, timeoutSeconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`)]
}

function validateSourceRanges({ metadata, spec = {} }: Readonly<Service>): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? []
  if (ranges.length > 0) return rangeErrors(SPEC.child('LoadBalancerSourceRanges'), ranges, spec, true)
  const text = metadata.annotations?.[SOURCE_RANGES]
  if (text === undefined) return []
  const path = FieldPath.of('metadata').child('annotations').key(SOURCE_RANGES)
  return rangeErrors(path, text.trim() === '' ? [] : text.trim().split(','), spec, false)
}

function rangeErrors(path: FieldPath, ranges: readonly string[], { type }: Readonly<Spec>, isList: boolean): FieldError[] {
  const errors = type === 'LoadBalancer' ? [] : [forbidden(path, BALANCERS_ONLY)]
  for (const [at, text] of ranges.entries())
    if (parseCidr(text.trim()) === undefined) errors.push(invalid(isList ? path.index(at) : path, text.trim(), NO_CIDR))
  return errors
}

function validateBalancer(spec: Readonly<Spec>): FieldError[] {
  const isBalancer = spec.type === 'LoadBalancer'
  const allocate = SPEC.child('allocateLoadBalancerNodePorts')
  const errors = validateClass(spec)
  if (isBalancer === (spec.allocateLoadBalancerNodePorts !== undefined)) return errors
  return [isBalancer ? required(allocate) : forbidden(allocate, BALANCERS_ONLY), ...errors]
}

function validateClass({ type, loadBalancerClass }: Readonly<Spec>): FieldError[] {
  const path = SPEC.child('loadBalancerClass')
  if (loadBalancerClass === undefined) return []
  if (type !== 'LoadBalancer') return [forbidden(path, BALANCERS_ONLY)]
  return qualifiedNameErrors(loadBalancerClass).map((message) => invalid(path, loadBalancerClass, message))
}

function validateTraffic(spec: Readonly<Spec>): FieldError[] {
  const { externalTrafficPolicy = '', internalTrafficPolicy, healthCheckNodePort = 0, trafficDistribution } = spec
  const errors: FieldError[] = []
  const external = SPEC.child('externalTrafficPolicy')
  if (!isExternal(spec)) {
    if (externalTrafficPolicy !== '')
      errors.push(invalid(external, externalTrafficPolicy, 'may only be set for externally-accessible services'))
  } else if (externalTrafficPolicy === '') errors.push(required(external))
  else if (!TRAFFIC_POLICIES.includes(externalTrafficPolicy)) errors.push(notSupported(external, externalTrafficPolicy, TRAFFIC_POLICIES))
  const health = SPEC.child('healthCheckNodePort')
  if (!needsHealthCheck(spec)) {
    if (healthCheckNodePort !== 0)
      errors.push(
        invalid(health, healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"),
      )
  } else errors.push(...(healthCheckNodePort === 0 ? [required(health)] : portNumberErrors(health, healthCheckNodePort)))
  const internal = SPEC.child('internalTrafficPolicy')
  if (internalTrafficPolicy === undefined) {
    if (hasClusterIps(spec)) errors.push(required(internal))
  } else if (!TRAFFIC_POLICIES.includes(internalTrafficPolicy)) errors.push(notSupported(internal, internalTrafficPolicy, TRAFFIC_POLICIES))
  if (trafficDistribution !== undefined && trafficDistribution !== 'PreferClose')
    errors.push(notSupported(SPEC.child('trafficDistribution'), trafficDistribution, ['PreferClose']))
  return errors
}

/** Addresses may be added and the second one given back; none changes. */
function keptClusterIps(spec: Readonly<Spec>, before: Readonly<Spec>): FieldError[] {
  if (!hasClusterIps(spec) || !hasClusterIps(before) || (isHeadless(spec) && isHeadless(before))) return []
  const [ips, old] = [spec.clusterIPs ?? [], before.clusterIPs ?? []]
  const changed = (at: number): FieldError[] =>
    ips[at] === old[at] ? [] : [badClusterIps(CLUSTER_IPS.index(at), spec.clusterIPs, 'may not change once set')]
  if (ips.length === old.length) return ips.flatMap((_, at) => changed(at))
  if (ips.length === 0) return [badClusterIps(CLUSTER_IPS.index(0), spec.clusterIPs, 'primary clusterIP can not be unset')]
  const errors = old.length > 0 ? changed(0) : []
  if (ips.length < old.length && spec.ipFamilyPolicy !== 'SingleStack')
    errors.push(released(spec, "must be set to 'SingleStack' when releasing the secondary clusterIP"))
  return errors
}

function keptFamilies(spec: Readonly<Spec>, before: Readonly<Spec>): FieldError[] {
  if (!hasClusterIps(spec) || !hasClusterIps(before) || (isHeadless(spec) && isHeadless(before))) return []
  const [families, old] = [spec.ipFamilies ?? [], before.ipFamilies ?? []]
  const changed = (at: number): FieldError[] =>
    families[at] === old[at] ? [] : [invalid(IP_FAMILIES.index(at), families, 'may not change once set')]
  if (families.length === old.length) return families.flatMap((_, at) => changed(at))
  if (families.length === 0) return [invalid(IP_FAMILIES.index(0), families, 'primary ipFamily can not be unset')]
  const errors = old.length > 0 ? changed(0) : []
  if (families.length < old.length && spec.ipFamilyPolicy !== 'SingleStack')
    errors.push(released(spec, "must be set to 'SingleStack' when releasing the secondary ipFamily"))
  return errors
}

const released = ({ ipFamilyPolicy }: Readonly<Spec>, detail: string): FieldError =>
  invalid(IP_FAMILY_POLICY, ipFamilyPolicy ?? 'null', detail)

function keptClass({ loadBalancerClass }: Readonly<Spec>, before: Readonly<Spec>): FieldError[] {
  const path = SPEC.child('loadBalancerClass')
  return immutable(path, loadBalancerClass, before.loadBalancerClass).map((error) => ({
    ...error,
    message: error.message.replace('field is immutable', 'may not change once set'),
  }))
}
