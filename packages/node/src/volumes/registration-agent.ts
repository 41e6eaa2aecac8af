import { CSINode as CsiNodeKind, Node as NodeKind } from '@kubetape/api/kinds'
import type { Node } from '@kubetape/api/types/core/v1'
import type { CSINode, CSINodeDriver } from '@kubetape/api/types/storage/v1'
import { deepEqual, isConflict, isNotFound } from '@kubetape/apimachinery'
import { callDriver, csiCodeOf, type CsiNodeInfo } from '@kubetape/csi'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { concat, defer, from, map } from 'rxjs'
import type { VolumeService } from './volume-agent.ts'

/** Nodes served at the same time. */
const CONCURRENT_NODES = 10
/** Where a Node says under which names drivers know it, as JSON. */
const NODE_ID_ANNOTATION = 'csi.volume.kubernetes.io/nodeid'

/**
 * Registers connected drivers with the simulated nodes, as kubelets do: each driver is asked what it calls the node and where it is, which the CSINode
 * and the labels of the Node say from then on. Drivers that are lost are taken out again. One that does not answer keeps no other from being registered. Without drivers
 * nothing is written.
 */
export function registrationAgent(service: VolumeService, names: readonly string[]): Controller {
  const { drivers, isOurs } = service
  return controllerFor<Node>(NodeKind, { predicate: () => false })
    .named('simulated-csi-registration')
    .with({ concurrencyMax: CONCURRENT_NODES })
    .reads(CsiNodeKind)
    .source('storage drivers', () =>
      concat(
        defer(() => from(drivers.names())),
        drivers.changes,
      ).pipe(map(() => names)),
    )
    .reconcile(({ name }, context) => (isOurs(name) ? reconcile(name, service, context) : undefined))
}

async function reconcile(name: string, { drivers }: VolumeService, context: ReconcileContext): Promise<ReconcileResult> {
  const node = context.lister<Node>(NodeKind).get('', name)
  const csiNode = context.lister<CSINode>(CsiNodeKind).get('', name)
  const connected = context.outside(() => [...drivers.names()])
  const before = new Set((context.carried as string[] | undefined) ?? [])
  if (node === undefined || (connected.length === 0 && before.size === 0)) return {}
  const { entries, silent, isDone } = await askAll(name, connected, drivers, context)
  const answered = new Set(entries.map(({ entry }) => entry.name))
  const kept = (csiNode?.spec.drivers ?? []).filter((one) => !answered.has(one.name) && (!before.has(one.name) || silent.has(one.name)))
  const registered = [...kept, ...entries.map(({ entry }) => entry)]
  try {
    // Labels first: whoever reads the topology keys of the CSINode looks for them at the Node.
    await describeNode(node, registered, entries, context)
    await writeDrivers(node, csiNode, registered, context)
  } catch (error) {
    if (isNotFound(error)) return {}
    if (isConflict(error)) return { requeue: true }
    throw error
  }
  // What this process has registered it may take out again; what an earlier one has may still come.
  context.carry([...new Set([...before, ...answered])])
  return isDone ? {} : { requeue: true }
}

interface Answer {
  readonly entry: CSINodeDriver
  readonly info: CsiNodeInfo
}

/** What drivers call the node; `silent` are those that do not say, and not done is who should be asked again. */
async function askAll(
  node: string,
  connected: readonly string[],
  drivers: VolumeService['drivers'],
  context: ReconcileContext,
): Promise<{ entries: Answer[]; silent: ReadonlySet<string>; isDone: boolean }> {
  const entries: Answer[] = []
  const silent = new Set<string>()
  let isDone = true
  for (const driver of connected) {
    try {
      const info = await callDriver(context, drivers, { driver, method: 'NodeGetInfo', body: {} }, (one) => one.nodeGetInfo())
      entries.push({ entry: entryOf(driver, info), info })
    } catch (error) {
      silent.add(driver)
      // It serves controllers only, and says no different until it is connected anew.
      if (csiCodeOf(error) === 'UNIMPLEMENTED') continue
      isDone = false
      context.log.warn('a storage driver does not say how it calls the node', { driver, node, error: String(error) })
    }
  }
  return { entries, silent, isDone }
}

function entryOf(name: string, { nodeId, maxVolumesPerNode, accessibleTopology }: CsiNodeInfo): CSINodeDriver {
  return {
    name,
    nodeID: nodeId,
    topologyKeys: Object.keys(accessibleTopology?.segments ?? {}).sort(),
    ...(maxVolumesPerNode > 0 ? { allocatable: { count: maxVolumesPerNode } } : {}),
  }
}

async function describeNode(
  node: Node,
  registered: readonly CSINodeDriver[],
  entries: readonly Answer[],
  { client }: ReconcileContext,
): Promise<void> {
  const { name = '', uid, labels = {}, annotations = {} } = node.metadata
  const wanted = Object.assign({}, ...entries.map(({ info }) => info.accessibleTopology?.segments ?? {})) as Record<string, string>
  const ids = registered.length === 0 ? undefined : JSON.stringify(Object.fromEntries(registered.map((one) => [one.name, one.nodeID])))
  const isLabelled = Object.entries(wanted).every(([key, value]) => labels[key] === value)
  if (isLabelled && annotations[NODE_ID_ANNOTATION] === ids) return
  const body = { metadata: { uid, labels: wanted, annotations: { [NODE_ID_ANNOTATION]: ids ?? null } } }
  await client.patch<Node>(NodeKind, { name }, { type: 'merge', body })
}

async function writeDrivers(node: Node, known: CSINode | undefined, drivers: CSINodeDriver[], { client }: ReconcileContext): Promise<void> {
  const { name = '', uid = '' } = node.metadata
  if (known !== undefined) {
    if (deepEqual(drivers, known.spec.drivers ?? [])) return
    await client.update<CSINode>(CsiNodeKind, { ...known, spec: { ...known.spec, drivers } })
    return
  }
  if (drivers.length === 0) return
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }]
  await client.create<CSINode>(CsiNodeKind, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, ownerReferences },
    spec: { drivers },
  })
}
