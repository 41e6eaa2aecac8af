import type { ContainerStatus, Pod } from '@kubetape/api/types/core/v1'
import { isReady, type JobPod, NO_INDEX, sidecarStatuses } from './job-pod.ts'
import type { JobRules } from './job-rules.ts'
import { kubeTimeMs } from './kube-time.ts'

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/**
 * Chooses active Pods to remove: at least `count`, those less far along first. Of an Indexed Job first the Pods without an index, beyond
 * the last index and all but one of each index, whatever `count` says.
 */
export function podsToRemove(rules: JobRules, active: readonly JobPod[], count: number): JobPod[] {
  const { removed, left } = rules.indexed ? misplacedPods(rules, active) : { removed: [], left: active }
  const more = count - removed.length
  return more > 0 ? [...removed, ...byProgress(left, rules).slice(0, more)] : removed
}

function misplacedPods(rules: JobRules, active: readonly JobPod[]): { removed: JobPod[]; left: JobPod[] } {
  const removed: JobPod[] = []
  const byIndex = new Map<number, JobPod[]>()
  for (const pod of active) {
    if (pod.index === NO_INDEX || pod.index >= (rules.completions ?? 0)) {
      removed.push(pod)
      continue
    }
    const same = byIndex.get(pod.index)
    if (same) same.push(pod)
    else byIndex.set(pod.index, [pod])
  }
  const left: JobPod[] = []
  for (const same of byIndex.values()) {
    const ordered = same.length > 1 ? byProgress(same, rules) : same
    left.push(ordered.at(-1)!)
    removed.push(...ordered.slice(0, -1))
  }
  return { removed, left }
}

/** Least far along first: without a node, pending, not ready, ready for less time, restarted more often, younger. */
function byProgress(pods: readonly JobPod[], rules: JobRules): JobPod[] {
  const ranked = pods.map((entry) => ({ entry, rank: rankOf(entry.pod, rules.sidecars) }))
  ranked.sort((a, b) => compareRanks(a.rank, b.rank))
  return ranked.map(({ entry }) => entry)
}

interface Rank {
  readonly placed: number
  readonly phase: number
  readonly ready: number
  /** Undefined where not known, which ranks before any time. */
  readonly readySinceMs: number | undefined
  readonly restarts: number
  readonly sidecarRestarts: number
  readonly createdMs: number | undefined
}

function rankOf(pod: Pod, sidecars: boolean): Rank {
  const ready = isReady(pod)
  const since = ready ? pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime : undefined
  return {
    placed: pod.spec.nodeName ? 1 : 0,
    phase: PHASE_ORDER[pod.status?.phase ?? ''] ?? 0,
    ready: ready ? 1 : 0,
    readySinceMs: kubeTimeMs(since),
    restarts: mostRestarts(pod.status?.containerStatuses),
    sidecarRestarts: sidecars ? mostRestarts(sidecarStatuses(pod)) : 0,
    createdMs: kubeTimeMs(pod.metadata.creationTimestamp),
  }
}

function compareRanks(a: Rank, b: Rank): number {
  return (
    a.placed - b.placed ||
    a.phase - b.phase ||
    a.ready - b.ready ||
    laterFirst(a.readySinceMs, b.readySinceMs) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    laterFirst(a.createdMs, b.createdMs)
  )
}

function laterFirst(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  return b - a
}

function mostRestarts(statuses: readonly ContainerStatus[] | undefined): number {
  return (statuses ?? []).reduce((most, { restartCount }) => Math.max(most, restartCount), 0)
}
