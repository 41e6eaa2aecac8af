/** An address as a number. An IPv4-mapped IPv6 address is IPv6. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}

/** A range in CIDR notation (RFC 4632, RFC 4291). */
export interface IpRange {
  readonly family: 4 | 6
  /** Its network address. */
  readonly first: bigint
  /** Its last address; of IPv4 that is the broadcast address. */
  readonly last: bigint
  /** Length of the prefix in bits. */
  readonly prefix: number
}

const BITS = { 4: 32, 6: 128 } as const

/** Reads an address in any notation that Go's netip reads, but without a zone: no leading zeros in IPv4, at most one `::`. Undefined for anything else. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) {
    const value = parseIpv6(text)
    return value === undefined ? undefined : { family: 6, value }
  }
  const value = parseIpv4(text)
  return value === undefined ? undefined : { family: 4, value: BigInt(value) }
}

/** The one notation in which an address is compared and named: of IPv6 that of RFC 5952. */
export function formatIp({ family, value }: IpAddress): string {
  return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value)
}

/** Reads a range; host bits that are set are dropped. Undefined for what is none. */
export function parseCidr(text: string): IpRange | undefined {
  const [address = '', length = '', ...more] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const prefix = Number(length)
  const bits = BITS[ip.family]
  if (prefix > bits) return undefined
  const hosts = (1n << BigInt(bits - prefix)) - 1n
  const first = ip.value & ~hosts
  return { family: ip.family, first, last: first | hosts, prefix }
}

export function formatCidr({ family, first, prefix }: IpRange): string {
  return `${formatIp({ family, value: first })}/${prefix}`
}

/** Whether the range holds the address, its first and last ones too. */
export function rangeHolds(range: IpRange, { family, value }: IpAddress): boolean {
  return family === range.family && value >= range.first && value <= range.last
}

function parseIpv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  const before = groupsOf(head, tail === undefined)
  const after = tail === undefined ? [] : groupsOf(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  let value = 0n
  for (const group of [...before, ...Array<number>(missing).fill(0), ...after]) value = (value << 16n) | BigInt(group)
  return value
}

/** The 16-bit groups of a part of an IPv6 address; where `isEnd`, an IPv4 address may stand for the last two. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [at, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else {
      const embedded = isEnd && at === parts.length - 1 ? parseIpv4(part) : undefined
      if (embedded === undefined) return undefined
      groups.push(Math.floor(embedded / 65536), embedded % 65536)
    }
  }
  return groups
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(16 * (7 - at))) & 0xffffn))
  if (value >> 32n === 0xffffn) return `::ffff:${formatIpv4(Number(value & 0xffffffffn))}`
  const { start, length } = longestZeros(groups)
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let at = 0, length = 0; at < groups.length; at++) {
    length = groups[at] === 0 ? length + 1 : 0
    if (length > best.length) best = { start: at - length + 1, length }
  }
  return best
}
