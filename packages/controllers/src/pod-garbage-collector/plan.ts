import type { Node, Pod, PodCondition } from '@kubetape/api/types/core/v1'
import { parseTime } from '@kubetape/apimachinery'

/** A node must have been missing for this long before its Pods are taken for lost. */
export const QUARANTINE_MS = 40_000
/** Terminated Pods that are kept for people to look at (kube-controller-manager's --terminated-pod-gc-threshold). */
export const TERMINATED_PODS_MAX = 12_500

const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service'
/** Why a Pod of a lost node is failed (KEP-3329). */
const NODE_LOST: Omit<PodCondition, 'lastTransitionTime'> = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
}

export interface PodGarbageObserved {
  readonly pods: readonly Pod[]
  readonly nodes: ReadonlyMap<string, Node>
  /** Names of nodes that Pods name but that do not exist, with the time since when, in Unix milliseconds. */
  readonly missing: Readonly<Record<string, number>>
  readonly nowMs: number
  readonly terminatedPodsMax: number
}

/** One Pod to be deleted at once. */
export interface PodRemoval {
  readonly pod: Pod
  /** Set the phase to Failed first: no kubelet will. */
  readonly fail: boolean
  /** The condition that says why, set with the phase. */
  readonly condition: Omit<PodCondition, 'lastTransitionTime'> | undefined
  /** The node that must be confirmed missing before. */
  readonly missingNode: string | undefined
}

export interface PodGarbagePlan {
  readonly removals: readonly PodRemoval[]
  /** What to remember until the next look. */
  readonly missing: Readonly<Record<string, number>>
}

/**
 * Which Pods nobody else will clean up (kube-controller-manager's pod-garbage-collector-controller):
 *
 * - terminated ones beyond the threshold, evicted ones first, then the oldest;
 * - terminating ones on nodes that are not ready and taken out of service;
 * - those whose node has been missing for 40 s, counted by the node's name: later Pods that name it share its fate;
 * - terminating ones that were never given a node.
 */
export function plan(observed: PodGarbageObserved): PodGarbagePlan {
  const missing = missingNodes(observed)
  const removals = new Map<string, PodRemoval>()
  const remove = (pod: Pod, condition?: PodRemoval['condition'], missingNode?: string): void => {
    const id = `${pod.metadata.namespace}/${pod.metadata.name}`
    if (!removals.has(id))
      removals.set(id, { pod, fail: !isTerminated(pod), condition: isTerminated(pod) ? undefined : condition, missingNode })
  }
  for (const pod of excessPods(observed)) remove(pod)
  for (const pod of observed.pods) {
    const node = pod.spec.nodeName ?? ''
    const since = missing[node]
    if (isTerminating(pod) && node !== '' && isOutOfService(observed.nodes.get(node))) remove(pod)
    else if (since !== undefined && observed.nowMs - since >= QUARANTINE_MS) remove(pod, NODE_LOST, node)
    else if (isTerminating(pod) && node === '') remove(pod)
  }
  return { removals: [...removals.values()].filter(({ pod }) => !isAlreadyGoing(pod)), missing }
}

/** Nodes that Pods name and that are not there; those known to be missing keep their time while Pods name them. */
function missingNodes({ pods, nodes, missing, nowMs }: PodGarbageObserved): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { spec } of pods) if (spec.nodeName && !nodes.has(spec.nodeName)) found[spec.nodeName] = missing[spec.nodeName] ?? nowMs
  return found
}

function excessPods({ pods, terminatedPodsMax }: PodGarbageObserved): Pod[] {
  if (terminatedPodsMax <= 0) return []
  const terminated = pods.filter(isTerminated)
  const excess = terminated.length - terminatedPodsMax
  return excess <= 0 ? [] : terminated.sort(byUselessness).slice(0, excess)
}

function byUselessness(a: Pod, b: Pod): number {
  if (isEvicted(a) !== isEvicted(b)) return isEvicted(a) ? -1 : 1
  const age = createdMs(a) - createdMs(b)
  if (age !== 0) return age
  const [left = '', right = ''] = [a.metadata.name, b.metadata.name]
  return left < right ? -1 : left > right ? 1 : 0
}

const createdMs = ({ metadata: { creationTimestamp } }: Pod): number => (creationTimestamp ? parseTime(creationTimestamp) : 0)
const isTerminated = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'
const isEvicted = ({ status }: Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted'
const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined
/** Deleted for good already; only finalizers hold it. */
const isAlreadyGoing = (pod: Pod): boolean => isTerminating(pod) && isTerminated(pod) && pod.metadata.deletionGracePeriodSeconds === 0

function isOutOfService(node: Node | undefined): boolean {
  const isReady = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return node !== undefined && !isReady && (node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE_TAINT) ?? false)
}
