import { remainingBackoffMs, type BackoffRecord } from './backoff.ts'
import { nextIndexFailures, remainingIndexBackoffMs } from './index-failures.ts'
import type { Pod } from '@kubetape/api/types/core/v1'
import { type JobProgress, occupiedIndexes } from './job-progress.ts'
import { PodDrafts } from './pod-template.ts'
import { podsToRemove } from './removal-order.ts'
import type { JobPod } from './job-pod.ts'

/** The most Pods created or deleted to match `parallelism` in one run; the rest follows in the next. */
export const PODS_PER_RUN_MAX = 500
/** The shortest wait for a back-off: the period over which the shell gathers changes of Pods. */
export const SYNC_BATCH_PERIOD_MS = 1000

/** What to do so that as many Pods run as should. Never creations and deletions in one run: deletions come first. */
export type PodScaling =
  | { readonly action: 'none' }
  /** Pods are missing, but a back-off is running. */
  | { readonly action: 'wait'; readonly waitMs: number }
  | { readonly action: 'delete'; readonly pods: readonly JobPod[] }
  | { readonly action: 'create'; readonly pods: readonly Pod[] }

/** Compares the Pods that run with those that should (API reference, JobSpec `parallelism`, `completions`, `suspend`). */
export function scalePods(progress: JobProgress, backoff: BackoffRecord, nowMs: number): PodScaling {
  const { rules, active } = progress
  if (rules.suspended) return deletion(podsToRemove(rules, active, active.length))
  const wanted = wantedActive(progress)
  const surplus = podsToRemove(rules, active, Math.max(0, active.length - wanted)).slice(0, PODS_PER_RUN_MAX)
  if (surplus.length > 0) return deletion(surplus)
  const missing = wanted - active.length - (rules.replaceOnlyFailed ? progress.terminating : 0)
  if (missing <= 0) return { action: 'none' }
  if (rules.backoffLimitPerIndex === undefined) {
    const waitMs = remainingBackoffMs(backoff.failuresAfterLastSuccess, backoff.lastFailureMs, nowMs)
    if (waitMs > 0) return { action: 'wait', waitMs: Math.max(waitMs, SYNC_BATCH_PERIOD_MS) }
  }
  return creation(progress, Math.min(missing, PODS_PER_RUN_MAX), nowMs)
}

/**
 * The sizes in which `count` Pods are created: 1, 2, 4 … The next batch starts only when the one before had no refusal, so that a quota
 * is not stormed; what is left then counts as not created.
 */
export function slowStartBatches(count: number): number[] {
  const sizes: number[] = []
  for (let left = count, size = 1; left > 0; left -= size, size = Math.min(size * 2, left)) sizes.push(size)
  return sizes
}

function wantedActive({ rules, active, succeeded }: JobProgress): number {
  const { completions, parallelism } = rules
  // A work queue is drained after the first success: nothing new is started and nothing stopped.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism
  return Math.max(0, Math.min(completions - succeeded, parallelism))
}

function deletion(pods: readonly JobPod[]): PodScaling {
  return pods.length > 0 ? { action: 'delete', pods } : { action: 'none' }
}

function creation(progress: JobProgress, count: number, nowMs: number): PodScaling {
  const { job, rules, awaitingReplacement } = progress
  const drafts = new PodDrafts(job, rules)
  if (!rules.indexed) return { action: 'create', pods: Array.from({ length: count }, () => drafts.plain()) }
  const free = occupiedIndexes(progress).missing(count, rules.completions ?? 0)
  const perIndex = rules.backoffLimitPerIndex !== undefined
  const waits = free.map((index) => (perIndex ? remainingIndexBackoffMs(rules, awaitingReplacement.get(index), nowMs) : 0))
  const ready = free.filter((_, i) => waits[i] === 0)
  if (ready.length === 0 && free.length > 0) {
    return {
      action: 'wait',
      waitMs: Math.max(
        SYNC_BATCH_PERIOD_MS,
        waits.reduce((a, b) => Math.min(a, b)),
      ),
    }
  }
  const pods = ready.map((index) => drafts.indexed(index, perIndex ? nextIndexFailures(rules, awaitingReplacement.get(index)) : undefined))
  return pods.length > 0 ? { action: 'create', pods } : { action: 'none' }
}
