import type { Binding, Node, Pod, PodCondition } from '@kubetape/api/types/core/v1'
import { Node as NodeKind, Pod as PodKind } from '@kubetape/api/kinds'
import {
  deepEqual,
  findCondition,
  formatTime,
  isConflict,
  isNotFound,
  isStatusError,
  type Kind,
  type KubeObject,
  objectKey,
} from '@kubetape/apimachinery'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import type { Controller, ReconcileContext, Watch } from '@kubetape/runtime'
import { isPending, planBinding, takesRoom } from './binding-plan.ts'
import { claimKeysOf } from './volumes/pod-claims.ts'
import { reserveClaims } from './volumes/reserve-claims.ts'
import { volumeNeeds } from './volumes/volume-needs.ts'
import { VOLUME_INDEXES, volumeView, volumeWatches } from './volumes/volume-watches.ts'

/** All pending Pods are placed together: one look at the nodes serves them all. */
const KEY = 'pending'
const PENDING_INDEX = 'simulatedNodesPending'
/** Pods that take room, under the name of their node. */
const ROOM_INDEX = 'simulatedNodesRoom'
/** Requests under way at the same time. */
const PARALLEL_MAX = 100

/** Bindings that were made but that the informer does not show yet: node by Pod uid. */
type Assumed = Readonly<Record<string, string>>

/** A minimal scheduler (see planBinding): it places the Pods that ask for the default one. Not to be run beside a real one. */
export function binder(): Controller {
  const pods: Watch<Pod> = {
    kind: PodKind,
    map: (change) => (changesPlacement(change) ? [KEY] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const nodes: Watch<Node> = {
    kind: NodeKind,
    map: (change) => (changesRoom(change) ? [KEY] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'simulated-binder',
    kind: PodKind,
    watches: [pods as unknown as Watch, nodes as unknown as Watch, ...volumeWatches(KEY)],
    reads: [],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      ...VOLUME_INDEXES,
      [
        PodKind,
        {
          ...VOLUME_INDEXES.get(PodKind),
          [PENDING_INDEX]: (pod) => (isPending(pod as Pod) ? [KEY] : []),
          [ROOM_INDEX]: (pod) => (takesRoom(pod as Pod) ? [(pod as Pod).spec.nodeName!] : []),
        },
      ],
    ]),
    options: {},
    reconcile: (_, context) => reconcile(context),
  }
}

/** A Pod waits, or one has left its room. */
function changesPlacement({ type, object, previous }: StoreChange<Pod>): boolean {
  if (type === 'deleted') return takesRoom(object)
  if (isPending(object)) return previous === undefined || !isPending(previous) || !deepEqual(object.spec, previous.spec)
  return Boolean(object.spec.nodeName) && !takesRoom(object) && previous !== undefined && takesRoom(previous)
}

/** Heartbeats change nothing. */
function changesRoom({ type, object, previous }: StoreChange<Node>): boolean {
  if (type !== 'updated' || previous === undefined) return true
  return (
    !deepEqual(object.spec ?? {}, previous.spec ?? {}) ||
    !deepEqual(object.status?.allocatable ?? {}, previous.status?.allocatable ?? {}) ||
    !deepEqual(object.metadata.labels ?? {}, previous.metadata.labels ?? {})
  )
}

async function reconcile(context: ReconcileContext): Promise<void> {
  const pods = context.lister<Pod>(PodKind)
  const assumed = (context.carried as Assumed | undefined) ?? {}
  const waiting = pods.byIndex(PENDING_INDEX, KEY)
  const pending = waiting.filter(({ metadata }) => assumed[metadata.uid ?? ''] === undefined)
  const placed = waiting.filter(({ metadata }) => assumed[metadata.uid ?? ''] !== undefined)
  if (pending.length === 0) {
    context.carry(placed.length === 0 ? undefined : assumed)
    return
  }
  const assumedOn = Map.groupBy(placed, ({ metadata }) => assumed[metadata.uid ?? ''])
  const podsOn = (node: string): Pod[] => [...pods.byIndex(ROOM_INDEX, node), ...(assumedOn.get(node) ?? [])]
  const view = volumeView(context)
  const { bindings, reservations, refusals } = planBinding({
    pending,
    nodes: context.lister<Node>(NodeKind).list(),
    podsOn,
    volumeNeeds: (pod, taken, used) => volumeNeeds(pod, view, taken, used),
    claimsInUse: placed.flatMap(claimKeysOf),
  })
  const bound: Record<string, string> = Object.fromEntries(placed.map(({ metadata }) => [metadata.uid ?? '', assumed[metadata.uid ?? '']!]))
  const nowMs = context.nowMs()
  await inRounds(bindings, async ({ pod, node }) => {
    if (await bind(pod, node, context)) bound[pod.metadata.uid ?? ''] = node
  })
  await inRounds(reservations, ({ node, choices }) => reserveClaims(node, choices, context))
  await inRounds(refusals, ({ pod, condition }) => refuse(pod, condition, nowMs, context))
  // What the informer shows by now need not be remembered.
  const stillWaiting = new Set(pods.byIndex(PENDING_INDEX, KEY).map(({ metadata }) => metadata.uid))
  const unseen = Object.fromEntries(Object.entries(bound).filter(([uid]) => stillWaiting.has(uid)))
  context.carry(Object.keys(unseen).length === 0 ? undefined : unseen)
}

/** Whether the Pod is on the node now. */
async function bind(pod: Pod, node: string, { client, log }: ReconcileContext): Promise<boolean> {
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const binding: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  }
  try {
    // The answer to a binding is a Status, whichever way the client tells it.
    await client.create<Pod>(PodKind, binding as unknown as Pod, { subresource: 'binding' })
    return true
  } catch (error) {
    if (isStatusError(error) && error.status.status === 'Success') return true
    if (isConflict(error) || isNotFound(error)) return false
    log.warn('a Pod could not be bound', { pod: objectKey(pod), node, error: String(error) })
    throw error
  }
}

async function refuse(
  pod: Pod,
  condition: Omit<PodCondition, 'lastTransitionTime'>,
  nowMs: number,
  { client }: ReconcileContext,
): Promise<void> {
  const known = findCondition(pod.status?.conditions, 'PodScheduled')
  if (known?.status === condition.status && known.reason === condition.reason && known.message === condition.message) return
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const lastTransitionTime = known?.status === condition.status && known.lastTransitionTime ? known.lastTransitionTime : formatTime(nowMs)
  try {
    await client.patch<Pod>(
      PodKind,
      { namespace, name },
      { type: 'strategic', body: { metadata: { uid }, status: { conditions: [{ ...condition, lastTransitionTime }] } } },
      { subresource: 'status' },
    )
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}

async function inRounds<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += PARALLEL_MAX) await Promise.all(items.slice(at, at + PARALLEL_MAX).map(act))
}
