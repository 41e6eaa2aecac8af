import { formatCidr, formatIp, parseCidr, parseIp } from '@kubetape/apimachinery'

/** What is wrong with an address that names an object, in the words of Go's netip and v1.31's validation. */
export function canonicalAddressError(text: string): string | undefined {
  const address = parseIp(text)
  if (address === undefined) return `ParseAddr(${JSON.stringify(text)}): ${addressProblem(text)}`
  return formatIp(address) === text ? undefined : 'must be a canonical format IP address'
}

/** What is wrong with a range: it must be written in canonical form and have no host bits. */
export function canonicalCidrError(text: string): string | undefined {
  const range = parseCidr(text)
  if (range === undefined) return `netip.ParsePrefix(${JSON.stringify(text)}): ${cidrProblem(text)}`
  const slash = text.lastIndexOf('/')
  const address = parseIp(text.slice(0, slash))!
  if (address.value !== range.first) return "wrong CIDR format, IP doesn't match network IP address"
  return formatCidr(range) === text ? undefined : 'CIDR not in RFC 5952 canonical format'
}

function cidrProblem(text: string): string {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return "no '/'"
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)]
  if (parseIp(address) === undefined) return `ParseAddr(${JSON.stringify(address)}): ${addressProblem(address)}`
  if (bits.length > 1 && !/^[1-9]/.test(bits)) return `bad bits after slash: ${JSON.stringify(bits)}`
  return /^\d+$/.test(bits) ? 'prefix length out of range' : `bad bits after slash: ${JSON.stringify(bits)}`
}

/** Which of netip's complaints a text that is no address gets. */
function addressProblem(text: string): string {
  if (text.includes(':')) return ipv6Problem(text)
  return text.includes('.') ? ipv4Problem(text) : 'unable to parse IP'
}

function ipv4Problem(text: string): string {
  const odd = /[^\d.]/.exec(text)
  if (odd !== null) return `unexpected character (at ${JSON.stringify(text.slice(odd.index))})`
  const parts = text.split('.')
  const empty = parts.findIndex((part) => part === '')
  const after = parts.slice(0, empty + 1).join('.').length
  if (empty >= 0) return `IPv4 field must have at least one digit (at ${JSON.stringify(text.slice(empty === 0 ? 0 : after))})`
  if (parts.some((part) => part.length > 1 && part.startsWith('0'))) return 'IPv4 field has octet with leading zero'
  if (parts.some((part) => Number(part) > 255)) return 'IPv4 field has value >255'
  return parts.length < 4 ? 'IPv4 address too short' : 'IPv4 address too long'
}

function ipv6Problem(text: string): string {
  if (text.includes('%')) return 'zone must be a non-empty string'
  if (text.split('::').length > 2) return `multiple :: in address (at ${JSON.stringify(text.slice(text.lastIndexOf('::') + 1))})`
  const long = /[\da-f]{5,}/i.exec(text)
  if (long !== null) return `IPv6 field has value >=2^16 (at ${JSON.stringify(text.slice(long.index))})`
  const odd = /[^\da-f:.]/i.exec(text)
  if (odd !== null) return `unexpected character, want colon (at ${JSON.stringify(text.slice(odd.index))})`
  if (/[^:]:$/.test(text)) return 'colon must be followed by more characters (at ":")'
  const groups = text.split(':').filter((part) => part !== '').length
  return groups > 8 || text.includes('::') ? 'trailing garbage after address' : 'address string too short'
}
