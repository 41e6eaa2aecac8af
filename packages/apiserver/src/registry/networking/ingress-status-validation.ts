import type { Ingress } from '@kubetape/api/types/networking/v1'
import { dnsSubdomainErrors, type FieldError, FieldPath, invalid } from '@kubetape/apimachinery'
import { checkIp, ipFamily } from '../core/pod/ip-rule.ts'

const POINTS = FieldPath.of('status').child('loadBalancer', 'ingress')

/** Where the load balancer of an Ingress is reached: addresses, and names that are none. */
export function validateIngressStatus({ status }: Readonly<Ingress>): FieldError[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, at) => {
    const errors = ip ? checkIp(POINTS.index(at).child('ip'), ip) : []
    if (!hostname) return errors
    const path = POINTS.index(at).child('hostname')
    errors.push(...dnsSubdomainErrors(hostname).map((message) => invalid(path, hostname, message)))
    if (ipFamily(hostname) !== 0) errors.push(invalid(path, hostname, 'must be a DNS name, not an IP address'))
    return errors
  })
}
