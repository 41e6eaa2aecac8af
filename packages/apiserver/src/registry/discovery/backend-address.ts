import type { FieldError, FieldPath, KubeObject } from '@kubetape/apimachinery'
import { invalid } from '@kubetape/apimachinery'
import { ipFamily } from '../core/pod/ip-rule.ts'
import { specialAddressErrors } from '../core/service/service-addresses-validation.ts'

/**
 * Whether an object says where the API server itself is reached: one that serves its own machine only is at a loopback address, which upstream
 * refuses to announce.
 */
export const isOfApiServer = ({ metadata }: Readonly<KubeObject>): boolean =>
  metadata?.namespace === 'default' && metadata.name === 'kubernetes'

/** What keeps an address from being one of an endpoint; `mayBeSpecial`: a loopback address will do. */
export function backendAddressErrors(path: FieldPath, ip: string, mayBeSpecial: boolean): FieldError[] {
  if (ipFamily(ip) === 0) return [invalid(path, ip, 'must be a valid IP address')]
  return mayBeSpecial ? [] : specialAddressErrors(path, ip)
}
