import type { Node, Pod } from '@kubetape/api/types/core/v1'
import { failure, notFound } from '@kubetape/apimachinery'
import type { RegistryEnvironment } from '../environment.ts'

/** One line that a container has written. */
export interface LogLine {
  /** Unix milliseconds. */
  readonly timeMs: number
  readonly text: string
}

/** What one run of a container has written so far. */
export interface ContainerLog {
  /** Of which run: a container that is started again writes another log. */
  readonly containerId: string
  readonly lines: readonly LogLine[]
  /** The run is over: no line will follow. */
  readonly isOver: boolean
}

/** The nodes that the API server reaches, by what their kubelets answer about the Pods on them. */
export interface Kubelets {
  /** Whether the node is one of these. */
  has(node: string): boolean
  /** The log of the container's current run, or of the one before it. Throws the StatusError by which a kubelet refuses. */
  containerLog(pod: Readonly<Pod>, container: string, previous: boolean): ContainerLog
}

/** The addresses of a node by which it may be reached. */
const REACHABLE = new Set(['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'])

/** Throws upstream's refusals to connect to a node: 404 where it is not there, 500 where it has no address. */
export function checkReachable({ storage }: RegistryEnvironment, name: string): void {
  const resource = { group: '', resource: 'nodes' }
  const node = storage.get(resource, '', name)?.object as Readonly<Node> | undefined
  if (node === undefined) throw notFound(resource, name)
  const addresses = node.status?.addresses ?? []
  if (addresses.some(({ type }) => REACHABLE.has(type))) return
  const known = addresses.map(({ type, address }) => `{${type} ${address}}`).join(' ')
  throw failure(500, undefined, `no preferred addresses found; known addresses: [${known}]`)
}

/** The kubelets of this node. Throws upstream's refusals, and 501 for a node that is reached over a network, which is not done. */
export function kubeletOf(environment: RegistryEnvironment, node: string, what: string): Kubelets {
  if (environment.kubelets?.has(node)) return environment.kubelets
  checkReachable(environment, node)
  throw failure(
    501,
    undefined,
    `Cannot ${what}: node ${JSON.stringify(node)} is none of those that this server simulates, and it connects to no others`,
  )
}
