import type { Lease } from '@kubetape/api/types/coordination/v1'
import type { Namespace, Node } from '@kubetape/api/types/core/v1'
import { Lease as LeaseKind, Namespace as NamespaceKind, Node as NodeKind } from '@kubetape/api/kinds'
import { isAlreadyExists, isNotFound } from '@kubetape/apimachinery'
import type { Controller, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { LEASE_NAMESPACE, leaseOf, planNode, type SimulatedNode } from './node-object.ts'

/** Nodes served at the same time. */
const CONCURRENT_NODES = 10

/** Registers the simulated nodes, keeps their status and renews their Leases: the part of a kubelet that is about its node. */
export function nodeAgent(nodes: readonly SimulatedNode[]): Controller {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  // The namespace of the Leases is there from the start on: that it is seen is what starts the nodes.
  const namespaces: Watch<Namespace> = {
    kind: NamespaceKind,
    map: ({ type, object }) => (type === 'added' && object.metadata.name === LEASE_NAMESPACE ? [...byName.keys()] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const own: Watch<Node> = {
    kind: NodeKind,
    map: ({ type, object: { metadata } }) => (type !== 'updated' && byName.has(metadata.name ?? '') ? [metadata.name ?? ''] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'simulated-node',
    kind: NodeKind,
    watches: [own as unknown as Watch, namespaces as unknown as Watch],
    reads: [LeaseKind],
    indexes: new Map(),
    options: { concurrencyMax: CONCURRENT_NODES },
    reconcile: ({ name }, context) => reconcile(byName.get(name), context),
  }
}

async function reconcile(node: SimulatedNode | undefined, context: ReconcileContext): Promise<ReconcileResult> {
  if (node === undefined) return {}
  const lease = context.lister<Lease>(LeaseKind).get(LEASE_NAMESPACE, node.name)
  const nowMs = context.nowMs()
  let known = context.lister<Node>(NodeKind).get('', node.name)
  const { create, status, renewLease, requeueAfterMs } = planNode(node, known, context.carried === 'registered', lease, nowMs)
  context.carry('registered')
  try {
    if (create !== undefined) known = await register(create, context)
    if (known === undefined) return {}
    if (status !== undefined)
      await context.client.patch<Node>(
        NodeKind,
        { name: node.name },
        { type: 'strategic', body: { metadata: { uid: known.metadata.uid }, status } },
        { subresource: 'status' },
      )
    if (renewLease) await renew(leaseOf(node, known, lease, nowMs), lease === undefined, context)
  } catch (error) {
    // The node or its Lease was taken away meanwhile.
    if (!isNotFound(error)) throw error
  }
  return requeueAfterMs === undefined ? {} : { requeueAfterMs }
}

async function register(node: Node, { client }: ReconcileContext): Promise<Node> {
  try {
    return await client.create<Node>(NodeKind, node)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    return client.get<Node>(NodeKind, { name: node.metadata.name! })
  }
}

async function renew(lease: Lease, isNew: boolean, { client }: ReconcileContext): Promise<void> {
  if (!isNew) {
    await client.update<Lease>(LeaseKind, lease)
    return
  }
  try {
    await client.create<Lease>(LeaseKind, lease)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
