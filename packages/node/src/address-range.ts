/** The pod network of all simulated nodes. */
const POD_NETWORK = 10 * 2 ** 24 + 244 * 2 ** 16
/** Nodes themselves are numbered from here: 192.168.0.10 is the first. */
const HOST_NETWORK = 192 * 2 ** 24 + 168 * 2 ** 16 + 10

/** The addresses of one node's Pods: a /24, or a larger range where the node takes more Pods than that holds. */
export interface AddressRange {
  readonly cidr: string
  /** How many addresses there are to give. */
  readonly size: number
  /** The address number `at`, from 0. */
  address(at: number): string
}

/** The range of node number `index`: 10.244.<index>.0/24 as long as 254 addresses are enough. */
export function podRange(index: number, podsMax: number): AddressRange {
  const bits = Math.max(8, Math.ceil(Math.log2(podsMax + 2)))
  const base = POD_NETWORK + index * 2 ** bits
  return { cidr: `${dotted(base)}/${32 - bits}`, size: 2 ** bits - 2, address: (at) => dotted(base + 1 + at) }
}

/** The address of node number `index`. */
export function hostAddress(index: number): string {
  return dotted(HOST_NETWORK + index)
}

function dotted(value: number): string {
  return [value >>> 24, value >>> 16, value >>> 8, value].map((part) => part & 255).join('.')
}
