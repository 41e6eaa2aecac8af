/** An address of Endpoints, as far as it tells one from another (API reference, core/v1 EndpointAddress). */
export interface SubsetAddress {
  readonly ip: string
  readonly targetRef?: { readonly uid?: string }
}

/** A port of Endpoints (API reference, core/v1 EndpointPort). */
export interface SubsetPort {
  readonly port: number
  readonly name?: string
  readonly protocol?: string
  readonly appProtocol?: string
}

/** Addresses that all have the same ports (API reference, core/v1 EndpointSubset). */
export interface Subset<A extends SubsetAddress = SubsetAddress, P extends SubsetPort = SubsetPort> {
  addresses?: A[]
  notReadyAddresses?: A[]
  ports?: P[]
}

/** The addresses of one port; an address that is ready in one place and not in another is not. */
type Readiness = Map<string, boolean>

/**
 * The canonical form of the subsets of Endpoints, in which the API server keeps them: one subset for all addresses with the same ports, every address
 * once (by IP and uid of what it refers to), addresses, ports and subsets in order. Answers the same for what is in that form already.
 */
export function repackSubsets<A extends SubsetAddress, P extends SubsetPort>(subsets: readonly Readonly<Subset<A, P>>[]): Subset<A, P>[] {
  const addresses = new Map<string, A>()
  const ports = new Map<string, { readonly port: P | undefined; readonly readiness: Readiness }>()
  for (const subset of subsets) {
    for (const port of subset.ports?.length ? subset.ports : [undefined]) {
      const id = portId(port)
      let known = ports.get(id)
      if (known === undefined) ports.set(id, (known = { port, readiness: new Map() }))
      note(subset.addresses, true, addresses, known.readiness)
      note(subset.notReadyAddresses, false, addresses, known.readiness)
    }
  }
  const groups = new Map<string, { readonly members: Readiness; readonly ports: P[] }>()
  // In the order of the ports, so that those of a subset and the subsets come in order.
  for (const [, { port, readiness }] of [...ports].sort(byKey)) {
    const members = new Map([...readiness].sort(byKey))
    const id = [...members].map(([address, ready]) => `${address}=${ready}`).join('|')
    let group = groups.get(id)
    if (group === undefined) groups.set(id, (group = { members, ports: [] }))
    if (port !== undefined) group.ports.push(port)
  }
  return [...groups.values()].map(({ members, ports: offered }) => subsetOf(members, addresses, offered))
}

function note<A extends SubsetAddress>(
  list: readonly A[] | undefined,
  ready: boolean,
  addresses: Map<string, A>,
  readiness: Readiness,
): void {
  for (const address of list ?? []) {
    const id = `${address.ip}/${address.targetRef?.uid ?? ''}`
    if (!addresses.has(id)) addresses.set(id, address)
    readiness.set(id, ready && (readiness.get(id) ?? true))
  }
}

function subsetOf<A extends SubsetAddress, P extends SubsetPort>(
  members: Readiness,
  addresses: ReadonlyMap<string, A>,
  ports: P[],
): Subset<A, P> {
  const ready: A[] = []
  const notReady: A[] = []
  for (const [id, isReady] of members) (isReady ? ready : notReady).push(addresses.get(id)!)
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  }
}

const portId = (port: SubsetPort | undefined): string =>
  port === undefined ? '' : `${port.name ?? ''}/${String(port.port).padStart(5, '0')}/${port.protocol ?? ''}/${port.appProtocol ?? ''}`

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0)
