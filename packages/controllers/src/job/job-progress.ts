import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import { failedIndexes, podsAwaitingReplacement } from './index-failures.ts'
import { IndexIntervals } from './index-intervals.ts'
import { isReady, type JobPod, jobPod } from './job-pod.ts'
import type { JobRules } from './job-rules.ts'
import { judgePodFailure } from './pod-failure-policy.ts'

/** How far a Job has come, read from its status and its Pods. */
export interface JobProgress {
  readonly job: Job
  readonly rules: JobRules
  /** The Pods of the Job; of an Indexed Job in the order of their index. */
  readonly pods: readonly JobPod[]
  readonly active: readonly JobPod[]
  readonly terminating: number
  /** Active Pods that are ready. */
  readonly ready: number
  /** Uids that the status holds as ended but not counted yet. */
  readonly uncountedSucceeded: ReadonlySet<string>
  readonly uncountedFailed: ReadonlySet<string>
  /** Pods whose end the status knows nothing of yet. */
  readonly newlySucceeded: readonly JobPod[]
  readonly newlyFailed: readonly JobPod[]
  /** Successes so far; of an Indexed Job the number of succeeded indexes. */
  readonly succeeded: number
  /** Failures so far that count towards `backoffLimit`. */
  readonly failed: number
  /** Succeeded indexes as the status has them, and with the Pods that have succeeded since. Empty unless indexed. */
  readonly knownSucceededIndexes: IndexIntervals
  readonly succeededIndexes: IndexIntervals
  /** Indexes given up; undefined without a limit per index. */
  readonly failedIndexes: IndexIntervals | undefined
  /** With a limit per index: the failed Pods whose finalizer stays until the index has a replacement. */
  readonly awaitingReplacement: ReadonlyMap<number, JobPod>
}

const NOTHING_AWAITED: ReadonlyMap<number, JobPod> = new Map()

/** Reads the progress of `job`. `awaitedRemovals` as for `jobPod()`. Linear in the Pods, sorting apart. */
export function jobProgress(job: Job, pods: readonly Pod[], rules: JobRules, awaitedRemovals: ReadonlySet<string>): JobProgress {
  const { status } = job
  const views = pods.map((pod) => jobPod(pod, rules, awaitedRemovals))
  // Stable, so that Pods of one index keep the order in which they were handed in.
  if (rules.indexed) views.sort((a, b) => a.index - b.index)
  const active = views.filter((pod) => pod.active)
  const uncountedSucceeded = new Set(status?.uncountedTerminatedPods?.succeeded)
  const uncountedFailed = new Set(status?.uncountedTerminatedPods?.failed)
  const valid = views.filter(({ tracked, index }) => tracked && (!rules.indexed || isValidIndex(rules, index)))
  const newlySucceeded = valid.filter(({ uid, succeeded }) => succeeded && !uncountedSucceeded.has(uid))
  const newlyFailed = valid.filter(({ uid, failed }) => failed && !uncountedFailed.has(uid))
  const counted = newlyFailed.filter(({ pod }) => judgePodFailure(rules, pod).counted)
  return {
    job,
    rules,
    pods: views,
    active,
    terminating: countIf(views, (pod) => pod.terminating),
    ready: countIf(active, ({ pod }) => isReady(pod)),
    uncountedSucceeded,
    uncountedFailed,
    newlySucceeded,
    newlyFailed,
    failed: (status?.failed ?? 0) + counted.length + uncountedFailed.size,
    ...indexProgress(job, rules, views, (status?.succeeded ?? 0) + newlySucceeded.length + uncountedSucceeded.size),
  }
}

/** Whether an index is one of the Job's. */
export function isValidIndex({ completions = 0 }: JobRules, index: number): boolean {
  return index >= 0 && index < completions
}

/** The indexes that no new Pod may take: decided ones, those with an active Pod and, where it holds the place, with a terminating one. */
export function occupiedIndexes({ rules, pods, succeededIndexes, failedIndexes: failed }: JobProgress): IndexIntervals {
  const taken = pods.filter((pod) => pod.index >= 0 && (pod.active || (rules.replaceOnlyFailed && pod.terminating)))
  return succeededIndexes.with(taken.map(({ index }) => index)).union(failed ?? IndexIntervals.EMPTY)
}

type IndexProgress = Pick<JobProgress, 'succeeded' | 'knownSucceededIndexes' | 'succeededIndexes' | 'failedIndexes' | 'awaitingReplacement'>

function indexProgress(job: Job, rules: JobRules, pods: readonly JobPod[], succeeded: number): IndexProgress {
  if (!rules.indexed) {
    const none = IndexIntervals.EMPTY
    return {
      succeeded,
      knownSucceededIndexes: none,
      succeededIndexes: none,
      failedIndexes: undefined,
      awaitingReplacement: NOTHING_AWAITED,
    }
  }
  const known = IndexIntervals.parse(job.status?.completedIndexes, rules.completions ?? 0)
  const added = pods.filter((pod) => pod.succeeded && pod.finalizer && isValidIndex(rules, pod.index)).map(({ index }) => index)
  const succeededIndexes = known.with(added)
  const progress = { succeeded: succeededIndexes.size, knownSucceededIndexes: known, succeededIndexes }
  if (rules.backoffLimitPerIndex === undefined) return { ...progress, failedIndexes: undefined, awaitingReplacement: NOTHING_AWAITED }
  const failed = failedIndexes(rules, rules.backoffLimitPerIndex, job.status, pods)
  return { ...progress, failedIndexes: failed, awaitingReplacement: podsAwaitingReplacement(rules, pods, succeededIndexes, failed) }
}

function countIf<T>(items: readonly T[], test: (item: T) => boolean): number {
  let count = 0
  for (const item of items) if (test(item)) count++
  return count
}
