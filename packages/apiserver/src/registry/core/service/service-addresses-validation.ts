import { type FieldError, FieldPath, duplicate, invalid, notSupported, parseIp, required } from '@kubetape/apimachinery'
import { printGoStrings } from '../go-strings.ts'
import { checkIp, ipFamily } from '../pod/ip-rule.ts'
import { isHeadless, type Spec } from './service-kind.ts'

const SPEC = FieldPath.of('spec')
export const CLUSTER_IPS = SPEC.child('clusterIPs')
export const IP_FAMILIES = SPEC.child('ipFamilies')
export const IP_FAMILY_POLICY = SPEC.child('ipFamilyPolicy')
const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const goStrings = printGoStrings('string')

/** An invalid list of cluster addresses, printed as upstream prints it. */
export const badClusterIps = (path: FieldPath, values: readonly string[] | undefined, detail: string): FieldError =>
  invalid(path, values ?? [], detail, values === undefined ? '[]string(nil)' : goStrings(values))

/** What is wrong with addresses, families and policy of a Service, each by itself and with the others (KEP-563). */
export function validateAddresses(spec: Readonly<Spec>): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIP = '', clusterIPs = [] } = spec
  const errors: FieldError[] = []
  if (clusterIP === '' && clusterIPs.length > 0)
    errors.push(badClusterIps(CLUSTER_IPS, clusterIPs, 'must be empty when `clusterIP` is not specified'))
  if (clusterIP !== '' && clusterIPs.length === 0) errors.push(required(CLUSTER_IPS))
  if (clusterIP !== '' && clusterIPs.length > 0 && clusterIPs[0] !== clusterIP)
    errors.push(badClusterIps(CLUSTER_IPS, clusterIPs, 'first value must match `clusterIP`'))
  errors.push(...validateFamilies(spec))
  const own = clusterIPs.flatMap((ip, at) => (at === 0 && ip === 'None' ? noneErrors(clusterIPs) : checkIp(CLUSTER_IPS.index(at), ip)))
  errors.push(...own)
  if (clusterIPs.length > 2) errors.push(badClusterIps(CLUSTER_IPS, clusterIPs, 'may only hold up to 2 values'))
  if (own.length > 0) return errors
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(ipFamily)).size < 2)
    errors.push(badClusterIps(CLUSTER_IPS, clusterIPs, 'may specify no more than one IP for each IP family'))
  return errors.length > 0 || isHeadless(spec) ? errors : unexpectedFamilies(spec)
}

const noneErrors = (clusterIPs: readonly string[]): FieldError[] =>
  clusterIPs.length > 1 ? [badClusterIps(CLUSTER_IPS, clusterIPs, "'None' must be the first and only value")] : []

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: Readonly<Spec>): FieldError[] {
  const errors = ipFamilies.flatMap((family, at) => {
    if (!FAMILIES.includes(family)) return [notSupported(IP_FAMILIES.index(at), family, FAMILIES)]
    return ipFamilies.indexOf(family) < at ? [duplicate(IP_FAMILIES.index(at), family)] : []
  })
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy))
    errors.push(notSupported(IP_FAMILY_POLICY, ipFamilyPolicy, POLICIES))
  return errors
}

function unexpectedFamilies({ clusterIPs = [], ipFamilies = [] }: Readonly<Spec>): FieldError[] {
  return clusterIPs.flatMap((ip, at) => {
    const family = ipFamilies[at]
    if (family === undefined || `IPv${ipFamily(ip)}` === family) return []
    return [invalid(CLUSTER_IPS.index(at), ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``)]
  })
}

/** Addresses that packets of the network cannot be for; `text` is an address. */
export function specialAddressErrors(path: FieldPath, text: string): FieldError[] {
  const address = parseIp(text)
  if (address === undefined) return []
  const { family, value } = address
  const begins = (bits: number, prefix: bigint): boolean => value >> BigInt((family === 4 ? 32 : 128) - bits) === prefix
  const four = family === 4
  if (value === 0n) return [invalid(path, text, `may not be unspecified (${four ? '0.0.0.0' : '::'})`)]
  if (four ? begins(8, 127n) : value === 1n) return [invalid(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
  if (four ? begins(16, 0xa9fen) : begins(10, 0x3fan))
    return [invalid(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')]
  // The flags of IPv6's are any.
  if (four ? begins(24, 0xe00000n) : begins(8, 0xffn) && ((value >> 112n) & 0xfn) === 2n)
    return [invalid(path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')]
  return []
}
