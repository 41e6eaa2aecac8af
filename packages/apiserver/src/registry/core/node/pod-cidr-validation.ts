import { type FieldError, type FieldPath, internalFieldError, invalid } from '@kubetape/apimachinery'
import { ipFamily } from '../pod/ip-rule.ts'

/** The ranges of a node's Pods: at most one of each IP family. */
export function validatePodCidrs(cidrs: readonly string[], path: FieldPath): FieldError[] {
  const families = cidrs.map(cidrFamily)
  const errors: FieldError[] = []
  for (const [i, family] of families.entries()) {
    if (family === 0) errors.push(invalid(path.index(i), cidrs[i], 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'))
  }
  if (cidrs.length < 2) return errors
  const bad = families.indexOf(0)
  if (bad >= 0) {
    errors.push(
      internalFieldError(
        path,
        `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${cidrs[bad]})`,
      ),
    )
  }
  const dualStack = bad < 0 && families.includes(4) && families.includes(6)
  if (!dualStack || cidrs.length > 2) errors.push(invalid(path, cidrs, 'may specify no more than one CIDR for each IP family'))
  return errors
}

/** 4 or 6 for a range of that family, 0 for anything else. */
function cidrFamily(text: string): 0 | 4 | 6 {
  const [address = '', length, ...more] = text.split('/')
  const family = ipFamily(address)
  if (family === 0 || length === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return 0
  return Number(length) <= (address.includes(':') ? 128 : 32) ? family : 0
}
