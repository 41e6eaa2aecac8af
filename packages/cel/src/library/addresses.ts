import { BlockList, isIP } from 'node:net'
import { CelEvaluationError } from '../cel-program.ts'
import { CelOpaque } from '../runtime/values.ts'
import { addressBytes, addressText } from './address-bytes.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'

/** An IP address, as four or sixteen bytes. */
export class CelIp extends CelOpaque {
  readonly typeName = 'net.IP'
  readonly bytes: readonly number[]

  constructor(bytes: readonly number[]) {
    super()
    this.bytes = bytes
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelIp && other.text() === this.text()
  }

  override size(): number {
    return this.bytes.length
  }

  override text(): string {
    return addressText(this.bytes)
  }

  get family(): 4 | 6 {
    return this.bytes.length === 4 ? 4 : 6
  }
}

/** A range of addresses. */
export class CelCidr extends CelOpaque {
  readonly typeName = 'net.CIDR'
  readonly ip: CelIp
  readonly prefix: number

  constructor(ip: CelIp, prefix: number) {
    super()
    this.ip = ip
    this.prefix = prefix
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelCidr && other.text() === this.text()
  }

  override size(): number {
    return Math.ceil(this.prefix / 8)
  }

  override text(): string {
    return `${this.ip.text()}/${this.prefix}`
  }

  get masked(): CelCidr {
    return new CelCidr(new CelIp(this.ip.bytes.map((byte, index) => byte & maskByte(this.prefix, index))), this.prefix)
  }

  contains(ip: CelIp): boolean {
    return (
      ip.family === this.ip.family && ip.bytes.every((byte, index) => ((byte ^ this.ip.bytes[index]!) & maskByte(this.prefix, index)) === 0)
    )
  }
}

const maskByte = (prefix: number, index: number): number => (0xff00 >> Math.min(Math.max(prefix - index * 8, 0), 8)) & 0xff

/** Throws the errors of the IP library. IPv4 addresses in IPv6 form, zones and leading zeros are none. */
function parseIp(value: unknown): CelIp {
  if (typeof value !== 'string') throw noSuchOverload()
  if (isIP(value) === 0)
    throw new CelEvaluationError(
      `IP Address ${JSON.stringify(value)} parse error during conversion from string: ParseAddr(${JSON.stringify(value)}): unable to parse IP`,
    )
  if (value.includes('%')) throw new CelEvaluationError(`IP address ${JSON.stringify(value)} with zone value is not allowed`)
  const bytes = addressBytes(value)
  if (bytes.length === 16 && isMapped(bytes))
    throw new CelEvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(value)} is not allowed`)
  return new CelIp(bytes)
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255

function parseCidr(value: unknown): CelCidr {
  if (typeof value !== 'string') throw noSuchOverload()
  const [address = '', prefix = '', more] = value.split('/')
  const known = isIP(address)
  if (more !== undefined || known === 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > (known === 4 ? 32 : 128)) {
    throw new CelEvaluationError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(value)}): unable to parse prefix`,
    )
  }
  if (isMapped(addressBytes(address))) throw new CelEvaluationError(`IPv4-mapped IPv6 address ${JSON.stringify(value)} is not allowed`)
  return new CelCidr(new CelIp(addressBytes(address)), Number(prefix))
}

function holds(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (error instanceof CelEvaluationError && error.message !== noSuchOverload().message) return false
    throw error
  }
}

const ip = (value: unknown): CelIp => {
  if (!(value instanceof CelIp)) throw noSuchOverload()
  return value
}
const cidr = (value: unknown): CelCidr => {
  if (!(value instanceof CelCidr)) throw noSuchOverload()
  return value
}

const ranges = (...all: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList => {
  const list = new BlockList()
  for (const [net, prefix, family] of all) list.addSubnet(net, prefix, family)
  return list
}
const LOOPBACK = ranges(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6'])
const LINK_LOCAL_MULTICAST = ranges(['224.0.0.0', 24, 'ipv4'], ['ff02::', 16, 'ipv6'])
const LINK_LOCAL_UNICAST = ranges(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6'])
const within = (list: BlockList, one: CelIp): boolean => list.check(one.text(), one.family === 4 ? 'ipv4' : 'ipv6')

/** Unicast that is neither a loopback nor of the link, nor broadcast to all. */
function isGlobalUnicast(one: CelIp): boolean {
  const text = one.text()
  const multicast = one.family === 4 ? one.bytes[0]! >= 224 && one.bytes[0]! < 240 : one.bytes[0] === 255
  return (
    !multicast &&
    text !== '255.255.255.255' &&
    text !== '0.0.0.0' &&
    text !== '::' &&
    !within(LOOPBACK, one) &&
    !within(LINK_LOCAL_UNICAST, one)
  )
}

const predicate = (name: string, id: string, test: (one: CelIp) => boolean): CelFunction =>
  library(name, { [`ip_${id}`]: 'net.IP.(): bool' }, ([value]) => test(ip(value)))

/** The IP and CIDR libraries. */
export const addresses: readonly CelFunction[] = [
  library('isIP', { is_ip: '(string): bool' }, ([value]) => holds(() => parseIp(value))),
  library('ip', { string_to_ip: '(string): net.IP', cidr_ip: 'net.CIDR.(): net.IP' }, ([value]) =>
    value instanceof CelCidr ? value.ip : parseIp(value),
  ),
  library('ip.isCanonical', { ip_is_canonical: '(string): bool' }, ([value]) => parseIp(value).text() === value),
  library('family', { ip_family: 'net.IP.(): int' }, ([value]) => BigInt(ip(value).family)),
  predicate('isUnspecified', 'is_unspecified', (one) => one.bytes.every((byte) => byte === 0)),
  predicate('isLoopback', 'is_loopback', (one) => within(LOOPBACK, one)),
  predicate('isLinkLocalMulticast', 'is_link_local_multicast', (one) => within(LINK_LOCAL_MULTICAST, one)),
  predicate('isLinkLocalUnicast', 'is_link_local_unicast', (one) => within(LINK_LOCAL_UNICAST, one)),
  predicate('isGlobalUnicast', 'is_global_unicast', isGlobalUnicast),
  library('isCIDR', { is_cidr: '(string): bool' }, ([value]) => holds(() => parseCidr(value))),
  library('cidr', { string_to_cidr: '(string): net.CIDR' }, ([value]) => parseCidr(value)),
  library(
    'containsIP',
    { cidr_contains_ip_string: 'net.CIDR.(string): bool', cidr_contains_ip_ip: 'net.CIDR.(net.IP): bool' },
    ([range, one]) => cidr(range).contains(one instanceof CelIp ? one : parseIp(one)),
  ),
  library(
    'containsCIDR',
    { cidr_contains_cidr_string: 'net.CIDR.(string): bool', cidr_contains_cidr: 'net.CIDR.(net.CIDR): bool' },
    ([range, one]) => {
      const inner = one instanceof CelCidr ? one : parseCidr(one)
      return cidr(range).prefix <= inner.prefix && cidr(range).contains(inner.ip)
    },
  ),
  library('prefixLength', { cidr_prefix_length: 'net.CIDR.(): int' }, ([range]) => BigInt(cidr(range).prefix)),
  library('masked', { cidr_masked: 'net.CIDR.(): net.CIDR' }, ([range]) => cidr(range).masked),
]
