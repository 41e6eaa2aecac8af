import type { Service } from '@kubetape/api/types/core/v1'
import { dnsSubdomainErrors, type FieldError, FieldPath, forbidden, invalid, notSupported } from '@kubetape/apimachinery'
import { checkIp, ipFamily } from '../pod/ip-rule.ts'

const INGRESS = FieldPath.of('status').child('loadBalancer', 'ingress')
const MODES = ['Proxy', 'VIP']

/** Where the balancer of a Service is reached (KEP-1860: in which mode). Only balancers say so, unless it was said before. */
export function validateServiceStatus({ spec, status }: Readonly<Service>, old: Readonly<Service>): FieldError[] {
  const points = status?.loadBalancer?.ingress ?? []
  const errors: FieldError[] = []
  if (spec?.type !== 'LoadBalancer' && points.length > 0 && JSON.stringify(points) !== JSON.stringify(old.status?.loadBalancer?.ingress))
    errors.push(forbidden(INGRESS, "may only be used when `spec.type` is 'LoadBalancer'"))
  for (const [at, { ip, ipMode, hostname }] of points.entries()) {
    const path = INGRESS.index(at)
    if (ip) errors.push(...checkIp(path.child('ip'), ip))
    if (ipMode !== undefined && !ip) errors.push(forbidden(path.child('ipMode'), 'may not be specified when `ip` is not set'))
    else if (ipMode !== undefined && !MODES.includes(ipMode)) errors.push(notSupported(path.child('ipMode'), ipMode, MODES))
    if (!hostname) continue
    errors.push(...dnsSubdomainErrors(hostname).map((message) => invalid(path.child('hostname'), hostname, message)))
    if (ipFamily(hostname) !== 0) errors.push(invalid(path.child('hostname'), hostname, 'must be a DNS name, not an IP address'))
  }
  return errors
}
