import type { JobCondition } from '@kubetape/api/types/batch/v1'
import { jobCondition, trueCondition } from './job-condition.ts'
import type { JobProgress } from './job-progress.ts'
import type { JobRules } from './job-rules.ts'
import { kubeTimeMs } from './kube-time.ts'
import { judgePodFailure } from './pod-failure-policy.ts'
import { successPolicyMet } from './success-policy.ts'

/** Why a Job should end now, if it should. */
export interface EndVerdict {
  /**
   * The condition that ends it. FailureTarget and SuccessCriteriaMet are stations on the way: they are written while Pods are still being
   * counted, Failed or Complete follow.
   */
  readonly condition?: JobCondition
  /** How long until `activeDeadlineSeconds` has passed. */
  readonly deadlineInMs?: number
}

/**
 * Decides whether the Job ends. The order is part of the behaviour: what an earlier run decided stands, then the pod failure policy, the
 * limit of failures, the deadline, failed indexes (KEP-3850), and only then the success policy (KEP-3998). Reaching `completions` is not
 * decided here, since it needs the Pods that this run leaves running: see `successVerdict()`.
 */
export function endVerdict(progress: JobProgress, startTime: string | undefined, nowMs: number): EndVerdict {
  const { rules } = progress
  const early = decidedBefore(progress, nowMs) ?? failedByPolicy(progress, nowMs) ?? failedByLimit(progress, nowMs)
  if (early) return { condition: early }
  const deadlineInMs = untilDeadlineMs(rules, startTime, nowMs)
  if (deadlineInMs !== undefined && deadlineInMs <= 0) {
    return { condition: failure(rules, 'DeadlineExceeded', 'Job was active longer than specified deadline', nowMs) }
  }
  const late = failedByIndexes(progress, nowMs) ?? succeededByPolicy(progress, nowMs)
  return { ...(late ? { condition: late } : {}), ...(deadlineInMs === undefined ? {} : { deadlineInMs }) }
}

/** The condition of a Job that has reached its completions, or undefined: enough successes and nothing `active` any more. */
export function successVerdict({ rules, succeeded }: JobProgress, active: number, nowMs: number): JobCondition | undefined {
  if (active > 0 || (rules.completions === undefined ? succeeded === 0 : succeeded < rules.completions)) return undefined
  const type = rules.delayEnd ? 'SuccessCriteriaMet' : 'Complete'
  return jobCondition(type, 'True', 'CompletionsReached', 'Reached expected number of succeeded pods', nowMs)
}

function failure(rules: JobRules, reason: string, message: string, nowMs: number): JobCondition {
  return jobCondition(rules.delayEnd ? 'FailureTarget' : 'Failed', 'True', reason, message, nowMs)
}

function decidedBefore({ job, rules }: JobProgress, nowMs: number): JobCondition | undefined {
  const met = rules.interimSuccess ? trueCondition(job.status?.conditions, 'SuccessCriteriaMet') : undefined
  if (met) return met
  const target = trueCondition(job.status?.conditions, 'FailureTarget')
  return target && jobCondition('Failed', 'True', target.reason ?? '', target.message ?? '', nowMs)
}

function failedByPolicy({ rules, pods }: JobProgress, nowMs: number): JobCondition | undefined {
  if (rules.podFailurePolicy === undefined) return undefined
  for (const { pod, failed } of pods) {
    const message = failed ? judgePodFailure(rules, pod).failJobMessage : undefined
    if (message !== undefined) return jobCondition('FailureTarget', 'True', 'PodFailurePolicy', message, nowMs)
  }
  return undefined
}

function failedByLimit(progress: JobProgress, nowMs: number): JobCondition | undefined {
  const { rules } = progress
  if (progress.failed <= rules.backoffLimit && !tooManyRestarts(progress)) return undefined
  return failure(rules, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', nowMs)
}

/** With restartPolicy OnFailure restarts in Pods that have not ended count like failed Pods; as many as the limit are too many. */
function tooManyRestarts({ job, rules, pods }: JobProgress): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { pod } of pods) {
    if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') continue
    for (const { restartCount } of pod.status.initContainerStatuses ?? []) restarts += restartCount
    for (const { restartCount } of pod.status.containerStatuses ?? []) restarts += restartCount
  }
  return restarts >= Math.max(1, rules.backoffLimit)
}

/** Undefined where no deadline runs: none is set, or the Job is suspended or not started. */
function untilDeadlineMs(rules: JobRules, startTime: string | undefined, nowMs: number): number | undefined {
  const startMs = kubeTimeMs(startTime)
  if (rules.activeDeadlineMs === undefined || rules.suspended || startMs === undefined) return undefined
  return startMs + rules.activeDeadlineMs - nowMs
}

function failedByIndexes({ rules, failedIndexes, succeededIndexes }: JobProgress, nowMs: number): JobCondition | undefined {
  const failed = failedIndexes?.size ?? 0
  if (rules.maxFailedIndexes !== undefined && failed > rules.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes'
    return failure(rules, 'MaxFailedIndexesExceeded', message, nowMs)
  }
  const allDecided = failed > 0 && failed + succeededIndexes.size >= (rules.completions ?? 0)
  return allDecided ? failure(rules, 'FailedIndexes', 'Job has failed indexes', nowMs) : undefined
}

function succeededByPolicy({ rules, succeededIndexes }: JobProgress, nowMs: number): JobCondition | undefined {
  if (!rules.indexed) return undefined
  const message = successPolicyMet(rules.successPolicy, succeededIndexes, rules.completions ?? 0)
  return message === undefined ? undefined : jobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', message, nowMs)
}
