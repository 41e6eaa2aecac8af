import { hash } from 'node:crypto'
import type { Lease } from '@kubetape/api/types/coordination/v1'
import type { Node, NodeCondition, NodeStatus } from '@kubetape/api/types/core/v1'
import { findCondition, formatMicroTime, formatTime } from '@kubetape/apimachinery'
import { hostAddress, podRange } from './address-range.ts'

/** How large a simulated node is, as a ResourceList; `pods` is a number in quotes as on the wire. */
export type NodeCapacity = Readonly<Record<string, string>>

export const DEFAULT_CAPACITY: NodeCapacity = { cpu: '32', memory: '128Gi', 'ephemeral-storage': '100Gi', pods: '1000' }

/** One of the simulated nodes. */
export interface SimulatedNode {
  readonly name: string
  readonly index: number
  readonly capacity: NodeCapacity
}

export const simulatedNodeName = (index: number): string => `kubetape-node-${index}`

/** How often a kubelet renews its Lease, and for how long that is good (kubelet defaults). */
export const LEASE_RENEW_MS = 10_000
const LEASE_DURATION_SECONDS = 40
/** How often a kubelet reports a status in which nothing changed (nodeStatusReportFrequency). */
const STATUS_REPORT_MS = 300_000

export const LEASE_NAMESPACE = 'kube-node-lease'

/** The node as its kubelet registers it. */
export function nodeObject({ name, index, capacity }: SimulatedNode): Node {
  const { cidr } = podRange(index, Number(capacity['pods'] ?? 0))
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: { podCIDR: cidr, podCIDRs: [cidr] },
  }
}

/** What the node reports: ready, with everything to give. Times of conditions that stay are kept. */
export function nodeStatus({ name, index, capacity }: SimulatedNode, known: readonly NodeCondition[], nowMs: number): NodeStatus {
  const conditions = [
    { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
    { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
    { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ]
  const id = hash('sha256', name)
  return {
    capacity,
    allocatable: capacity,
    conditions: conditions.map((condition) => {
      const before = findCondition(known, condition.type)
      const since = before?.status === condition.status ? before.lastTransitionTime : undefined
      return { ...condition, lastHeartbeatTime: formatTime(nowMs), lastTransitionTime: since ?? formatTime(nowMs) }
    }),
    addresses: [
      { type: 'InternalIP', address: hostAddress(index) },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: uuidOf(id, 0),
      containerRuntimeVersion: 'sim://1.0.0',
      kernelVersion: '6.1.0',
      kubeProxyVersion: 'v1.31.14',
      kubeletVersion: 'v1.31.14',
      machineID: id.slice(0, 32),
      operatingSystem: 'linux',
      osImage: 'Kubetape simulated node',
      systemUUID: uuidOf(id, 32),
    },
  }
}

/** What a node's kubelet does at one look. */
export interface NodePlan {
  readonly create: Node | undefined
  /** A status to report; undefined: the last one is good enough. */
  readonly status: NodeStatus | undefined
  readonly renewLease: boolean
  /** undefined: the node was taken away, and its kubelet does not come back by itself. */
  readonly requeueAfterMs: number | undefined
}

/** Registers the node once, reports its status when it is not known or old, and renews its Lease. */
export function planNode(
  node: SimulatedNode,
  known: Node | undefined,
  wasRegistered: boolean,
  lease: Lease | undefined,
  nowMs: number,
): NodePlan {
  if (known === undefined && wasRegistered) return { create: undefined, status: undefined, renewLease: false, requeueAfterMs: undefined }
  const conditions = known?.status?.conditions ?? []
  const ready = findCondition(conditions, 'Ready')
  const isFresh =
    ready?.status === 'True' && ready.lastHeartbeatTime !== undefined && nowMs - Date.parse(ready.lastHeartbeatTime) < STATUS_REPORT_MS
  const renewedMs = lease?.spec?.renewTime === undefined ? undefined : Date.parse(lease.spec.renewTime)
  const leaseDueMs = renewedMs === undefined ? 0 : renewedMs + LEASE_RENEW_MS - nowMs
  const renewLease = leaseDueMs <= 0 || lease?.spec?.holderIdentity !== node.name
  return {
    create: known === undefined ? nodeObject(node) : undefined,
    status: isFresh ? undefined : nodeStatus(node, conditions, nowMs),
    renewLease,
    requeueAfterMs: renewLease ? LEASE_RENEW_MS : leaseDueMs,
  }
}

/** The node's Lease, renewed now; it goes with its node. */
export function leaseOf({ name }: SimulatedNode, owner: Node, known: Lease | undefined, nowMs: number): Lease {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: owner.metadata.uid ?? '' }]
  const metadata = known === undefined ? { namespace: LEASE_NAMESPACE, name, ownerReferences } : { ...known.metadata, ownerReferences }
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: { ...known?.spec, holderIdentity: name, leaseDurationSeconds: LEASE_DURATION_SECONDS, renewTime: formatMicroTime(nowMs) },
  }
}

const uuidOf = (hex: string, from: number): string =>
  `${hex.slice(from, from + 8)}-${hex.slice(from + 8, from + 12)}-${hex.slice(from + 12, from + 16)}-${hex.slice(from + 16, from + 20)}-${hex.slice(from + 20, from + 32)}`
