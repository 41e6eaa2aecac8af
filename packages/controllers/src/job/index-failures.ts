import type { JobStatus } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { remainingBackoffMs } from './backoff.ts'
import { IndexIntervals } from './index-intervals.ts'
import { countOf, type JobPod, podFinishedAtMs } from './job-pod.ts'
import type { JobRules } from './job-rules.ts'
import { judgePodFailure } from './pod-failure-policy.ts'

/** How many Pods of its index failed before this one, by the limit that they count towards (KEP-3850). */
export const INDEX_FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count'
/** How many Pods of its index failed before this one and were ignored by the pod failure policy; they still lengthen the back-off. */
export const INDEX_IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count'

/** The failures of one index so far. */
export interface IndexFailures {
  readonly counted: number
  readonly ignored: number
}

/** The failures before `pod` that its annotations tell of. */
export function indexFailures(pod: Pod): IndexFailures {
  return { counted: countOf(pod, INDEX_FAILURE_COUNT) ?? 0, ignored: countOf(pod, INDEX_IGNORED_FAILURE_COUNT) ?? 0 }
}

/** What to write on the Pod that replaces `replaced`; on the first Pod of an index two zeros. */
export function nextIndexFailures(rules: JobRules, replaced: JobPod | undefined): IndexFailures {
  if (replaced === undefined) return { counted: 0, ignored: 0 }
  const { counted, ignored } = indexFailures(replaced.pod)
  return judgePodFailure(rules, replaced.pod).counted ? { counted: counted + 1, ignored } : { counted, ignored: ignored + 1 }
}

/** How long the index of `last`, its last failed Pod, still waits for a replacement. */
export function remainingIndexBackoffMs(rules: JobRules, last: JobPod | undefined, nowMs: number): number {
  if (last === undefined) return 0
  const { counted, ignored } = indexFailures(last.pod)
  return remainingBackoffMs(counted + ignored + 1, podFinishedAtMs(last.pod, rules.sidecars), nowMs)
}

/** The indexes given up: those in the status and those whose failed Pod, not counted yet, was the last allowed or hit a FailIndex rule. */
export function failedIndexes(rules: JobRules, limit: number, status: JobStatus | undefined, pods: readonly JobPod[]): IndexIntervals {
  const completions = rules.completions ?? 0
  const found = new Set<number>()
  for (const { pod, index, finalizer, failed } of pods) {
    if (!failed || !finalizer || index < 0 || index >= completions || found.has(index)) continue
    const { action, counted } = judgePodFailure(rules, pod)
    if (action === 'FailIndex' || (counted && indexFailures(pod).counted >= limit)) found.add(index)
  }
  return IndexIntervals.parse(status?.failedIndexes, completions).with([...found].sort((a, b) => a - b))
}

/**
 * Per index the failed Pod that has to stay, uncounted and with its finalizer, until a replacement carries its failure count on: the last
 * one of each index that is neither active nor decided.
 */
export function podsAwaitingReplacement(
  rules: JobRules,
  pods: readonly JobPod[],
  succeeded: IndexIntervals,
  failed: IndexIntervals,
): ReadonlyMap<number, JobPod> {
  const active = new Set<number>()
  for (const { active: isActive, index } of pods) if (isActive) active.add(index)
  const last = new Map<number, JobPod>()
  for (const pod of pods) {
    const { index } = pod
    if (!pod.failed || !pod.tracked || index < 0 || index >= (rules.completions ?? 0)) continue
    if (active.has(index) || succeeded.has(index) || failed.has(index)) continue
    const other = last.get(index)
    if (other === undefined || isLater(pod.pod, other.pod, rules.sidecars)) last.set(index, pod)
  }
  return last
}

function isLater(pod: Pod, other: Pod, sidecars: boolean): boolean {
  const total = ({ counted, ignored }: IndexFailures): number => counted + ignored
  return total(indexFailures(pod)) >= total(indexFailures(other)) && podFinishedAtMs(pod, sidecars) >= podFinishedAtMs(other, sidecars)
}
