import { hash } from 'node:crypto'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import { deepEqual, isConflict, isNotFound, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { Controller, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { map } from 'rxjs'
import { hostAddress, podRange } from './address-range.ts'
import type { SimulatedNode } from './node-object.ts'
import { planPod, type PodMemory } from './pod-plan.ts'
import type { PodScripts } from './pod-script.ts'
import { Mounts } from './volumes/mounts.ts'
import { podClaims } from './volumes/pod-claims.ts'
import { POD_VOLUME_INDEXES, usersOf, volumesOf } from './volumes/pod-volumes.ts'
import { NO_PLUGIN_REASON, volumesWithoutPlugin } from './volumes/volumes-without-plugin.ts'

/** Pods served at the same time, over all nodes. */
const CONCURRENT_PODS = 50
/** How often a kubelet complains about volumes that it cannot mount; about as often as it looks at a Pod that does not start. */
const TRY_AGAIN_MS = 90_000
/** Pods under the address that they have. */
const BY_ADDRESS = 'simulatedNodesAddress'

/** Runs the Pods of the simulated nodes: the part of a kubelet that is about Pods. Nothing is executed; what Pods do is told by their scripts. */
export function podAgent(nodes: readonly SimulatedNode[], scripts: PodScripts, mounts: Mounts = new Mounts()): Controller {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const watch: Watch<Pod> = {
    kind: PodKind,
    map: (change) => (byName.has(change.object.spec.nodeName ?? '') && matters(change) ? [objectKey(change.object)] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const addresses = new AddressBook()
  return {
    name: 'simulated-kubelet',
    kind: PodKind,
    watches: [watch as unknown as Watch, ...bindingWatches((name) => byName.has(name))],
    reads: [],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      [PodKind, { ...POD_VOLUME_INDEXES.get(PodKind), [BY_ADDRESS]: (pod) => addressesOf(pod as Pod) }],
    ]),
    sources: [{ name: 'mounts', keys: () => mounts.changes.pipe(map(({ pods }) => Object.values(pods).map(({ key }) => key))) }],
    options: { concurrencyMax: CONCURRENT_PODS },
    reconcile: ({ namespace, name }, context) => reconcile(namespace, name, { byName, scripts, addresses, mounts }, context),
  }
}

/** Whether a change of a Pod can ask for something that no timer of its own brings about: not what is only reported, by this controller above all. */
function matters({ type, object, previous }: StoreChange<Pod>): boolean {
  const isOver = object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed'
  if (type === 'deleted') return !isOver
  if (object.metadata.deletionTimestamp !== undefined) return true
  if (isOver) return false
  if (previous === undefined || previous.spec.nodeName !== object.spec.nodeName) return true
  const { activeDeadlineSeconds, readinessGates = [], ephemeralContainers = [] } = object.spec
  if (ephemeralContainers.length !== (previous.spec.ephemeralContainers ?? []).length) return true
  if (readinessGates.length > 0 || previous.spec.activeDeadlineSeconds !== activeDeadlineSeconds) return true
  return !deepEqual(previous.metadata.annotations ?? {}, object.metadata.annotations ?? {})
}

/** Ended Pods give their address back. */
function addressesOf({ status }: Pod): readonly string[] {
  return status?.podIP && status.phase !== 'Succeeded' && status.phase !== 'Failed' ? [status.podIP] : []
}

interface Fleet {
  readonly byName: ReadonlyMap<string, SimulatedNode>
  readonly scripts: PodScripts
  readonly addresses: AddressBook
  readonly mounts: Mounts
}

async function reconcile(
  namespace: string,
  name: string,
  { byName, scripts, addresses, mounts }: Fleet,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const pod = context.lister<Pod>(PodKind).get(namespace, name)
  const node = pod === undefined ? undefined : byName.get(pod.spec.nodeName ?? '')
  if (pod === undefined || node === undefined) {
    context.carry(undefined)
    return {}
  }
  const volumes = podClaims(pod).length === 0 ? NO_VOLUMES : volumesReady(pod, mounts, context)
  const obstacle = volumesWithoutPlugin(pod, volumes.claimed)
  const podIP = addresses.take(pod, node, context)
  try {
    const plan = planPod(
      pod,
      scripts.scriptOf(pod),
      context.carried as PodMemory | undefined,
      { podIP, hostIP: hostAddress(node.index) },
      context.nowMs(),
      volumes.missing || obstacle !== undefined,
    )
    const { uid = '' } = pod.metadata
    if (plan.status !== undefined)
      await context.client.patch<Pod>(
        PodKind,
        { namespace, name },
        { type: 'strategic', body: { metadata: { uid }, status: plan.status } },
        { subresource: 'status' },
      )
    context.carry(plan.memory)
    // The object goes when nothing of it is on the node any more; the volumes' end leads to another look.
    if (plan.remove && !volumes.mounted)
      await context.client.delete<Pod>(PodKind, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
    if (obstacle !== undefined && plan.memory !== undefined && pod.metadata.deletionTimestamp === undefined) {
      context.event(pod, 'Warning', NO_PLUGIN_REASON, obstacle, { component: 'kubelet' })
      return { requeueAfterMs: Math.min(plan.requeueAfterMs ?? Infinity, TRY_AGAIN_MS) }
    }
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs }
  } catch (error) {
    // It is gone, or another Pod has its name now.
    if (!isNotFound(error) && !isConflict(error)) throw error
    context.carry(undefined)
    return {}
  } finally {
    addresses.settle(podIP)
  }
}

const NO_VOLUMES: PodVolumes = { missing: false, mounted: false, claimed: [] }

/** Whether volumes of a Pod are missing, whether any are there, and which its claims have. */
interface PodVolumes {
  readonly missing: boolean
  readonly mounted: boolean
  readonly claimed: readonly (PersistentVolume | undefined)[]
}

function volumesReady(pod: Pod, mounts: Mounts, context: ReconcileContext): PodVolumes {
  const { uid = '' } = pod.metadata
  const there = context.outside(() => mounts.ofPod(uid).map(({ volume, pods }) => ({ volume, published: pods[uid]?.published ?? false })))
  const published = new Set(there.filter((one) => one.published).map(({ volume }) => volume))
  // What is no CSI volume nobody mounts here.
  const claimed = volumesOf(pod, context)
  const missing = claimed.some(
    (volume) => volume === undefined || (volume.spec.csi !== undefined && !published.has(volume.metadata.name ?? '')),
  )
  return { missing, mounted: there.length > 0, claimed }
}

/** Claims that are bound, seen from either side, lead to another look at the Pods that wait for them. */
function bindingWatches(isOurs: (node: string) => boolean): Watch[] {
  const keysOf = (pods: readonly Pod[]): string[] => pods.filter(({ spec }) => isOurs(spec.nodeName!)).map(objectKey)
  const claims: Watch<PersistentVolumeClaim> = {
    kind: ClaimKind,
    map: ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.status?.phase !== previous?.status?.phase ? keysOf(usersOf(object.metadata, lookup)) : [],
    predicate: undefined,
    delayMs: undefined,
  }
  const volumes: Watch<PersistentVolume> = {
    kind: VolumeKind,
    map: ({ type, object, previous }, lookup) =>
      type !== 'deleted' && object.spec.claimRef?.uid !== previous?.spec.claimRef?.uid ? keysOf(usersOf(object.spec.claimRef, lookup)) : [],
    predicate: undefined,
    delayMs: undefined,
  }
  return [claims as unknown as Watch, volumes as unknown as Watch]
}

/** Finds free addresses, and keeps two Pods that start at the same moment from being given the same one. */
class AddressBook {
  /** Chosen, but not yet to be seen in a status. */
  readonly #underWay = new Set<string>()

  /** The Pod's address; for one without, the first free one from a place that its uid tells. */
  take(pod: Pod, { index, capacity }: SimulatedNode, context: ReconcileContext): string {
    if (pod.status?.podIP) return pod.status.podIP
    if (pod.spec.hostNetwork) return hostAddress(index)
    const range = podRange(index, Number(capacity['pods'] ?? 0))
    const first = Number.parseInt(hash('sha256', pod.metadata.uid ?? '').slice(0, 8), 16) % range.size
    const pods = context.lister<Pod>(PodKind)
    for (let step = 0; step < range.size; step++) {
      const address = range.address((first + step) % range.size)
      if (pods.byIndex(BY_ADDRESS, address).length > 0) continue
      if (context.outside(() => this.#claim(address))) return address
    }
    throw new Error(`Cannot give Pod ${objectKey(pod)} an address: all ${range.size} of ${range.cidr} are taken`)
  }

  #claim(address: string): boolean {
    if (this.#underWay.has(address)) return false
    this.#underWay.add(address)
    return true
  }

  settle(address: string): void {
    this.#underWay.delete(address)
  }
}
