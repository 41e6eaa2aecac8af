import { BlockList } from 'node:net'
import { type FieldError, type FieldPath, invalid, required } from '@kubetape/apimachinery'
import { ipFamily } from '../core/pod/ip-rule.ts'

const NO_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** A range of addresses. */
interface Cidr {
  readonly address: string
  readonly prefix: number
  readonly family: 4 | 6
}

/** A range of addresses with exceptions, each of them smaller than it and within it (API reference, IPBlock). */
export function validateIpBlock(
  { cidr, except = [] }: { readonly cidr?: string; readonly except?: readonly string[] },
  path: FieldPath,
): FieldError[] {
  const place = path.child('cidr')
  if (!cidr) return [required(place)]
  const whole = parseCidr(cidr)
  if (whole === undefined) return [invalid(place, cidr, NO_CIDR)]
  return except.flatMap((text, at) => {
    const part = parseCidr(text)
    const where = path.child('except').index(at)
    if (part === undefined) return [invalid(where, text, NO_CIDR)]
    return isWithin(part, whole) ? [] : [invalid(where, text, 'must be a strict subset of `cidr`')]
  })
}

function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...more] = text.split('/')
  const family = ipFamily(address)
  const prefix = Number(length)
  if (family === 0 || more.length > 0 || !/^\d{1,3}$/.test(length) || prefix > (family === 4 ? 32 : 128)) return undefined
  return { address, prefix, family }
}

function isWithin(part: Cidr, whole: Cidr): boolean {
  if (part.family !== whole.family || part.prefix <= whole.prefix) return false
  const range = new BlockList()
  const type = whole.family === 4 ? 'ipv4' : 'ipv6'
  range.addSubnet(whole.address, whole.prefix, type)
  return range.check(part.address, type)
}
