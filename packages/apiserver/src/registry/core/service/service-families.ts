import { deepEqual, type FieldError, invalid } from '@kubetape/apimachinery'
import type { AddressFamily } from '../../../service-allocation/cluster-addresses.ts'
import { ipFamily } from '../pod/ip-rule.ts'
import { badClusterIps, CLUSTER_IPS, IP_FAMILIES, IP_FAMILY_POLICY, validateAddresses } from './service-addresses-validation.ts'
import { isHeadless, type Spec } from './service-kind.ts'

const other = (family: AddressFamily): AddressFamily => (family === 'IPv4' ? 'IPv6' : 'IPv4')
const policyError = ({ ipFamilyPolicy }: Readonly<Spec>, detail: string): FieldError =>
  invalid(IP_FAMILY_POLICY, ipFamilyPolicy ?? 'null', detail)

/**
 * Decides which address families a Service is of, and whether it is dual-stack (KEP-563): what was not said follows from its addresses, from what it was
 * before and from the cluster, whose families are given, the main one first. Answers what makes that impossible.
 */
export function settleFamilies(spec: Spec, before: Readonly<Spec> | undefined, cluster: readonly AddressFamily[]): FieldError[] {
  if (spec.type === 'ExternalName' || staysPreferred(spec, before)) return []
  const isBare = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (isBare ? 'RequireDualStack' : 'SingleStack')
  const given = validateAddresses(spec)
  if (given.length > 0) return given
  const errors = before === undefined ? [] : followPolicy(spec, before)
  if (spec.ipFamilyPolicy === 'SingleStack') {
    const several = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
    if (spec.clusterIPs?.length === 2) errors.push(policyError(spec, several('cluster IPs')))
    if (spec.ipFamilies?.length === 2) errors.push(policyError(spec, several('IP families')))
  }
  errors.push(...familiesOfAddresses(spec, cluster))
  if (errors.length > 0) return errors
  if (!isBare) {
    if (spec.ipFamilyPolicy === 'RequireDualStack' && cluster.length < 2)
      errors.push(policyError(spec, 'this cluster is not configured for dual-stack services'))
    for (const [at, family] of (spec.ipFamilies ?? []).entries())
      if (!cluster.includes(family as AddressFamily)) errors.push(invalid(IP_FAMILIES.index(at), family, 'not configured on this cluster'))
    if (errors.length > 0) return errors
  }
  const families = (spec.ipFamilies ?? []) as AddressFamily[]
  if (families.length === 0) families.push(cluster[0]!)
  // Without selector and address nothing is served by the cluster, so its families are no limit.
  if (spec.ipFamilyPolicy !== 'SingleStack' && families.length === 1 && (isBare || cluster.length === 2)) families.push(other(families[0]!))
  spec.ipFamilies = families
  return []
}

/** A Service that prefers two stacks and is not touched keeps what it got, even if the cluster has become another. */
function staysPreferred(spec: Readonly<Spec>, before: Readonly<Spec> | undefined): boolean {
  if (before === undefined || before.type === 'ExternalName') return false
  if (spec.ipFamilyPolicy !== 'PreferDualStack' || before.ipFamilyPolicy !== 'PreferDualStack') return false
  const [ips, families] = [spec.clusterIPs ?? [], spec.ipFamilies ?? []]
  return ips.length === families.length && deepEqual(ips, before.clusterIPs ?? []) && deepEqual(families, before.ipFamilies ?? [])
}

/** Becoming single-stack is said by the policy alone; giving up the second address or family without that is a mistake. */
function followPolicy(spec: Spec, before: Readonly<Spec>): FieldError[] {
  const fields = [
    ['clusterIPs', 'cluster IP'],
    ['ipFamilies', 'IP family'],
  ] as const
  return fields.flatMap(([field, what]) => {
    const [now, had] = [spec[field] ?? [], before[field] ?? []]
    if (spec.ipFamilyPolicy === 'SingleStack') {
      if (now.length > 1 && deepEqual(now, had)) Object.assign(spec, { [field]: now.slice(0, 1) })
      return []
    }
    const isLess = now.length > 0 && now.length < had.length
    return isLess ? [policyError(spec, `must be 'SingleStack' to release the secondary ${what}`)] : []
  })
}

function familiesOfAddresses(spec: Spec, cluster: readonly AddressFamily[]): FieldError[] {
  const errors: FieldError[] = []
  if (isHeadless(spec)) return errors
  for (const [at, ip] of (spec.clusterIPs ?? []).entries()) {
    if (at < (spec.ipFamilies?.length ?? 0)) continue
    const family = `IPv${ipFamily(ip)}` as AddressFamily
    if (cluster.includes(family)) (spec.ipFamilies ??= []).push(family)
    else errors.push(badClusterIps(CLUSTER_IPS.index(at), spec.clusterIPs, `${family} is not configured on this cluster`))
  }
  return errors
}
