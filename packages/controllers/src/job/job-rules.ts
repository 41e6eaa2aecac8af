import type { Job, PodFailurePolicy, SuccessPolicy } from '@kubetape/api/types/batch/v1'
import type { Gates } from '@kubetape/client-go-features'

/** The value of `spec.managedBy` that names the built-in controller (KEP-4368). */
export const JOB_CONTROLLER_NAME = 'kubernetes.io/job-controller'

/** What the spec of a Job asks for under the gates in force: every fork of the Job controller that a gate or a default decides. */
export interface JobRules {
  readonly indexed: boolean
  /** Undefined: the Job is done with the first success (a work queue). Always there when `indexed`. */
  readonly completions: number | undefined
  readonly parallelism: number
  readonly suspended: boolean
  readonly backoffLimit: number
  /** Failures an index may have before it is given up; undefined: indexes share the global back-off (KEP-3850). */
  readonly backoffLimitPerIndex: number | undefined
  readonly maxFailedIndexes: number | undefined
  readonly activeDeadlineMs: number | undefined
  readonly podFailurePolicy: PodFailurePolicy | undefined
  /** Whether the action FailIndex is known; a rule with an unknown action is passed over. */
  readonly failIndexKnown: boolean
  readonly successPolicy: SuccessPolicy | undefined
  /** Whether a terminating Pod holds the place of its replacement and is judged only when it has failed (KEP-3939). */
  readonly replaceOnlyFailed: boolean
  /** Whether the number of terminating Pods is written to the status. */
  readonly showTerminating: boolean
  /** Whether Complete and Failed wait, behind SuccessCriteriaMet and FailureTarget, until no Pod is terminating. */
  readonly delayEnd: boolean
  /** Whether SuccessCriteriaMet in the status is understood. */
  readonly interimSuccess: boolean
  /** Whether Pods of an Indexed Job carry their index as a label too (KEP-4017). */
  readonly indexLabel: boolean
  /** Whether restartable init containers (sidecars) count when a Pod's end or its restarts are looked at (KEP-753). */
  readonly sidecars: boolean
}

/** Reads the rules of `job`. Absent fields mean what the API server would have defaulted them to. */
export function jobRules(job: Job, gates: Gates): JobRules {
  const { spec } = job
  const indexed = spec.completionMode === 'Indexed'
  const perIndexKnown = gates.enabled('JobBackoffLimitPerIndex')
  const replacementPolicy = gates.enabled('JobPodReplacementPolicy')
  const successPolicyKnown = gates.enabled('JobSuccessPolicy')
  const podFailurePolicy = gates.enabled('JobPodFailurePolicy') ? spec.podFailurePolicy : undefined
  const delayEnd = replacementPolicy || gates.enabled('JobManagedBy')
  const backoffLimitPerIndex = perIndexKnown ? spec.backoffLimitPerIndex : undefined
  return {
    indexed,
    completions: indexed ? (spec.completions ?? 0) : spec.completions,
    parallelism: spec.parallelism ?? 1,
    suspended: spec.suspend === true,
    backoffLimit: spec.backoffLimit ?? (backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1),
    backoffLimitPerIndex,
    maxFailedIndexes: spec.maxFailedIndexes,
    activeDeadlineMs: spec.activeDeadlineSeconds === undefined ? undefined : spec.activeDeadlineSeconds * 1000,
    podFailurePolicy,
    failIndexKnown: perIndexKnown,
    successPolicy: successPolicyKnown ? spec.successPolicy : undefined,
    replaceOnlyFailed: (replacementPolicy && spec.podReplacementPolicy === 'Failed') || podFailurePolicy !== undefined,
    showTerminating: replacementPolicy,
    delayEnd,
    interimSuccess: successPolicyKnown || delayEnd,
    indexLabel: gates.enabled('PodIndexLabel'),
    sidecars: gates.enabled('SidecarContainers'),
  }
}

/** Whether another controller has taken this Job over, so that ours keeps its hands off (KEP-4368). */
export function isManagedByOther(job: Job, gates: Gates): boolean {
  const { managedBy } = job.spec
  return managedBy !== undefined && managedBy !== JOB_CONTROLLER_NAME && gates.enabled('JobManagedBy')
}
