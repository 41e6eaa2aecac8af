import type { KubeObject } from '@kubetape/apimachinery'
import type { Random } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { drawFree, NODE_PORT_BAND, staticBand } from './band.ts'
import { Holdings } from './holdings.ts'
import { type OffsetSet, offsetSet } from './offset-set.ts'

/** --service-node-port-range, both ends included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** kube-apiserver's default. */
export const DEFAULT_NODE_PORTS: PortRange = { first: 30_000, last: 32_767 }

const SERVICES = { group: '', resource: 'services' }

/**
 * The node ports of Services, as a fold of what is stored and what requests have set aside: those of `ports` and `healthCheckNodePort`. A port is one
 * whatever its protocol, as upstream has it; a Service may use its own for several.
 */
export class NodePorts {
  readonly range: PortRange
  readonly #random: Random
  readonly #size: number
  readonly #taken: OffsetSet
  readonly #holdings: Holdings
  readonly #stop: () => void

  constructor({ storage, random, range }: { readonly storage: Storage; readonly random: Random; readonly range: PortRange }) {
    this.range = range
    this.#random = random
    this.#size = range.last - range.first + 1
    this.#taken = offsetSet(this.#size)
    this.#holdings = new Holdings((port, isHeld) => this.#note(Number(port), isHeld))
    this.#stop = storage.watch(SERVICES, { since: undefined }, ({ type, object }) =>
      this.#holdings.hold(`services/${object.key}`, type === 'DELETED' ? [] : nodePortsOf(object.object).map(String)),
    )
  }

  /** A free port, held until it is released or stored; undefined when all are taken. */
  draw(holder: string): number | undefined {
    const offset = drawFree(this.#taken, this.#size, staticBand(this.#size, NODE_PORT_BAND), this.#random)
    if (offset === undefined) return undefined
    const port = this.range.first + offset
    this.#holdings.hold(holder, [String(port)])
    return port
  }

  /** Sets one port aside; answers why that cannot be, in v1.31's words. */
  reserve(port: number, holder: string): string | undefined {
    const { first, last } = this.range
    if (port < first || port > last) return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
    if (this.#holdings.isHeld(String(port))) return 'provided port is already allocated'
    this.#holdings.hold(holder, [String(port)])
    return undefined
  }

  /** Lets go of what `draw` or `reserve` gave. */
  release(holder: string): void {
    this.#holdings.hold(holder, [])
  }

  /** Stops following what is stored. */
  close(): void {
    this.#stop()
  }

  #note(port: number, isHeld: boolean): void {
    const offset = port - this.range.first
    // One from before the range was another.
    if (offset < 0 || offset >= this.#size) return
    if (isHeld) this.#taken.add(offset)
    else this.#taken.delete(offset)
  }
}

/** Every node port that a Service has, those of several protocols as often. */
export function nodePortsOf(service: Readonly<KubeObject>): number[] {
  const { ports = [], healthCheckNodePort } = (service['spec'] ?? {}) as {
    ports?: readonly { nodePort?: number }[]
    healthCheckNodePort?: number
  }
  const all: (number | undefined)[] = [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]
  return all.filter((port): port is number => port !== undefined && port !== 0)
}
